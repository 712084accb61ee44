import { APP, expect, expectAccessible, open } from './fixtures.ts';
import { test as fake } from './fixtures.ts';
import { test as real } from './real.ts';

real('three clicks bring back a folder that was deleted since the last backup', async ({ page, stack }) => {
  await stack.admin('DELETE', '/api/folders/shop?forceDeleteRules=true');
  await open(page, '');
  await page.getByRole('link', { name: 'Is something missing now?' }).click();
  await page.getByRole('button', { name: 'Bring back Shop' }).click({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Restore now' }).click({ timeout: 60_000 });
  await expect(page.getByText(/resources are back/)).toBeVisible({ timeout: 120_000 });
  const { meta } = await stack.admin<{ meta: { folderUid: string } }>('GET', '/api/dashboards/uid/checkout');
  expect(meta.folderUid).toBe('shop-checkout');
});

real(
  'a folder that was deleted before the last backup comes back from the overview in two',
  async ({ page, stack }) => {
    const { service } = stack;
    await stack.admin('DELETE', '/api/folders/shop?forceDeleteRules=true');
    await service.ended(String((await service.call('POST', '/runs', { kind: 'backup' })).json.id));
    await open(page, '');
    const gone = page.getByRole('list', { name: 'Deleted within the last day' });
    await expect(gone.getByRole('listitem')).toHaveCount(1);
    await gone.getByRole('button', { name: 'Bring back Shop' }).click();
    await page.getByRole('button', { name: 'Restore now' }).click({ timeout: 60_000 });
    await expect(page.getByText(/resources are back/)).toBeVisible({ timeout: 120_000 });
    // With who may see it: permissions are not left to Grafana's defaults.
    const access = await stack.admin<{ team?: string }[]>('GET', '/api/folders/shop/permissions');
    expect(access.map(({ team }) => team)).toContain('Shop');
  },
);

real('copies go into a folder that is live, also when no snapshot knows it', async ({ page, stack }) => {
  await stack.admin('POST', '/api/folders', { uid: 'fresh', title: 'Made a minute ago' });
  stack.grafana.flushSearch();
  await open(page, '/restore?type=resources&resource=1%2Fdashboard%2Fcheckout&copy=yes');
  await page.getByRole('combobox', { name: 'Into the folder' }).click();
  await page.getByRole('option', { name: 'Made a minute ago' }).click();
  await page.getByLabel('Put behind each title').fill(' (old)');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await page.getByRole('button', { name: 'Restore now' }).click({ timeout: 60_000 });
  await expect(page.getByText('1 resource is back')).toBeVisible({ timeout: 120_000 });
  stack.grafana.flushSearch();
  const found = await stack.admin<{ title: string; folderUid?: string }[]>(
    'GET',
    '/api/search?type=dash-db&query=(old)',
  );
  expect(found.map(({ title, folderUid }) => [title, folderUid])).toEqual([['Checkout (old)', 'fresh']]);
});

fake(
  'several resources are ticked in a snapshot and restored together; the choice can be changed',
  async ({ page }) => {
    await open(page, '/snapshots/latest?kind=dashboard');
    await page.getByRole('checkbox', { name: 'Choose Checkout latency, Dashboards' }).check({ force: true });
    await page.getByRole('checkbox', { name: 'Choose Capacity, Dashboards' }).check({ force: true });
    await expect(page.getByText('2 chosen')).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Restore these' }).click();
    await expect(page.getByRole('heading', { name: '1 resource will be restored' })).toBeVisible();
    await page.getByRole('button', { name: 'Overwrite those, too' }).click();
    await expect(page.getByRole('heading', { name: '2 resources will be restored' })).toBeVisible();
    await page.getByRole('link', { name: 'Change the choice' }).click();
    await expect(page.getByRole('radio', { name: 'Also overwrite what differs' })).toBeChecked();
    const chosen = page.getByRole('list', { name: 'Chosen resources' });
    await expect(chosen.getByRole('listitem')).toHaveText([/Checkout latency/, /Capacity/]);
    await chosen.getByRole('button', { name: 'Leave out Capacity' }).click();
    await page.getByRole('combobox', { name: 'Another one' }).fill('Redis');
    await page.getByRole('option', { name: 'Redis' }).first().click();
    await expect(chosen.getByRole('listitem')).toHaveText([/Checkout latency/, /Redis/]);
    await expectAccessible(page);
  },
);

fake('ticked differences are put back as they were, what changed and what is gone', async ({ page }) => {
  await open(page, '/compare');
  await page.getByRole('checkbox', { name: 'Choose Capacity, Dashboards' }).check({ force: true });
  await page.getByRole('checkbox', { name: 'Choose Checkout SLO, Alert rule groups' }).check({ force: true });
  await page.getByRole('button', { name: 'Put these back as they were' }).click();
  await expect(page.getByText('1 comes back · 1 is overwritten')).toBeVisible();
});

fake('the focus goes along from the button to the progress and to the result', async ({ page }) => {
  await open(page, '/restore?type=folder&org=1&uid=payments');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await page.getByRole('button', { name: 'Restore now' }).press('Enter');
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  await expect.poll(focused).toContain('Restore is running');
  await expect.poll(focused).toContain('11 resources are back');
  await expect(page).toHaveURL(new RegExp(`${APP}/restore/`));
});
