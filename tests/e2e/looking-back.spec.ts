import { expect, expectAccessible, GRAFANA_URL } from './support/fixtures.ts';
import { test } from './support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'the snapshots and copies are made up');

test('the differences of a list follow one another, by mouse and by keyboard', async ({ app, page, problems }) => {
  await app.open('/compare?to=live');
  await page.getByRole('cell').getByRole('button').first().click();
  const drawer = page.getByRole('dialog');
  await expect(drawer.getByText(/^Before: snapshot of .*:05.*, saved by ada/)).toBeVisible();
  await expect(drawer.getByText(/^After: Grafana now, saved by grace/)).toBeVisible();
  const position = (at: number) => expect(drawer.getByText(new RegExp(`^${at} of `))).toBeVisible();
  await position(1);
  await drawer.getByRole('button', { name: 'Next change' }).click();
  await position(2);
  await page.keyboard.press('j');
  await position(3);
  await page.keyboard.press('k');
  await position(2);
  await expectAccessible(page);
  expect(problems).toEqual([]);
});

test('what a restore saved names who started that, on the first screen and in a comparison', async ({ app, page }) => {
  const restored = { run: 'run-1', by: 'grace' };
  await page.route('**/api/v1/changes?*', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    json.items = json.items.map((item: object) => ({ ...item, updatedBy: 'dashkeep', by: 'dashkeep', restored }));
    await route.fulfill({ response, json });
  });
  await page.route('**/api/v1/diff/resource?*', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    await route.fulfill({ response, json: { ...json, from: { ...json.from, by: 'dashkeep', restored } } });
  });
  await app.open('');
  const changes = page.getByRole('list', { name: 'Newest changes' });
  await expect(changes.getByText('restored by grace').first()).toBeVisible();
  await expect(changes.getByText('saved by dashkeep')).toHaveCount(0);
  await app.open('/compare?to=live');
  await page.getByRole('cell').getByRole('button').first().click();
  await expect(page.getByRole('dialog').getByText(/^Before: snapshot of .*, restored by grace/)).toBeVisible();
});

