import type { Page } from '@playwright/test';
import { APP, expect, expectAccessible, open, test } from './fixtures.ts';

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option }).first().click();
}

test.describe('from nothing', () => {
  test.use({ serviceOptions: { configured: false, runTime: 1500 } });

  test('the first set-up: a bucket, a wrong key and how it is explained, then the first backup', async ({ page }) => {
    await open(page, '');
    await expect(page.getByText('Choose where backups go')).toBeVisible();
    await page.getByRole('link', { name: 'Set up the backup target' }).click();
    await choose(page, 'Provider', 'Scaleway');
    await expect(page.getByLabel('Endpoint')).toHaveValue('https://s3.fr-par.scw.cloud');
    await page.getByRole('textbox', { name: /^Bucket/ }).fill('grafana-backups');
    await page.getByLabel('Folder in the bucket').fill('production');
    await page.getByLabel('Access key ID').fill('SCWXXXXXXXXXXXXXXXXX');
    await page.getByLabel('Secret access key').fill('wrong');
    await page.getByRole('button', { name: 'Check' }).click();
    await expect(page.getByText('The target does not work yet')).toBeVisible();
    await expect(page.getByText('The secret key does not belong to this access key.')).toBeVisible();
    await expectAccessible(page);

    await page.getByLabel('Secret access key').fill('right');
    await page.getByRole('button', { name: 'Check' }).click();
    await expect(page.getByText('The target works')).toBeVisible();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Settings saved')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Reset' })).toHaveCount(2);

    await page.goto(APP);
    await expect(page.getByRole('heading', { name: 'Nothing is backed up yet' })).toBeVisible();
    await page.getByRole('button', { name: 'Back up now' }).click();
    await expect(page.getByRole('progressbar', { name: 'Backup is running' })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Everything is safe' })).toBeVisible();
  });
});

test('back up now: live progress that survives leaving the page', async ({ page, service }) => {
  service.state.options.runTime = 8000;
  await open(page, '');
  await page.getByRole('button', { name: 'Back up now' }).click();
  await expect(page.getByRole('progressbar', { name: 'Backup is running' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Back up now' })).toBeDisabled();
  await page.getByRole('link', { name: 'All runs' }).click();
  await expect(page.getByRole('table').getByText('Running')).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('progressbar')).toHaveCount(0, { timeout: 20_000 });
  await expect(page.getByText('just now').first()).toBeVisible();
});

test('cancelling a backup', async ({ page, service }) => {
  service.state.options.runTime = 60_000;
  await open(page, '');
  await page.getByRole('button', { name: 'Back up now' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  await expect(page.getByText('Cancelled').first()).toBeVisible();
});

test('a deleted folder comes back with its permissions and alerts, and can be undone', async ({ page }) => {
  await open(page, '/compare');
  await page.getByRole('button', { name: /Removed/ }).click();
  await expect(page.getByRole('button', { name: 'Checkout SLO' })).toBeVisible();
  await page.goto(`${APP}/snapshots/latest`);
  await page.getByRole('navigation', { name: 'Folders' }).getByText('Payments').click();
  await page.getByRole('link', { name: 'Restore this folder' }).click();
  await expect(page.getByRole('combobox', { name: 'Which folder' })).toHaveValue('Payments');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(page.getByRole('heading', { name: '11 resources will be restored' })).toBeVisible();
  await page.getByRole('button', { name: 'Restore now' }).click();
  await expect(page.getByRole('progressbar', { name: 'Restore is running' })).toBeVisible();
  await expect(page.getByText('11 resources are back')).toBeVisible();
  await expect(page.getByRole('table', { name: 'Results' }).getByText('Checkout SLO')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Undo this restore' }).click();
  await expect(page.getByRole('heading', { name: 'What undoing the restore would do' })).toBeVisible();
  await expect(page.getByText('11 are deleted')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Undo now' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('Main Org.');
  await dialog.getByRole('button', { name: 'Undo now' }).click();
  await expect(page.getByText('11 resources are deleted')).toBeVisible();
});

test('one panel’s change is seen and rolled back, after typing what is asked for', async ({ page }) => {
  await open(page, '/compare');
  await page.getByRole('button', { name: 'Capacity' }).click();
  await expect(page.getByText('Capacity (being edited)')).toBeVisible();
  await page.getByRole('tab', { name: 'JSON' }).click();
  await expect(page.getByRole('region', { name: /^JSON of/ })).toContainText('being edited');
  await page.getByRole('link', { name: 'Go back to the earlier version' }).click();
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await page.getByRole('button', { name: 'Restore now' }).click();
  const dialog = page.getByRole('dialog');
  const confirm = dialog.getByRole('button', { name: 'Restore now' });
  await expect(confirm).toBeDisabled();
  await dialog.getByRole('textbox').fill('overwrite 1');
  await confirm.click();
  await expect(page.getByText('1 resource is back')).toBeVisible();
});

test('a restore by keyboard alone', async ({ page }) => {
  await open(page, '/restore?type=folder&org=1&uid=payments');
  const tabTo = async (name: string) => {
    for (let step = 0; step < 60; step++) {
      await page.keyboard.press('Tab');
      const text = await page.evaluate(() => document.activeElement?.textContent ?? '');
      if (text.includes(name)) {
        return;
      }
    }
    throw new Error(`${name} is not reached by the tab key`);
  };
  await tabTo('Show the plan');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Restore now' })).toBeVisible();
  await tabTo('Restore now');
  await page.keyboard.press('Enter');
  await expect(page.getByText('11 resources are back')).toBeVisible();
});

test('a snapshot is deleted only after its id was typed', async ({ page, service }) => {
  const id = service.state.snapshots[3]?.id ?? '';
  await open(page, `/snapshots/${id}`);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Delete' })).toBeDisabled();
  await dialog.getByRole('textbox').fill(id);
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(page).toHaveURL(/\/history$/);
  expect(service.state.snapshots.some((row) => row.id === id)).toBe(false);
});

test('a dashboard is downloaded as JSON that can be imported by hand', async ({ page }) => {
  await open(page, '/snapshots/latest?resource=1%2Fdashboard%2Fcapacity');
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download for import' }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toBe('dashboard-capacity.json');
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) {
    chunks.push(chunk as Buffer);
  }
  expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ uid: 'capacity', title: 'Capacity' });
});

test('filters live in the URL: a reload and a shared link show the same', async ({ page }) => {
  await open(page, '/history?status=partial&trigger=scheduled');
  const count = await page.getByText(/^\d+ snapshots?$/).innerText();
  expect(count).not.toBe('36 snapshots');
  await page.reload();
  await expect(page.getByText(count, { exact: true })).toBeVisible();
});
