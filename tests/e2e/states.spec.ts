import { APP, expect, expectAccessible, GRAFANA_URL, settled } from './support/fixtures.ts';
import { test } from './support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'these states are made up: nobody can bring them about in a Grafana at will');

test('a service that is down is said to be down, and the page comes back with it @quick', async ({
  app,
  page,
  preview,
  service,
}) => {
  const { sidecarUrl } = preview.app.jsonData;
  preview.app.jsonData = { sidecarUrl: 'http://127.0.0.1:9' };
  await app.open('');
  await expect(page.getByText('The Dashkeep service is not responding')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Open the connection settings' })).toBeVisible();
  await expectAccessible(page);
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  preview.app.jsonData = { sidecarUrl };
  expect(service.url).toBe(sidecarUrl);
  // It asks again by itself, too.
  await expect(page.getByRole('heading', { name: 'Last backup complete' })).toBeVisible();
});

test('what was known stays on the page when the service goes away meanwhile', async ({ app, page, preview }) => {
  await app.open('');
  await expect(page.getByRole('heading', { name: 'Last backup complete' })).toBeVisible();
  preview.app.jsonData = { sidecarUrl: 'http://127.0.0.1:9' };
  await expect(page.getByText('The Dashkeep service is not responding')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('heading', { name: 'Last backup complete' })).toBeVisible();
});

test('a token that the service refuses looks different from a service that is down', async ({ app, page, preview }) => {
  preview.app.secureJsonData = { sidecarToken: 'stolen' };
  await app.open('/history');
  await expect(page.getByText('The Dashkeep service rejects the token from Grafana')).toBeVisible();
});

test('the arrow keys reach a menu although the box around it took the focus', async ({ app, page, service }) => {
  await app.open(`/snapshots/${service.state.snapshots[0]?.id}`);
  await page.getByRole('button', { name: 'More actions' }).click();
  const menu = page.getByRole('menu');
  await expect(menu.locator(':focus')).toHaveCount(1);
  // The menu gives the focus to its first item once more, a frame after it opened: a key that comes before is undone by
  // that.
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)))),
  );
  // As it happens by itself where a frame comes late.
  await menu.evaluate((element) => element.closest<HTMLElement>('[tabindex="-1"]:not([role="menu"])')?.focus());
  await page.keyboard.press('ArrowDown');
  await expect(menu.getByRole('menuitem', { name: 'Verify snapshot' })).toBeFocused();
});

/**
 * How a call can fail before the service has a word, as a browser gets it from Grafana, and what the page says then.
 */
const FAILURES = [
  {
    what: 'the service down',
    answer: { status: 502, body: '' },
    title: 'The Dashkeep service is not responding',
    advice: 'Check that the service is running',
  },
  {
    what: 'a time-out',
    answer: { status: 504, body: '' },
    title: 'The Dashkeep service took too long to respond',
    advice: 'Check the runs before you repeat it',
  },
  {
    what: 'Grafana down',
    answer: 'aborted',
    title: 'Grafana is not responding',
    advice: 'This page resumes automatically',
  },
  {
    what: 'Grafana down behind a proxy',
    answer: { status: 502, body: '<h1>Bad Gateway</h1>' },
    title: 'Grafana is not responding',
    advice: 'This page resumes automatically',
  },
  {
    what: 'Grafana starting',
    answer: { status: 503, body: '' },
    title: 'Grafana is not responding',
    advice: 'This page resumes automatically',
  },
  {
    what: 'an ended session',
    answer: { status: 401, json: { message: 'Unauthorized' } },
    title: 'You are no longer logged in to Grafana',
    advice: 'Log in again in another tab',
  },
  {
    what: 'no access',
    answer: { status: 403, json: { message: 'plugin proxy route access denied' } },
    title: 'You do not have permission to do this',
    advice: 'You need the Admin role in this organization',
  },
  {
    what: 'an app that is not enabled',
    answer: { status: 404, json: { message: 'Plugin is not enabled' } },
    title: 'Grafana did not forward the request to the Dashkeep service',
    advice: 'Plugin is not enabled',
  },
  {
    what: 'a login page in between',
    answer: { status: 200, body: '<html>Log in</html>' },
    title: 'The response did not come from the Dashkeep service',
    advice: 'Check the address of the service',
  },
] as const;

