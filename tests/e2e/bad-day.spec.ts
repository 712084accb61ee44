import { accessOf, boardOf, CONTENT, removeContent } from './support/content.ts';
import { APP, expect, expectAccessible, GRAFANA_URL } from './support/fixtures.ts';
import { backUp, test } from './support/journey.ts';
import { test as madeUp } from './support/madeUp.ts';

const LONG = { timeout: 60_000 };
const { folder, inner, board } = CONTENT;

test('three clicks bring back a folder that was deleted since the last backup', async ({
  app,
  page,
  admin,
  backup,
}) => {
  expect(backup).not.toBe('');
  await removeContent(admin);
  await app.open('');
  await page.getByRole('link', { name: 'Compare with Grafana now' }).click();
  await page.getByRole('button', { name: `Restore ${folder.title}` }).click(LONG);
  await page.getByRole('button', { name: 'Restore now' }).click(LONG);
  await expect(page.getByText(/resources restored/)).toBeVisible({ timeout: 120_000 });
  expect((await boardOf(admin)).meta.folderUid).toBe(inner.uid);
});

test('a folder that was deleted before the last backup comes back from the overview in two', async ({
  app,
  page,
  admin,
  service,
  backup,
}) => {
  expect(backup).not.toBe('');
  const access = await accessOf(admin);
  await removeContent(admin);
  await backUp(service);
  await app.open('');
  const gone = page.getByRole('list', { name: 'Deleted in the last 24 hours' });
  await gone
    .getByRole('button', { name: `Restore ${folder.title}` })
    .first()
    .click();
  await page.getByRole('button', { name: 'Restore now' }).click(LONG);
  await expect(page.getByText(/resources restored/)).toBeVisible({ timeout: 120_000 });
  // With who may see it: permissions are not left to Grafana's defaults.
  expect(await accessOf(admin)).toEqual(access);
});

test('copies go into a folder that is live, also when no snapshot knows it', async ({ app, page, admin, backup }) => {
  const fresh = { uid: 'dashkeep-journey-fresh', title: 'Made a minute ago' };
  const found = async (text: string) => {
    const path = `/api/search?query=${encodeURIComponent(text)}`;
    const hits = await admin<{ uid: string; title: string; folderUid?: string }[]>('GET', path);
    return hits.map(({ title, folderUid }) => [title, folderUid]);
  };
  await admin('POST', '/api/folders', fresh);
  // The search may lag behind.
  await expect.poll(() => found(fresh.title)).toHaveLength(1);
  await app.open(`/restore?snapshot=${backup}&type=resources&resource=1%2Fdashboard%2F${board.uid}&copy=yes`);
  await page.getByRole('combobox', { name: 'Into the folder' }).click();
  await page.getByRole('option', { name: fresh.title }).click();
  await page.getByLabel('Title suffix').fill(' (old)');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await page.getByRole('button', { name: 'Restore now' }).click(LONG);
  // The copy and who may see it.
  await expect(page.getByText('2 resources restored')).toBeVisible({ timeout: 120_000 });
  await expect.poll(() => found('(old)')).toEqual([[`${board.title} (old)`, fresh.uid]]);
  await admin('DELETE', `/api/folders/${fresh.uid}`);
});

madeUp.describe('on what is made up', () => {
  madeUp.skip(GRAFANA_URL !== undefined, 'none of this can be brought about at will');

  madeUp(
    'several resources are ticked in a snapshot and restored together; the choice can be changed',
    async ({ app, page }) => {
      await app.open('/snapshots/latest?kind=dashboard');
      await page.getByRole('checkbox', { name: 'Select Checkout latency, Dashboards' }).check({ force: true });
      await page.getByRole('checkbox', { name: 'Select Capacity, Dashboards' }).check({ force: true });
      await expect(page.getByText('2 selected')).toBeVisible();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Restore selected resources' }).click();
      await expect(page.getByRole('heading', { name: '1 resource will be restored' })).toBeVisible();
      await page.getByRole('button', { name: 'Overwrite these too' }).click();
      await expect(page.getByRole('heading', { name: '2 resources will be restored' })).toBeVisible();
      await page.getByRole('link', { name: 'Edit selection' }).click();
      await expect(page.getByRole('radio', { name: 'Also overwrite what differs' })).toBeChecked();
      const chosen = page.getByRole('list', { name: 'Selected resources' });
      await expect(chosen.getByRole('listitem')).toHaveText([/Checkout latency/, /Capacity/]);
      await chosen.getByRole('button', { name: 'Remove Capacity' }).click();
      await page.getByRole('combobox', { name: 'Add another' }).fill('Redis');
      await page.getByRole('option', { name: 'Redis' }).first().click();
      await expect(chosen.getByRole('listitem')).toHaveText([/Checkout latency/, /Redis/]);
      await expectAccessible(page);
    },
  );

  madeUp('ticked differences are put back as they were, what changed and what is gone', async ({ app, page }) => {
    await app.open('/compare');
    await page.getByRole('checkbox', { name: 'Select Capacity, Dashboards' }).check({ force: true });
    await page.getByRole('checkbox', { name: 'Select Checkout SLO, Alert rule groups' }).check({ force: true });
    await page.getByRole('button', { name: 'Restore the selected resources' }).click();
    await expect(page.getByText('1 to create · 1 to overwrite')).toBeVisible();
  });

  madeUp('the focus goes along from the button to the progress and to the result', async ({ app, page }) => {
    await app.open('/restore?type=folder&org=1&uid=payments');
    await page.getByRole('button', { name: 'Show the plan' }).click();
    await page.getByRole('button', { name: 'Restore now' }).press('Enter');
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    await expect.poll(focused).toContain('Restore is running');
    await expect.poll(focused).toContain('11 resources restored');
    await expect(page).toHaveURL(new RegExp(`${APP}/restore/`));
  });
});
