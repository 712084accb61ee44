import type { SearchPage } from '../../../pkg/contract/api/search.ts';
import { expect, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'on what is made up for it');

test('what was deleted after the latest snapshot is said to be, as that snapshot still has it', async ({
  app,
  page,
}) => {
  await page.route('**/api/v1/search?**', async (route) => {
    const answer = (await (await route.fetch()).json()) as SearchPage;
    await route.fulfill({ json: { ...answer, items: answer.items.map((hit) => ({ ...hit, deleted: true })) } });
  });
  await app.open('/history/search?q=Checkout%20latency');
  const hit = page.getByRole('article', { name: 'Checkout latency', exact: true });
  await expect(hit.getByText('in the latest snapshot').first()).toBeVisible();
  await expect(hit.getByText('Deleted after the latest snapshot')).toBeVisible();
});

test('each column of the history has a name', async ({ app, page }) => {
  await app.open('/history');
  const headers = page.getByRole('table').getByRole('columnheader');
  await expect(headers.last()).toHaveText('Actions');
  for (const header of await headers.all()) {
    await expect(header).not.toHaveText('');
  }
});
