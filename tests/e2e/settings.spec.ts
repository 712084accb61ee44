import { expect, expectAccessible, GRAFANA_URL } from './support/fixtures.ts';
import { test } from './support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'on what is made up for it');

test('nobody leaves the settings with changes unasked, and changes can be discarded', async ({
  app,
  page,
  problems,
}) => {
  await app.open('/settings/retention');
  const newest = page.getByLabel('The newest');
  await newest.fill('99');
  await page.getByRole('link', { name: 'History', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Leave without saving?')).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Stay here' }).click();
  await expect(newest).toHaveValue('99');
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await expect(newest).toHaveValue('12');
  await newest.fill('98');
  await page.getByRole('tab', { name: 'Schedule' }).click();
  await dialog.getByRole('button', { name: 'Leave' }).click();
  await expect(page).toHaveURL(/\/settings\/schedule$/);
  await page.getByRole('tab', { name: 'Retention' }).click();
  await expect(newest).toHaveValue('12');
  expect(problems).toEqual([]);
});

test('what is wrong is said beside its field, and what somebody else saved can be loaded', async ({
  app,
  page,
  service,
}) => {
  await app.open('/settings/target');
  const bucket = page.getByRole('textbox', { name: /^Bucket/ });
  await bucket.fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Write s3://bucket/prefix.')).toHaveCount(1);
  await expect(page.getByText('Not saved. Correct the marked fields')).toBeVisible();
  await expectAccessible(page);

  service.state.settings.revision = '7';
  await bucket.fill('another');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Reload settings' }).click();
  await expect(bucket).toHaveValue('grafana-backups');
});
