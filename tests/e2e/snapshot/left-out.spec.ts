import type { SnapshotDetail } from '../../../pkg/contract/api/snapshots.ts';
import { expect, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'these snapshots are made up');

test('only a snapshot that is encrypted has that badge', async ({ app, page, service }) => {
  const { id = '' } = service.state.snapshots[0] ?? {};
  let encrypted = false;
  await page.route(`**/api/v1/snapshots/${id}`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ json: { ...((await response.json()) as SnapshotDetail), encrypted } });
  });
  const size = page.getByRole('definition').filter({ hasText: /\d [kM]B/ });
  await app.open(`/snapshots/${id}`);
  await expect(size).toHaveText(/B$/);
  encrypted = true;
  await app.open(`/snapshots/${id}`);
  await expect(size).toHaveText(/B\s*Encrypted$/);
});

test('kinds that Grafana does not have are not counted as left out', async ({ app, page, service }) => {
  const { id = '' } = service.state.snapshots[0] ?? {};
  const none = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0 };
  const without = (code: string) => ({ ...none, reason: code, code, params: {} });
  const kinds: SnapshotDetail['kinds'] = { 'data-source-permissions': without('enterprise-only') };
  await page.route(`**/api/v1/snapshots/${id}`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ json: { ...((await response.json()) as SnapshotDetail), kinds } });
  });
  await app.open(`/snapshots/${id}`);
  await expect(
    page.getByText('Not included: 1 kind that this Grafana instance does not have', { exact: true }),
  ).toBeVisible();
  kinds.user = without('needs-server-admin');
  kinds.silence = without('not-asked-for');
  await app.open(`/snapshots/${id}`);
  const both = 'Not included: 2 kinds, 1 kind that this Grafana instance does not have';
  await expect(page.getByText(both, { exact: true })).toBeVisible();
});
