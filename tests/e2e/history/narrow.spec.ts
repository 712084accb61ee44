import type { ResultPage } from '../../../pkg/contract/api/restores.ts';
import { expect, expectAccessible, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'on what is made up for it');
test.use({ viewport: { width: 600, height: 900 } });

test('a narrow list of runs shows who requested each, and its problem', async ({ app, page, service }) => {
  Object.assign(service.state.runs[0]!, { kind: 'verify', trigger: 'manual', by: 'ada', problems: 3 });
  Object.assign(service.state.runs[1]!, { kind: 'restore', trigger: 'undo', by: 'grace' });
  await app.open('/history/runs');
  const row = page.getByRole('row', { name: /ada/ }).first();
  await expect(row.getByText('Manual, ada').filter({ visible: true })).toBeVisible();
  const undo = page.getByRole('row', { name: /grace/ }).first();
  await expect(undo.getByText('Manual, grace').filter({ visible: true })).toBeVisible();
  await expect(row.getByText('3 resources failed').filter({ visible: true })).toBeVisible();
  await expectAccessible(page);
});

test('a narrow list of snapshots shows the trigger of each', async ({ app, page, service }) => {
  Object.assign(service.state.snapshots[0]!, { trigger: 'safety', by: 'ada' });
  await app.open('/history');
  const row = page.getByRole('row').nth(1);
  await expect(row.getByText('Before a restore').filter({ visible: true })).toBeVisible();
  await expectAccessible(page);
});

test('a narrow list of snapshots shortens a long note, not the time', async ({ app, page, service }) => {
  const hold = { note: 'before the changes that the next backup reports', since: '2026-01-01T00:00:00.000Z' };
  Object.assign(service.state.snapshots[0]!, { hold });
  await app.open('/history');
  const time = page.getByRole('row').nth(1).getByRole('time');
  await expect(time).toBeInViewport({ ratio: 1 });
});

test('a long word in the title of a narrow page is readable', async ({ app, page, service }) => {
  const title = 'a_name_without_any_space_'.repeat(6);
  service.state.latest.get('dashboard/checkout-latency')!.entry.title = title;
  await app.open('/versions/dashboard/checkout-latency');
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(600);
});

test('a narrow result of a restore shows the reason, and the fields that differ', async ({ app, page }) => {
  await page.route('**/api/v1/restores/*/results*', async (route) => {
    const found = (await (await route.fetch()).json()) as ResultPage;
    const differences = [{ path: 'title', wanted: 'A', found: 'B' }];
    const items = found.items.map((one) => ({
      ...{ ...one, outcome: 'differs', differences },
      ...{ reason: 'exists, but differs: title', code: '', params: {} },
    }));
    await route.fulfill({ json: { ...found, items } });
  });
  await app.open('/restore?type=folder&org=1&uid=payments');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await page.getByRole('button', { name: 'Restore now' }).click();
  const row = page.getByRole('table', { name: 'Results' }).getByRole('row').nth(1);
  await expect(row.getByText(/differs: title/).filter({ visible: true })).toBeVisible();
  await row.getByRole('button', { name: /that differ$/ }).click();
  await expect(page.getByText('Expected: A. Found: B')).toBeVisible();
});

test('narrow pages hide no tab', async ({ app, page }) => {
  await app.open('/settings/target');
  const tabs = page.getByRole('tablist');
  await expect(tabs.getByRole('tab', { name: 'Notifications' })).toBeInViewport();
  expect(await tabs.evaluate((list) => list.scrollWidth - list.clientWidth)).toBeLessThanOrEqual(0);
});
