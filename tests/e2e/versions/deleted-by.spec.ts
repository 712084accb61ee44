import { expect, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'the deletion is made up');

test('the versions of a deleted dashboard say who deleted it, before the next backup', async ({
  app,
  page,
  service,
}) => {
  const key = [...service.state.latest.keys()].find((one) => one.startsWith('dashboard/')) ?? '';
  const to: { by?: string; updated?: string } = { by: 'ada', updated: new Date(Date.now() - 120_000).toISOString() };
  await page.route('**/api/v1/diff/resource?*', (route) =>
    route.fulfill({
      json: {
        ...{ change: 'removed', org: 1, kind: 'dashboard', uid: 'a', title: 'A', changes: [], truncated: false },
        ...{ foreign: [], from: {}, to },
      },
    }),
  );
  await app.open(`/versions/${key}`);
  await expect(page.getByText(/It no longer exists in Grafana · deleted by ada/)).toBeVisible();
  delete to.by;
  delete to.updated;
  await app.open(`/versions/${key}`);
  await expect(page.getByText(/Only Grafana 12\.4 and later record who deleted something/)).toBeVisible();
});
