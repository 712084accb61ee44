import { expect, expectAccessible, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'on what is made up for it');

test('before the first backup, the target leads to encryption, and not any more after it', async ({
  app,
  page,
  service,
}) => {
  service.state.snapshots = [];
  service.state.status = { schedules: [] };
  await app.open('/settings/target');
  const alert = page.getByRole('status').filter({ hasText: 'Choose encryption before the first backup' });
  await expect(alert).toContainText('The first backup starts as soon as you save the target.');
  await expectAccessible(page);
  await alert.getByRole('link', { name: 'Choose encryption' }).press('Enter');
  const keys = page.getByLabel(/^Public keys that encrypt the backups/);
  await keys.fill('age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Settings saved')).toBeVisible();
  await page.getByRole('tab', { name: 'Target' }).click();
  await expect(page.getByRole('textbox', { name: /^Bucket/ })).toBeVisible();
  await expect(alert).toHaveCount(0);
});

test('once a target is saved, its page leads to the run of the first backup, while it runs and after it', async ({
  app,
  page,
  service,
}) => {
  const [run, newest] = [service.state.runs[0]!, service.state.snapshots[0]!];
  const first = { ...run, kind: 'backup', status: 'running' } as const;
  service.state.snapshots = [];
  service.state.status = { protection: 'never', newest: undefined, lastBackup: undefined };
  await app.open('/settings/target');
  await expect(page.getByRole('textbox', { name: /^Bucket/ })).toBeVisible();
  const link = page.getByRole('link', { name: 'Open the run' });
  await expect(link).toHaveCount(0);
  service.state.status.running = first;
  await expect(page.getByRole('status').filter({ hasText: 'The first backup is running' })).toBeVisible();
  await expect(link).toHaveAttribute('href', new RegExp(`/runs/${run.id}$`));
  await expectAccessible(page);

  const lastBackup = { ...first, status: 'complete', snapshot: newest.id } as const;
  service.state.snapshots = [newest];
  service.state.status = { newest, lastBackup, snapshots: 1 };
  await expect(page.getByRole('status').filter({ hasText: 'The first backup has ended' })).toBeVisible();
  await expect(link).toHaveAttribute('href', new RegExp(`/runs/${run.id}$`));
});

test('once a target is saved, its page no longer says what to do before that', async ({ app, page, service }) => {
  service.state.snapshots = [];
  service.state.status = { protection: 'never', newest: undefined, lastBackup: undefined };
  await app.open('/settings/target');
  await expect(page.getByText('The target is saved. The first backup starts automatically.')).toBeVisible();
  await expect(page.getByText('Choose encryption before the first backup')).toHaveCount(0);
  await expectAccessible(page);
});

test('a private key of others is named where it is entered, and on the overview', async ({ app, page, service }) => {
  await app.open('/settings/encryption');
  await page.getByLabel(/^Private key/).fill('AGE-SECRET-KEY-1');
  const reason = { code: 'DK_SETTINGS', message: 'the private key matches none of the public keys', hint: '' };
  const why = { code: 'identity-of-others', params: {} };
  service.state.status = { warnings: [{ ...reason, why, advice: { code: 'correct-identity', params: {} } }] };
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const alert = page.getByRole('alert').filter({ hasText: 'The private key matches none of the public keys' });
  await expect(alert).toContainText('Enter the matching private key in the settings');
  await expectAccessible(page);
  await app.open('');
  await expect(alert).toBeVisible();
});

test('with snapshots, the target says nothing of encryption', async ({ app, page }) => {
  await app.open('/settings/target');
  await expect(page.getByRole('textbox', { name: /^Bucket/ })).toBeVisible();
  await expect(page.getByText('Choose encryption')).toHaveCount(0);
});

test('after saving by keyboard, one goes on in the same section', async ({ app, page }) => {
  await app.open('/settings/retention');
  const newest = page.getByLabel('The newest');
  await newest.fill('98');
  await newest.press('Enter');
  await expect(page.getByText('Settings saved')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Retention' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(newest).toBeFocused();
});

test('the preview says which rules keep snapshots', async ({ app, page }) => {
  await app.open('/settings/retention');
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page.getByText('12 kept: The newest 12 snapshots')).toBeVisible();
  await expect(page.getByText(/^12 kept: One per day, for \d+ days$/)).toBeVisible();
  await expectAccessible(page);
});

test('after a login, a target that could not be saved is only said not to be saved', async ({ app, page }) => {
  await app.open('/settings/target');
  await page.route('**/api/plugin-proxy/**', (route) =>
    route.fulfill({ status: 401, json: { message: 'Unauthorized' } }),
  );
  await page.getByRole('textbox', { name: /^Bucket/ }).fill('another');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const ended = page.getByRole('alert').filter({ hasText: 'You are no longer logged in to Grafana' });
  await expect(ended.first()).toBeVisible();
  await page.unroute('**/api/plugin-proxy/**');
  await expect(page.getByRole('alert').filter({ hasText: 'Your changes are not saved' })).toBeVisible();
  await expect(ended).toHaveCount(0);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Settings saved')).toBeVisible();
});

test('a target with a key but without a bucket is not saved, and the field says so', async ({ app, page, service }) => {
  service.state.settings.values.target.url = '';
  service.state.settings.secrets.s3SecretAccessKey = { set: false, owner: 'ui' };
  await app.open('/settings/target');
  await page.getByLabel('Secret access key').fill('only-this');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Correct the marked fields')).toBeVisible();
  await expect(page.getByRole('textbox', { name: /^Bucket/ })).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('Settings saved')).toHaveCount(0);
  await page.getByRole('button', { name: 'Discard changes' }).click();
});