test('a comparison shows who deleted something above the whole time', async ({ app, page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.route('**/api/v1/diff?*', async (route) => {
    const json = await (await route.fetch()).json();
    const deleted = { change: 'removed', by: 'administrator', updated: '2026-12-01T05:18:38.439Z' };
    await route.fulfill({ json: { ...json, items: json.items.map((item: object) => ({ ...item, ...deleted })) } });
  });
  await app.open('/compare?to=live');
  const cell = page.getByRole('cell', { name: /deleted by administrator/ }).first();
  await expect(cell.getByText(/^\w{3} \d{1,2}, 2026, \d{1,2}:\d\d\s[AP]M$/)).toBeVisible();
});

test('a comparison that the service did not finish is not called one without differences', async ({ app, page }) => {
  let isDown = false;
  await page.route('**/api/v1/diff?*to=live*', async (route) => {
    if (isDown) {
      await route.fulfill({ status: 502 });
      return;
    }
    const json = await (await route.fetch()).json();
    const counts = { added: 0, changed: 0, removed: 0 };
    const reading = { progress: { phase: 'reading', done: 0, kinds: {} }, pending: ['dashboard'] };
    await route.fulfill({ json: { ...json, items: [], total: 0, counts, reading } });
  });
  await app.open('/compare?to=live');
  await expect(page.getByText('Comparing with Grafana now').first()).toBeVisible();
  await expect(page.getByText('No differences found yet')).toBeVisible();
  await expect(page.getByText('0 resources')).toHaveCount(0);
  await expect(page.getByText('0 Removed')).toHaveCount(0);
  isDown = true;
  await expect(page.getByText('Comparing with Grafana now')).toHaveCount(0);
  await expect(page.getByText('The Dashkeep service is not responding')).toBeVisible();
  await expect(page.getByText('differences found so far. Not read yet: Dashboards')).toBeVisible();
  await expect(page.getByText('No differences found yet')).toBeVisible();
  await expect(page.getByText(/^Current state read/)).toHaveCount(0);
  await expect(page.getByText('0 Removed')).toHaveCount(0);
  await expect(page.getByText('0 resources')).toHaveCount(0);
});

test('the versions of a list follow one another, with their keys', async ({ app, page, service, problems }) => {
  await app.open('/versions/dashboard/checkout-latency');
  const compare = page.getByRole('button', { name: 'Compare with Grafana now' });
  await expect(compare).toHaveCount(2);
  await compare.first().click();
  const drawer = page.getByRole('dialog');
  await expect(drawer.getByText(/^After: Grafana now/)).toBeVisible();
  await expect(drawer.getByText('1 of 2')).toBeVisible();
  await expect(drawer.getByRole('button', { name: 'Previous change' })).toBeDisabled();
  const earlier = page.waitForRequest((asked) =>
    asked.url().includes(`/diff/resource?from=${service.state.snapshots[1]?.id}`),
  );
  await drawer.getByRole('button', { name: 'Next change' }).click();
  await expect(drawer.getByText('2 of 2')).toBeVisible();
  await earlier;
  await page.keyboard.press('k');
  await expect(drawer.getByText('1 of 2')).toBeVisible();
  await expectAccessible(page);
  await drawer.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Compare with the previous version' }).click();
  await expect(drawer.getByText('1 of 1')).toBeVisible();
  expect(problems).toEqual([]);
});

test('snapshots of the same minute are told apart by their seconds where one is chosen, and by what they were made for', async ({
  app,
  page,
  service,
}) => {
  const [newest, before] = service.state.snapshots;
  const minute = newest!.time.slice(0, 17);
  newest!.time = `${minute}41.000Z`;
  before!.time = `${minute}12.000Z`;
  before!.trigger = 'safety';
  // All of them fit into the list.
  service.state.snapshots.splice(3);
  await app.open(`/compare?from=${before!.id}&to=${newest!.id}`);
  const [earlier, later] = [
    page.getByRole('combobox', { name: 'Earlier' }),
    page.getByRole('combobox', { name: 'Later' }),
  ];
  await expect(earlier).toHaveValue(/:12\b/);
  await expect(later).toHaveValue(/:41\b/);
  await later.click();
  await expect(page.getByRole('option', { name: /:12\b.*before a restore/ })).toBeVisible();
  await expect(page.getByRole('option', { name: /:41\b/ })).toBeVisible();
});

test('temporary copies are announced, listed with who made them, and removed', async ({ app, page, problems }) => {
  await app.open('/versions/dashboard/checkout-latency');
  const open = page.getByRole('button', { name: 'Open as it was' }).first();
  // Only who comes by keyboard sees it without the pointer, and the test before may have clicked.
  await page.keyboard.press('Tab');
  await open.focus();
  await expect(page.getByText('Creates a copy of the dashboard')).toBeVisible();
  await open.click();
  await app.open('/history');
  const copies = page.getByRole('region', { name: 'Temporary copies in Grafana' });
  await expect(copies.getByText(/^created by ada on .*, removed on /)).toBeVisible();
  await expectAccessible(page);
  await copies.getByRole('button', { name: /^Remove the copy “/ }).click();
  await expect(copies).toHaveCount(0);
  expect(problems).toEqual([]);
});

test('two versions are chosen and compared, and what is live is marked', async ({ app, page, service, problems }) => {
  const uid = 'checkout-latency';
  const newest = service.state.latest.get(`dashboard/${uid}`);
  service.state.live.set(`dashboard/${uid}`, newest!);
  await app.open(`/versions/dashboard/${uid}`);
  const cards = page
    .getByRole('main')
    .getByRole('region')
    .filter({ has: page.getByRole('checkbox') });
  await expect(cards.first().getByText('In Grafana now')).toBeVisible();
  await expect(page.getByText('In Grafana now')).toHaveCount(1);
  await expectAccessible(page);
  const compare = page.getByRole('button', { name: 'Compare the two selected versions' });
  await expect(compare).toBeDisabled();
  await page
    .getByRole('checkbox', { name: /^Compare the version of/ })
    .first()
    .check({ force: true });
  await page
    .getByRole('checkbox', { name: /^Compare the version of/ })
    .last()
    .check({ force: true });
  await compare.click();
  await expect(page.getByRole('dialog').getByText(/^Before: snapshot of/)).toBeVisible();
  expect(problems).toEqual([]);
});

test('of what is gone, restoring comes first', async ({ app, page, service }) => {
  const uid = 'checkout-latency';
  service.state.live.delete(`dashboard/${uid}`);
  await app.open(`/versions/dashboard/${uid}`);
  const card = page
    .getByRole('main')
    .getByRole('region')
    .filter({ has: page.getByRole('checkbox') })
    .first();
  await expect(page.getByText('It no longer exists in Grafana')).toBeVisible();
  await expect(card.getByRole('button').first()).toHaveText('Restore this version');
});

test('a list of resources names what manages one, in words, also where it is narrow', async ({
  app,
  page,
  service,
}) => {
  await page.route('**/api/v1/snapshots/*/resources?*', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    json.items[0].managedBy = { manager: 'classic-file-provisioning', id: 'nodes' };
    await route.fulfill({ response, json });
  });
  await app.open(`/snapshots/${service.state.snapshots[0]?.id}`);
  const badge = page.getByRole('table').getByText('Managed by a file');
  await expect(badge).toBeVisible();
  await expectAccessible(page);
  await page.setViewportSize({ width: 600, height: 900 });
  await expect(badge).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(600);
});
