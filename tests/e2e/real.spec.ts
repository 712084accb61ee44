import { startService } from '../support/service.ts';
import { APP, expect, expectAccessible, open } from './fixtures.ts';
import { test } from './real.ts';

test.describe.configure({ mode: 'serial', timeout: 240_000 });

interface Rule {
  uid: string;
  title: string;
  folderUID: string;
}

test('a deleted folder comes back with its dashboards, permissions and alerts', async ({ page, stack, problems }) => {
  const rulesOf = async () =>
    (await stack.admin<Rule[]>('GET', '/api/v1/provisioning/alert-rules'))
      .filter((rule) => rule.folderUID.startsWith('shop'))
      .map((rule) => `${rule.folderUID} ${rule.title}`)
      .sort();
  const accessOf = async () =>
    (await stack.admin<{ permission: number; role?: string; team?: string }[]>('GET', '/api/folders/shop/permissions'))
      .map(({ permission, role, team }) => `${role ?? ''} ${team ?? ''} ${permission}`)
      .sort();
  const [rules, access] = [await rulesOf(), await accessOf()];
  expect(rules.length).toBeGreaterThan(0);
  await stack.admin('DELETE', '/api/folders/shop?forceDeleteRules=true');
  expect(await rulesOf()).toEqual([]);

  await open(page, '/snapshots/latest');
  await page.getByRole('navigation', { name: 'Folders' }).getByText('Shop').click();
  await page.getByRole('link', { name: 'Restore this folder' }).click();
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(page.getByRole('heading', { name: /resources will be restored/ })).toBeVisible({ timeout: 60_000 });
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Restore now' }).click();
  await expect(page.getByText(/resources are back/)).toBeVisible({ timeout: 120_000 });
  await expect(page.getByText('Each was read back from Grafana and compared with the backup.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Undo this restore' })).toBeVisible();

  expect(await rulesOf()).toEqual(rules);
  expect(await accessOf()).toEqual(access);
  const checkout = await stack.admin<{ meta: { folderUid: string } }>('GET', '/api/dashboards/uid/checkout');
  expect(checkout.meta.folderUid).toBe('shop-checkout');
  expect(problems).toEqual([]);
});

interface Classic {
  dashboard: { panels: { title: string }[] };
  meta: { folderUid: string };
}

test('one panel’s change is found by the panel’s name and rolled back', async ({ page, stack }) => {
  const read = () => stack.admin<Classic>('GET', '/api/dashboards/uid/checkout');
  const { dashboard, meta } = await read();
  const panel = dashboard.panels.find((one) => one.title !== undefined);
  const before = panel?.title ?? '';
  if (panel !== undefined) {
    panel.title = 'Changed by mistake';
  }
  await stack.admin('POST', '/api/dashboards/db', { dashboard, folderUid: meta.folderUid, overwrite: true });

  await open(page, '/compare');
  await page.getByRole('table').getByRole('button', { name: 'Checkout', exact: true }).click({ timeout: 90_000 });
  const drawer = page.getByRole('dialog');
  await expect(drawer.getByText('Changed by mistake').first()).toBeVisible({ timeout: 60_000 });
  await expect(drawer.getByText(before).first()).toBeVisible();
  await drawer.getByRole('link', { name: 'Go back to the earlier version' }).click();
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await page.getByRole('button', { name: 'Restore now' }).click({ timeout: 60_000 });
  const dialog = page.getByRole('dialog');
  const typed = dialog.getByRole('textbox');
  const wanted = /"(.+)"/.exec((await typed.getAttribute('placeholder')) ?? '')?.[1] ?? '';
  await typed.fill(wanted);
  await dialog.getByRole('button', { name: 'Restore now' }).click();
  await expect(page.getByText('1 resource is back')).toBeVisible({ timeout: 120_000 });
  expect((await read()).dashboard.panels.map((one) => one.title)).toContain(before);
});

test('the service goes and comes back: history is still there, and the interrupted page goes on', async ({
  page,
  stack,
}) => {
  await open(page, '/history');
  await expect(page.getByText('1 snapshot', { exact: true })).toBeVisible();
  await stack.service.stop();
  await page.goto(`${APP}/history`);
  await expect(page.getByText('The Dashkeep service does not answer')).toBeVisible();
  stack.service = await startService({
    grafanaUrl: stack.grafana.url,
    directory: stack.service.directory,
    environment: { ...stack.bucket.environment, DASHKEEP_TARGET: 's3://backups/demo' },
  });
  stack.preview.app.jsonData = { sidecarUrl: stack.service.url };
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('1 snapshot', { exact: true })).toBeVisible({ timeout: 60_000 });
});

test.describe('with nothing set', () => {
  test.use({ configured: false });

  test('a wrong key is explained, the right one works, and the first backup is safe in the bucket', async ({
    page,
    stack,
  }) => {
    const { AWS_ACCESS_KEY_ID: key = '', AWS_SECRET_ACCESS_KEY: secret = '' } = stack.bucket.environment;
    await open(page, '');
    await page.getByRole('link', { name: 'Set up the backup target' }).click();
    await page.getByRole('combobox', { name: 'Provider' }).click();
    await page.getByRole('option', { name: 'MinIO' }).click();
    await page.getByRole('textbox', { name: /^Bucket/ }).fill('backups');
    await page.getByLabel('Endpoint').fill(stack.bucket.url);
    await page.getByLabel('Access key ID').fill(key);
    await page.getByLabel('Secret access key').fill('not-the-secret');
    await page.getByRole('button', { name: 'Check' }).click();
    await expect(page.getByText('The target does not work yet')).toBeVisible({ timeout: 60_000 });
    await expectAccessible(page);
    await page.getByLabel('Secret access key').fill(secret);
    await page.getByRole('button', { name: 'Check' }).click();
    await expect(page.getByText('The target works')).toBeVisible({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Settings saved')).toBeVisible();
    expect(await page.content()).not.toContain(secret);

    await page.goto(APP);
    await page.getByRole('button', { name: 'Back up now' }).click({ timeout: 60_000 });
    await expect(page.getByRole('heading', { name: 'Everything is safe' })).toBeVisible({ timeout: 120_000 });
    const objects = stack.bucket.requests.filter(
      (request) => request.operation === 'PutObject' && request.status === 200,
    );
    expect(objects.length).toBeGreaterThan(50);
  });
});
