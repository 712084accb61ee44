import type { Page } from '@playwright/test';
import { APP, expect, GRAFANA_URL, settled } from '../support/fixtures.ts';
import type { FakeService } from '../../support/preview/fake/service.ts';
import type { Preview } from '../../support/preview/preview.ts';
import { PAGES, STATES } from '../support/shown.ts';
import { test } from '../support/worlds.ts';

test.skip(GRAFANA_URL !== undefined, 'the service and Grafana are taken away from the preview page');
test.use({ ownClock: true });

/** Where the session or the connection is nobody’s business but Grafana’s. */
const OWN = new Set(['configuration']);
const SHOWN = [...PAGES, ...STATES].filter(({ name }) => !OWN.has(name));

/** What passes between two looks at the service, in milliseconds. */
const A_LOOK = 11_000;

interface Trouble {
  what: string;
  title: string;
  advice: string;
  begin: (page: Page, preview: Preview) => Promise<unknown>;
  end: (page: Page, preview: Preview, service: FakeService) => Promise<void>;
}

const CALLS = '**/api/**';
const answered = (page: Page, status: number) =>
  page.route(CALLS, (route) => (status === 0 ? route.abort() : route.fulfill({ status, json: { message: '' } })));

const TROUBLES: Trouble[] = [
  {
    what: 'the service',
    title: 'The Dashkeep service is not responding',
    advice: 'Check that the service is running',
    begin: async (_page, preview) => {
      preview.app.jsonData = { sidecarUrl: 'http://127.0.0.1:9' };
    },
    end: async (_page, preview, service) => {
      preview.app.jsonData = { sidecarUrl: service.url };
    },
  },
  {
    what: 'Grafana',
    title: 'Grafana is not responding',
    advice: 'This page resumes automatically',
    begin: (page) => answered(page, 0),
    end: (page) => page.unroute(CALLS),
  },
  {
    what: 'the session',
    title: 'You are no longer logged in to Grafana',
    advice: 'Log in',
    begin: (page) => answered(page, 401),
    end: (page) => page.unroute(CALLS),
  },
];

for (const shown of SHOWN) {
  test(`${shown.name} says within seconds what it lost, keeps what it showed, and comes back by itself`, async ({
    page,
    app,
    preview,
    service,
    world,
  }) => {
    await app.open(shown.path(world));
    await shown.act?.(page, world);
    await shown.ready(page, world);
    for (const { what, title, advice, begin, end } of TROUBLES) {
      // A dialog covers what the page says.
      const place = (await page.getByRole('dialog').count()) > 0 ? page.getByRole('dialog') : page;
      const alert = place.getByRole('alert').filter({ hasText: title });
      await test.step(what, async () => {
        await begin(page, preview);
        await page.clock.runFor(A_LOOK);
        await expect(alert).toHaveCount(1);
        await expect(alert).toContainText(advice);
        await shown.ready(page, world);
        await end(page, preview, service);
        await page.clock.runFor(A_LOOK);
        await expect(alert).toHaveCount(0);
        await shown.ready(page, world);
      });
    }
  });
}

for (const shown of SHOWN.filter(({ act }) => act === undefined)) {
  test(`${shown.name}, opened while the service is down, says so once and comes back with it`, async ({
    page,
    app,
    preview,
    service,
    world,
  }) => {
    const down = page.getByRole('alert').filter({ hasText: 'The Dashkeep service is not responding' });
    preview.app.jsonData = { sidecarUrl: 'http://127.0.0.1:9' };
    await app.open(shown.path(world));
    await expect(down).toHaveCount(1);
    await expect(page.getByText('Loading…')).toHaveCount(0);
    preview.app.jsonData = { sidecarUrl: service.url };
    await shown.ready(page, world);
    await expect(down).toHaveCount(0);
  });
}

