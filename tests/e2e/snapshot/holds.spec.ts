import type { Locator, Page } from '@playwright/test';
import { expect, expectAccessible } from '../support/fixtures.ts';
import { test } from '../support/journey.ts';

/** Opens an entry of the menu of a snapshot. */
async function choose(page: Page, name: string): Promise<Locator> {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name, exact: true }).click();
  return page.getByRole('dialog');
}

test('a snapshot is put on hold, found, kept and released', async ({ app, page, service, backup, problems }) => {
  await app.open(`/snapshots/${backup}`);
  const dialog = await choose(page, 'Put on hold');
  await expect(dialog.getByLabel('Reason')).toBeFocused();
  await page.keyboard.type('before the upgrade');
  await dialog.getByLabel('Last day').fill('2099-12-31');
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  const alert = page.getByRole('status').or(page.getByRole('alert')).filter({ hasText: 'On hold until' });
  await expect(alert).toContainText('before the upgrade');
  await expect(alert).toContainText(/Since .*, by admin/);
  await expectAccessible(page);

  await page.getByRole('button', { name: 'More actions' }).click();
  await expect(page.getByRole('menuitem', { name: 'Delete Release it first' })).toBeDisabled();
  await page.keyboard.press('Escape');
  const refused = service('DELETE', `/snapshots/${backup}?confirm=${backup}`);
  await expect(refused).rejects.toThrow('DK_SNAPSHOT_HELD');

  const note = await choose(page, 'Add a note');
  await note.getByLabel('Note').fill('the last one with the old panels');
  await note.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('the last one with the old panels (admin)')).toBeVisible();

  await app.open('/history?marked=hold');
  const row = page.getByRole('row').filter({ hasText: 'On hold' });
  await expect(row).toHaveCount(1);
  const marks = row.getByText('before the upgrade').filter({ visible: true });
  await expect(marks).toHaveCount(1);
  await page.setViewportSize({ width: 600, height: 900 });
  await expect(marks).toHaveCount(1);
  await page.setViewportSize({ width: 1280, height: 900 });
  await expectAccessible(page);

  await row.getByRole('link').first().click();
  const release = await choose(page, 'Release');
  await release.getByRole('button', { name: 'Release' }).click();
  await expect(alert).toHaveCount(0);
  await app.open('/history?marked=hold');
  await expect(page.getByText('No snapshots match')).toBeVisible();
  expect(problems).toEqual([]);
});