test('each way in which a call fails has its own words and says what to do @quick', async ({ app, page }) => {
  await app.open('/settings/target');
  let answer: (typeof FAILURES)[number]['answer'] = FAILURES[0].answer;
  await page.route('**/api/plugin-proxy/**', (route) => (answer === 'aborted' ? route.abort() : route.fulfill(answer)));
  for (const failure of FAILURES) {
    answer = failure.answer;
    await page.getByRole('link', { name: 'History', exact: true }).click();
    await page.getByPlaceholder('Search by ID, requester or note').fill(failure.what);
    const alert = page.getByRole('alert').filter({ hasText: failure.title });
    await expect(alert, failure.what).toBeVisible();
    await expect(alert).toContainText(failure.advice);
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
  }
  await expectAccessible(page);
});

test('what was started and got no answer says so beside its button, in words', async ({ app, page, service }) => {
  await app.open('');
  await page.route('**/api/plugin-proxy/**', (route) =>
    route.request().method() === 'POST' ? route.fulfill({ status: 502, body: '' }) : route.continue(),
  );
  await page.getByRole('button', { name: 'Back up now' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'may not have received your request' })).toBeVisible();
  expect(service.state.runs.every(({ status }) => status !== 'running')).toBe(true);
});

test('a file that cannot be downloaded says why', async ({ app, page }) => {
  await app.open('/snapshots/latest?resource=1%2Fdashboard%2Fcapacity');
  const gone = { error: { code: 'DK_OBJECT_MISSING', message: 'object 12ab is gone', hint: '' }, message: '' };
  await page.route('**/download?**', (route) => route.fulfill({ status: 500, json: gone }));
  await page.getByRole('button', { name: 'Download JSON' }).click();
  await expect(page.getByText('object 12ab is gone')).toBeVisible();
});

test('without a service the app says what is missing and how to get it @quick', async ({ page, preview, problems }) => {
  preview.app.jsonData = {};
  preview.app.secureJsonData = {};
  await page.goto(`${APP}/settings/target`);
  await settled(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dashkeep');
  await expect(page.getByText('Install the Dashkeep service')).toBeVisible();
  await page.getByRole('link', { name: 'Show installation steps' }).click();
  await expect(page.getByText('helm install dashkeep')).toBeVisible();
  await page.getByRole('tab', { name: 'Docker Compose' }).click();
  await expect(page.getByText('DASHKEEP_URL: http://dashkeep:3210')).toBeVisible();
  await expectAccessible(page);
  expect(problems).toEqual([]);
});

const STATES = [
  { protection: 'partial', heading: 'Last backup incomplete' },
  { protection: 'uncovered', heading: 'Part of Grafana is not backed up' },
  { protection: 'late', heading: 'Backups are overdue' },
  { protection: 'failed', heading: 'Backups are failing' },
  { protection: 'never', heading: 'Nothing is backed up yet' },
] as const;

test('the overview shows each state of the backups @quick', async ({ app, page, service, problems }) => {
  const hint = 'Check that Dashkeep has the password that Grafana uses.';
  const warnings = [{ code: 'DK_BOOTSTRAP', message: 'Grafana refuses the admin password', hint }];
  for (const { protection, heading } of STATES) {
    service.state.status = { protection, warnings };
    await app.open('');
    await expect(page.getByRole('heading', { name: heading })).toBeVisible();
    await expect(page.getByText(hint)).toBeVisible();
    await expectAccessible(page);
  }
  expect(problems).toEqual([]);
});

test('what is missing from a partial backup is named, one by one, with its reason', async ({
  app,
  page,
  service,
  problems,
}) => {
  const partial = service.state.snapshots.find((row) => row.status === 'partial');
  await app.open(`/snapshots/${partial?.id}`);
  await expect(page.getByText('1 resource could not be read and is missing here')).toBeVisible();
  await expect(page.getByText('Grafana answered 500 three times')).toBeVisible();
  await expectAccessible(page);
  await app.open(`/runs/${partial?.run}`);
  await expect(page.getByRole('heading', { name: '1 resource failed' })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Resources and reasons' }).getByText('Redis')).toBeVisible();
  await expectAccessible(page);
  expect(problems).toEqual([]);
});

test('a failed run says what happened and what to do', async ({ app, page, service }) => {
  const failed = service.state.runs.find((run) => run.status === 'failed');
  await app.open(`/runs/${failed?.id}`);
  await expect(page.getByText('The target did not respond: connection refused')).toBeVisible();
  await expect(page.getByText('Check the endpoint, the network and the certificate')).toBeVisible();
  await expectAccessible(page);
});

test('an address of the app that does not exist is said not to exist, and so is a snapshot that is gone', async ({
  app,
  page,
}) => {
  for (const path of ['/nothing/here', '/settings/nothing']) {
    await app.open(path);
    await expect(page.getByText('This page does not exist')).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`${path}$`));
  }
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Go to the overview' }).click();
  await expect(page.getByRole('heading', { name: 'Last backup complete' })).toBeVisible();
  await app.open('/snapshots/gone');
  await expect(page.getByText('There is no snapshot gone.')).toBeVisible();
});

