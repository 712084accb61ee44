import { APP, expect, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'on what is made up for it');

test('a page that an update of the app has taken away loads itself again, once, and the others still work', async ({
  app,
  page,
}) => {
  await app.open('');
  let asked = 0;
  let reloads = 0;
  page.on('load', () => reloads++);
  const known = new Set<string>();
  const remember = (response: { url(): string }) => known.add(response.url());
  page.on('response', remember);
  await page.reload();
  await app.open('');
  page.off('response', remember);
  reloads = 0;
  // Whatever script comes from now on is one that the update removed.
  await page.route(/\/public\/plugins\/.*\.js/, async (route) => {
    if (known.has(route.request().url())) {
      return route.continue();
    }
    asked++;
    return route.fulfill({ status: 404, body: 'gone' });
  });
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await expect(page.getByText('Dashkeep was updated while this page was open')).toBeVisible();
  expect(reloads, 'the page was loaded again before anything was said').toBe(1);
  expect(asked).toBeGreaterThan(1);
  await page.getByRole('link', { name: 'Overview', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Last backup complete' })).toBeVisible();
});

test('what several parts of a page fail to read is said once', async ({ app, page, preview }) => {
  await app.open('/snapshots/latest');
  await expect(page.getByRole('navigation', { name: 'Folders' })).toBeVisible();
  preview.app.jsonData = { sidecarUrl: 'http://127.0.0.1:9' };
  await page.getByPlaceholder('Search titles').fill('checkout');
  const down = page.getByRole('alert').filter({ hasText: 'The Dashkeep service is not responding' });
  await expect(down).toBeVisible();
  await page.getByPlaceholder('Search titles').fill('redis');
  await expect(down).toHaveCount(1);
  await expect(page.getByRole('navigation', { name: 'Folders' })).toBeVisible();
});

test('a service that does not answer is waited for in words, not in silence', async ({ app, page }) => {
  await app.open('');
  await page.route('**/api/plugin-proxy/**', () => undefined);
  await page.goto(`${APP}/settings/target`);
  await expect(page.getByText('No response yet')).toBeVisible();
  await expect(page.getByText('The Dashkeep service is not responding')).toBeVisible();
});

test('a run cannot be cancelled while the service is down, and the page says so once', async ({
  app,
  page,
  preview,
  service,
}) => {
  const progress = { phase: 'reading', done: 10, total: 100, kinds: {}, endsWithin: 42 };
  Object.assign(service.state.runs[0]!, { kind: 'backup', status: 'running', cancellable: true, progress });
  await app.open('');
  await expect(page.getByRole('region', { name: 'Protection' })).toContainText('Running now');
  await expect(page.getByText('less than 50 sec left')).toHaveCount(1);
  const cancel = page.getByRole('button', { name: 'Cancel' });
  await expect(cancel).toBeEnabled();
  // Some calls fail in Grafana, others on the way to the service.
  await page.route('**/api/v1/runs*', (route) => route.abort());
  preview.app.jsonData = { sidecarUrl: 'http://127.0.0.1:9' };
  await expect(page.getByRole('alert')).toHaveCount(1);
  await expect(cancel).toBeDisabled();
  await cancel.hover({ force: true });
  await expect(page.getByRole('tooltip')).toHaveText(/is not responding/);
  await page.waitForTimeout(4_000);
  await expect(page.getByRole('alert')).toHaveCount(1);
});
