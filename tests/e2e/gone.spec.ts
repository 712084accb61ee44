import type { Page } from '@playwright/test';
import { CONTENT, removeContent } from './support/content.ts';
import { expect, expectAccessible, RESTORED } from './support/fixtures.ts';
import { backUp, test } from './support/journey.ts';
import { wanted } from './support/keyboard.ts';

const LONG = { timeout: 120_000 };

test.describe.configure({ timeout: 240_000 });

/** What the overview calls deleted lately. */
function listed(page: Page) {
  return page.getByRole('region', { name: 'Deleted in the last 24 hours' }).getByText(CONTENT.folder.title);
}

test('what was brought back is no longer called deleted, until that is undone', async ({
  app,
  page,
  admin,
  backup,
  service,
  problems,
}) => {
  expect(backup).not.toBe('');
  await removeContent(admin);
  await backUp(service);
  await app.open('');
  await expect(listed(page)).toBeVisible(LONG);
  await expect(page.getByText(/last seen in the backup of /).first()).toBeVisible();
  await page.getByRole('button', { name: `Restore ${CONTENT.folder.title}` }).click();
  await page.getByRole('button', { name: 'Restore now' }).click(LONG);
  await expect(page.getByText(RESTORED)).toBeVisible(LONG);
  const restored = page.url();

  await app.open('');
  // On a Grafana of many tests there is more that was deleted.
  await expect(page.getByRole('region', { name: 'Deleted in the last 24 hours' })).toBeVisible(LONG);
  await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0, LONG);
  await expect(listed(page)).toHaveCount(0);
  await expectAccessible(page);

  await page.goto(restored);
  await page.getByRole('button', { name: 'Undo this restore' }).click();
  await page.getByRole('button', { name: 'Undo now' }).click(LONG);
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(await wanted(page));
  await dialog.getByRole('button', { name: 'Undo now' }).click();
  await expect(page.getByText(/^Undone: \d+ resources.* removed/)).toBeVisible(LONG);
  await app.open('');
  await expect(listed(page)).toBeVisible(LONG);
  expect(problems).toEqual([]);
});
