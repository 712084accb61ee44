import type { Page } from '@playwright/test';
import type { FakeState } from '../support/preview/fake/state.ts';
import { expect, expectAccessible, GRAFANA_URL } from './support/fixtures.ts';
import { tabTo } from './support/keyboard.ts';
import { test } from './support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'the versions are made up; on a real Grafana see extensions.spec.ts');

const source = { type: 'prometheus', uid: 'prometheus-main' };
const panel = (id: number, title: string, rest: object = {}) => ({
  id,
  title,
  type: 'timeseries',
  datasource: source,
  targets: [{ refId: 'A', expr: `rate(${title.toLowerCase()}{host=~"$host"}[5m])` }],
  ...rest,
});
const asking = (expr: string) => ({ targets: [{ refId: 'A', expr }] });
const host = (value: string | string[]) => ({ name: 'host', type: 'query', current: { value, text: value } });

/** What the newest snapshot and the one before hold of a dashboard. */
function setVersions(state: FakeState, before: object, after: object): void {
  const known = state.latest.get('dashboard/checkout-latency');
  if (known === undefined) {
    throw new Error('the made-up world has changed');
  }
  const board = { uid: 'checkout-latency', title: 'Checkout latency', schemaVersion: 41 };
  const put = (world: FakeState['latest'], body: object, letter: string) =>
    world.set('dashboard/checkout-latency', {
      body: { ...board, ...body },
      entry: { ...known.entry, object: letter.repeat(64) },
    });
  put(state.earlier, before, 'a');
  put(state.latest, after, 'b');
}

/** Opens what differs between the two newest versions. */
async function compare(app: { open(path: string): Promise<void> }, page: Page, query = ''): Promise<void> {
  await app.open(`/versions/dashboard/checkout-latency${query}`);
  await page
    .getByRole('button', { name: /^(Compare with the previous version|Comparer avec la version précédente)$/ })
    .click();
}

const queriesRun = (page: Page) =>
  page.evaluate(() => (window as unknown as { previewQueries: string[] }).previewQueries);

// Tests of one worker share a loaded page.
test.beforeEach(({ page }) =>
  page.evaluate(() => (window as unknown as { previewQueries?: string[] }).previewQueries?.splice(0)),
);

test('changed panels are drawn side by side, when asked for, with the values of each version', async ({
  app,
  page,
  service,
  problems,
}) => {
  const same = panel(2, 'Untouched');
  setVersions(
    service.state,
    {
      time: { from: 'now-6h', to: 'now' },
      templating: { list: [host('web1')] },
      panels: [
        panel(1, 'Requests of $host', asking('rate(requests{host=~"$host"}[5m])')),
        same,
        panel(3, 'Left'),
        panel(4, 'Notes', { type: 'text', options: { content: 'Ask Ada' } }),
      ],
    },
    {
      time: { from: 'now-1h', to: 'now' },
      templating: { list: [host(['web1', 'web2'])] },
      panels: [
        panel(1, 'Requests of $host', asking('sum(rate(requests{host=~"$host"}[1m]))')),
        same,
        panel(4, 'Notes', { type: 'text', options: { content: 'Ask Grace about $host' } }),
        panel(5, 'Came'),
      ],
    },
  );
  await compare(app, page);
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('tab', { name: 'Panels side by side' }).click();
  const show = drawer.getByRole('button', { name: 'Show 4 panels' });
  await expect(show).toBeVisible();
  await expectAccessible(page);
  expect(await queriesRun(page), 'nothing is queried before it is asked for').toEqual([]);
  await tabTo(show);
  await page.keyboard.press('Enter');
  await expect(drawer.getByText('before: the last 6 hours; after: the last 1 hour.')).toBeVisible();
  await expect(drawer.getByRole('group', { name: 'Panels side by side' })).toBeFocused();
  const figures = (name: string) => drawer.getByRole('region', { name }).getByRole('figure');
  const inView = (name: string) => figures(name).first().scrollIntoViewIfNeeded();
  const requests = figures('Requests of $host');
  await expect(requests.first()).toContainText('Requests of web1');
  await expect(requests.first()).toContainText('rate(requests{host=~"web1"}[5m]): 1');
  await expect(requests.last()).toContainText('sum(rate(requests{host=~"(web1|web2)"}[1m])): 1');
  await inView('Notes');
  await expect(figures('Notes').first()).toContainText('Ask Ada');
  await expect(figures('Notes').last()).toContainText('Ask Grace about (web1|web2)');
  await inView('Came');
  await expect(figures('Came').first()).toHaveText(/This panel is not in this version/);
  await expect(figures('Came').last()).toContainText('rate(came{host=~"(web1|web2)"}[5m]): 1');
  await inView('Left');
  await expect(figures('Left').first()).toContainText('rate(left{host=~"web1"}[5m]): 1');
  await expect(figures('Left').last()).toHaveText(/This panel is not in this version/);
  await expectAccessible(page);
  expect(await queriesRun(page)).toHaveLength(4);
  expect(problems).toEqual([]);
});