test.describe('with ten thousand snapshots', () => {
  test.use({ serviceOptions: { snapshots: 10_000 } });

  test('the history scrolls through them and only ever holds a screenful', async ({ app, page, problems }) => {
    await app.open('/history');
    await expect(page.getByText('10,000 snapshots')).toBeVisible();
    const body = page.getByRole('rowgroup').last();
    const rows = body.getByRole('row');
    await expect(rows.first()).toBeVisible();
    const first = await rows.first().innerText();
    for (let step = 0; step < 5; step++) {
      const length = await body.evaluate((element) => element.scrollHeight);
      await body.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await expect.poll(() => body.evaluate((element) => element.scrollHeight)).toBeGreaterThan(length);
    }
    await expect(rows.first()).not.toHaveText(first);
    expect(await rows.count()).toBeLessThan(80);
    expect(problems).toEqual([]);
  });
});

test.describe('with twenty thousand resources', () => {
  test.use({ serviceOptions: { extraDashboards: 20_000 } });

  test('a snapshot is searched and its folders are opened', async ({ app, page, problems }) => {
    await app.open('/snapshots/latest');
    await expect(page.getByText(/^20,\d{3} resources$/)).toBeVisible();
    await page.getByRole('searchbox').or(page.getByPlaceholder('Search titles')).first().fill('Service 12345');
    await expect(page.getByText('1 resource', { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Service 12345' }).click();
    await expect(page.getByRole('heading', { name: 'Service 12345' })).toBeVisible();
    expect(problems).toEqual([]);
  });
});

test.describe('with a dashboard of two megabytes, much edited', () => {
  test.use({ serviceOptions: { heavyBytes: 2_000_000 } });
  const one = 'resource=1%2Fdashboard%2Fheavy';

  test('its differences are shown bit by bit, and its JSON holds only a screenful', async ({ app, page, problems }) => {
    await app.open(`/compare?${one}`);
    const drawer = page.getByRole('dialog');
    const changes = drawer.getByRole('list', { name: 'Changes' }).locator('> li');
    await expect(changes).toHaveCount(50);
    await drawer.getByRole('button', { name: 'Show 50 more' }).click();
    await expect(changes).toHaveCount(100);
    await expectAccessible(page);
    await page.getByRole('tab', { name: 'JSON' }).click();
    const lines = drawer.getByRole('region', { name: /^JSON of/ });
    await expect(lines).toContainText('all regions');
    expect(await lines.locator('div').count()).toBeLessThan(200);
    await app.open(`/snapshots/latest?${one}`);
    await expect(lines).toContainText('"uid": "heavy"');
    expect(await lines.locator('div').count()).toBeLessThan(200);
    expect(problems).toEqual([]);
  });
});

test('filters live in the URL: a reload and a shared link show the same', async ({ app, page }) => {
  await app.open('/history?status=partial&trigger=scheduled');
  const count = await page.getByText(/^\d+ snapshots?$/).innerText();
  expect(count).not.toBe('36 snapshots');
  await page.reload();
  await expect(page.getByText(count, { exact: true })).toBeVisible();
});

test('before the first backup, Restore and Compare say so', async ({ app, page, service }) => {
  service.state.snapshots = [];
  for (const path of ['/restore', '/compare']) {
    await app.open(path);
    await expect(page.getByText('No snapshots yet')).toBeVisible();
  }
  await expectAccessible(page);
});
