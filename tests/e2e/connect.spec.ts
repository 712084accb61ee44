import { expect, GRAFANA_URL } from './support/fixtures.ts';
import { test } from './support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'what Grafana stores for the app is looked at on the preview page');

test('connecting by hand keeps what else Grafana stores for the app @quick', async ({ page, preview, service }) => {
  preview.app.jsonData = { kept: 'yes' };
  preview.app.secureJsonData = {};
  await page.goto('/plugins/dashkeep-backup-app?page=configuration');
  await page.getByRole('button', { name: 'Connect manually' }).click();
  await page.getByLabel('Address of the service').fill(service.url);
  await page.getByLabel('Token of the service').fill(service.token);
  await page.getByRole('button', { name: 'Save and connect' }).click();
  await expect(page.getByText('The Dashkeep service is connected')).toBeVisible();
  expect(preview.app.jsonData).toEqual({ kept: 'yes', sidecarUrl: service.url });
  expect(preview.app.secureJsonData).toEqual({ sidecarToken: `${service.url} ${service.token}` });
  expect(preview.app.enabled).toBe(true);
  // The stored token would not be sent to another address.
  await page.getByRole('button', { name: 'Connect manually' }).click();
  const save = page.getByRole('button', { name: 'Save and connect' });
  await expect(save).toBeEnabled();
  await page.getByLabel('Address of the service').fill('http://127.0.0.1:9');
  await expect(save).toBeDisabled();
  await page.getByLabel('Address of the service').fill(`${service.url}/`);
  await expect(save).toBeEnabled();
});

test('a page that waits for the service goes on by itself when it has connected', async ({
  page,
  preview,
  service,
}) => {
  const { jsonData } = preview.app;
  preview.app.jsonData = {};
  await page.goto('/plugins/dashkeep-backup-app?page=configuration');
  await expect(page.getByText('No Dashkeep service is connected yet')).toBeVisible();
  preview.app.jsonData = jsonData;
  await expect(page.getByText('The Dashkeep service is connected')).toBeVisible({ timeout: 15_000 });
  expect(jsonData).toEqual({ sidecarUrl: service.url });
  preview.app.jsonData = { sidecarUrl: 'http://127.0.0.1:9' };
  await expect(page.getByText('The Dashkeep service is not responding')).toBeVisible({ timeout: 15_000 });
  await expect(page.getByText('The Dashkeep service is connected')).toHaveCount(0);
});

test('a run is not called running while the service is away', async ({ app, page, preview, service }) => {
  service.state.options.runTime = 600_000;
  await app.open('');
  await page.getByRole('button', { name: 'Back up now' }).click();
  await expect(page.getByRole('progressbar', { name: 'Backup is running' })).toBeVisible();
  preview.app.jsonData = { sidecarUrl: 'http://127.0.0.1:9' };
  await expect(page.getByRole('progressbar', { name: 'Last known progress: Backup' })).toBeVisible();
  await expect(page.getByText('Backup is running')).toHaveCount(0);
});