test('a plan that is lost or too old says the same when it was open and when it is opened, with the way to a new one', async ({
  page,
  app,
  service,
  world,
}) => {
  const shown = PAGES.find(({ name }) => name === 'plan');
  const alert = page.getByRole('status').filter({ hasText: 'This plan no longer exists' });
  const next = page.getByRole('link', { name: 'New plan' });
  const lose = {
    old: () => service.state.restores.forEach(({ plan }) => (plan.state = 'expired')),
    lost: () => {
      service.state.restores.clear();
      service.state.started = new Date().toISOString();
    },
  };
  const texts: string[] = [];
  const look = async (): Promise<void> => {
    await expect(alert).toContainText('The plan changed nothing in this organization');
    await expect(next).toHaveCount(1);
    await expect(page.getByRole('heading', { name: 'Restore', exact: true })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Restore now' })).toHaveCount(0);
    texts.push(await alert.innerText());
  };
  for (const lost of Object.values(lose)) {
    await app.open(shown?.path(world) ?? '');
    await shown?.act?.(page, world);
    lost();
    await page.clock.runFor(A_LOOK);
    await look();
    await page.reload();
    await look();
  }
  expect(new Set(texts).size).toBe(1);
  await next.click();
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(page.getByRole('button', { name: 'Restore now' })).toBeVisible();
});

test('the plan of an undo that is lost leads to the undo, also when it is opened', async ({ page, app, service }) => {
  const run = Object.assign(service.state.runs[0]!, { kind: 'restore', status: 'complete', undoable: true });
  await app.open(`/runs/${run.id}`);
  const undo = page.getByRole('button', { name: 'Undo this restore' });
  await undo.click();
  await expect(page.getByRole('heading', { name: 'Undo plan' })).toBeVisible();
  service.state.restores.clear();
  for (const look of [() => page.clock.runFor(A_LOOK), () => page.reload()]) {
    await look();
    await expect(page.getByText('This plan no longer exists')).toBeVisible();
    await expect(undo).toBeVisible();
    await expect(page.getByRole('link', { name: 'New plan' })).toHaveCount(0);
  }
});

test('a page that was not opened before Grafana went away says so, and opens once it is back', async ({ page }) => {
  await page.goto(APP);
  await settled(page);
  await page.route(/\/(public\/plugins|api)\//, (route) => route.abort());
  await page.getByRole('link', { name: 'History', exact: true }).click();
  const alert = page.getByRole('alert').filter({ hasText: 'Grafana is not responding' });
  await expect(alert).toHaveCount(1);
  await expect(page.getByText('Dashkeep was updated while this page was open')).toHaveCount(0);
  await page.unroute(/\/(public\/plugins|api)\//);
  await expect(page.getByRole('table').getByText('Complete').first()).toBeVisible();
});

test('an ended session keeps the input, and a login in another tab is enough', async ({ page, app }) => {
  await app.open('/settings/retention');
  const newest = page.getByLabel('The newest');
  await newest.fill('98');
  await answered(page, 401);
  const alert = page.getByRole('alert').filter({ hasText: 'You are no longer logged in to Grafana' }).first();
  await expect(alert.getByRole('link', { name: 'Open the login page' })).toHaveAttribute('href', '/login');
  await page.unroute(CALLS);
  await expect(alert).toHaveCount(0);
  await expect(newest).toHaveValue('98');
  await page.getByRole('button', { name: 'Discard changes' }).click();
});

const INTERRUPTIONS = [
  ['a login', 401, 'You are no longer logged in to Grafana'],
  // Grafana's proxy answers this also where the service ended after it had received the request.
  ['a restart', 502, 'The Dashkeep service is not responding'],
] as const;

for (const [what, status, title] of INTERRUPTIONS) {
  test(`after ${what}, a request that may be lost is only said to be that`, async ({ page, app }) => {
    await app.open('');
    await answered(page, status);
    await page.getByRole('button', { name: 'Back up now' }).click();
    const ended = page.getByRole('alert').filter({ hasText: title });
    await expect(ended.first()).toBeVisible();
    await page.unroute(CALLS);
    const lost = page.getByRole('alert').filter({ hasText: 'The service may not have received your request' });
    await expect(lost).toBeVisible();
    await expect(ended).toHaveCount(0);
  });
}

test('an expired session token is rotated unnoticed', async ({ page, app }) => {
  await app.open('');
  let renewals = 0;
  await page.route('**/api/plugin-proxy/**', (route) =>
    renewals === 0 ? route.fulfill({ status: 401, json: { message: '' } }) : route.continue(),
  );
  await page.route('**/api/user/auth-tokens/rotate', (route) => {
    renewals++;
    return route.fulfill({ status: 200, json: {} });
  });
  await page.evaluate(() => (document.cookie = `grafana_session_expiry=${Math.floor(Date.now() / 1000) - 5}; path=/`));
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await expect(page.getByRole('table').getByText('Complete').first()).toBeVisible();
  expect(renewals).toBe(1);
});

test('how long ago Grafana was read stays true while the page is open', async ({ app, page }) => {
  await app.open('/compare?to=live');
  const read = page.getByText(/^Current state read /);
  await expect(read).toHaveText('Current state read just now');
  await page.clock.fastForward('05:00');
  await expect(read).toHaveText('Current state read 5 minutes ago');
});