test('what cannot be drawn says why, in its half', async ({ app, page, service, problems }) => {
  const gone = { type: 'prometheus', uid: 'gone-away' };
  const before = ['Source', 'Kind', 'Value', 'Failing', 'Shared', 'Library'].map((title, at) =>
    panel(at + 1, title, asking('up')),
  );
  setVersions(
    service.state,
    {
      templating: { list: [{ name: 'host', type: 'query', current: { value: '$__all', text: 'All' } }] },
      panels: before,
    },
    {
      templating: { list: [{ name: 'host', type: 'query', current: { value: '$__all', text: 'All' } }] },
      panels: [
        panel(1, 'Source', { ...asking('down'), datasource: gone }),
        panel(2, 'Kind', { ...asking('down'), type: 'gone-panel' }),
        panel(3, 'Value', asking('up{host="$host"}')),
        panel(4, 'Failing', asking('fails')),
        panel(5, 'Shared', { datasource: { uid: '-- Dashboard --' }, targets: [{ refId: 'A', panelId: 77 }] }),
        { id: 6, title: 'Library', libraryPanel: { uid: 'nowhere', name: 'Error budget' } },
      ],
    },
  );
  await compare(app, page);
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('tab', { name: 'Panels side by side' }).click();
  await drawer.getByRole('button', { name: 'Show 6 panels' }).click();
  for (const [name, reason] of [
    ['Source', 'The data source “gone-away” does not exist in this Grafana instance.'],
    ['Kind', 'This Grafana instance cannot render the visualization “gone-panel”'],
    ['Value', 'No values are saved for the variables that its queries use: host.'],
    ['Failing', 'The query failed: cannot answer fails'],
    ['Shared', 'This panel shows the data of panel 77, which this version does not have.'],
    ['Library', 'The library panel “Error budget” could not be read.'],
  ] as const) {
    const figures = drawer.getByRole('region', { name }).getByRole('figure');
    await figures.first().scrollIntoViewIfNeeded();
    await expect(figures.first()).toContainText('up: 1');
    await expect(figures.last()).toContainText(reason);
  }
  await expectAccessible(page);
  expect(problems.filter((text) => !text.includes('404'))).toEqual([]);
});

test('in French, light and narrow the two halves are below each other', async ({ app, page, service, problems }) => {
  setVersions(service.state, { panels: [panel(1, 'CPU')] }, { panels: [panel(1, 'CPU', asking('down'))] });
  await page.setViewportSize({ width: 600, height: 900 });
  await compare(app, page, '?lang=fr-FR&theme=light');
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('tab', { name: 'Panneaux côte à côte' }).click();
  await drawer.getByRole('button', { name: 'Afficher 1 panneau' }).click();
  const [before, after] = await drawer.getByRole('figure').all();
  await expect(before!).toContainText('Avant');
  await expect(after!).toContainText('Après');
  await expect(drawer.getByText('Plage temporelle : d’il y a 6 heures à maintenant.')).toBeVisible();
  await expectAccessible(page);
  const [upper, lower] = [await before!.boundingBox(), await after!.boundingBox()];
  expect(lower!.y).toBeGreaterThanOrEqual(upper!.y + upper!.height);
  expect(problems).toEqual([]);
});

test('a hostile stored dashboard gets nothing out of it', async ({ app, page, service, problems }) => {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  const attack = '<img src="https://evil.example.com/" onerror="window.attacked = true">';
  const links = [
    { title: 'Good', url: 'https://example.com/runbook' },
    { title: 'Bad', url: 'javascript:window.attacked=true' },
    { title: 'Hidden', url: '${host}' },
  ];
  const evil = (expr: string) => ({
    ...asking(expr),
    title: `CPU ${attack}`,
    options: { content: attack, __proto__: { polluted: true } },
    fieldConfig: { defaults: { links }, overrides: [] },
  });
  const templating = { list: [host('javascript:window.attacked=true')] };
  setVersions(
    service.state,
    { templating, panels: [panel(1, 'CPU', evil('up'))] },
    { templating, panels: [panel(1, 'CPU', evil(attack))] },
  );
  await compare(app, page);
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('tab', { name: 'Panels side by side' }).click();
  expect(await queriesRun(page)).toEqual([]);
  await drawer.getByRole('button', { name: 'Show 1 panel' }).click();
  const figures = drawer.getByRole('figure');
  await expect(figures.last()).toContainText(attack);
  await expect(figures.first().getByRole('link', { name: 'Good' })).toHaveAttribute(
    'href',
    'https://example.com/runbook',
  );
  for (const name of ['Bad', 'Hidden']) {
    await expect(figures.first().getByText(name)).not.toHaveAttribute('href', /javascript/i);
  }
  expect(await page.evaluate(() => ['attacked' in window, 'polluted' in {}])).toEqual([false, false]);
  expect(requests.filter((url) => url.includes('evil.example.com'))).toEqual([]);
  expect(problems).toEqual([]);
});

test('only panels in view are drawn, so that many of them stay usable', async ({ app, page, service, problems }) => {
  const many = (expr: string) =>
    Array.from({ length: 45 }, (_, at) => panel(at + 1, `Panel ${at + 1}.`, asking(`${expr}${at}`)));
  setVersions(service.state, { panels: many('before') }, { panels: many('after') });
  await compare(app, page);
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('tab', { name: 'Panels side by side' }).click();
  await drawer.getByRole('button', { name: 'Show 45 panels' }).click();
  const last = drawer.getByRole('region', { name: 'Panel 20.' }).first();
  await expect(last).toBeVisible();
  await expect(drawer.getByText('before0: 1')).toBeVisible();
  expect((await queriesRun(page)).length).toBeLessThan(20);
  await last.scrollIntoViewIfNeeded();
  await expect(last).toContainText('after19: 1');
  await drawer.getByRole('button', { name: 'Show 20 more' }).click();
  await expect(drawer.getByRole('region', { name: 'Panel 40.' }).first()).toBeVisible();
  expect(problems).toEqual([]);
});
