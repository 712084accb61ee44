import { expect, expectAccessible, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'this state is made up');

test('a backup that is much smaller than before is red, and a person restores the last full one or accepts it @quick', async ({
  app,
  page,
  service,
  problems,
}) => {
  const [newest, full] = service.state.snapshots;
  const losses = [
    { before: 128, gone: 123 },
    { org: 1, kind: 'dashboard' as const, before: 100, gone: 98 },
  ];
  const left = { kinds: 'org, user' };
  service.state.status = {
    protection: 'shrunk',
    shrunk: { since: full?.id ?? '', losses },
    lastFull: full?.id,
    coverage: {
      orgs: { read: 1, existing: 2 },
      kinds: { read: 23, existing: 25 },
      whole: false,
      text: '',
      parts: [
        { code: 'covers-kinds', params: { read: '23', existing: '25' } },
        { code: 'lacks-server-kinds', params: left },
      ],
      advice: [{ code: 'include-orgs', params: {} }],
    },
  };
  await app.open('');
  await expect(page.getByRole('heading', { name: 'Much is missing from the last backup' })).toBeVisible();
  await expect(page.getByText('Resources: 123 of 128 are missing')).toBeVisible();
  await expect(page.getByText('Dashboards of organization 1: 98 of 100 are missing')).toBeVisible();
  await expect(
    page.getByText(
      'Included: 23 of 25 kinds; not included, because only a server admin can read them: Organizations, Users',
    ),
  ).toBeVisible();
  await expect(page.getByText('the deployment has to select all organizations')).toBeVisible();
  await expectAccessible(page);
  await expect(page.getByRole('link', { name: 'Open the last full backup' })).toHaveAttribute(
    'href',
    new RegExp(`/snapshots/${full?.id}$`),
  );
  const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/runs'));
  await page.getByRole('button', { name: 'The deletion was intended' }).click();
  expect((await asked).postDataJSON()).toEqual({ kind: 'backup', acceptLoss: newest?.id });
  expect(problems).toEqual([]);
});

test('a plan of everything from such a backup asks for its ID and leads to the last full one @quick', async ({
  app,
  page,
  service,
  problems,
}) => {
  const [newest, full] = service.state.snapshots;
  Object.assign(newest ?? {}, { shrunk: { since: full?.id, losses: [{ before: 128, gone: 123 }] } });
  const query = new URLSearchParams({ snapshot: newest?.id ?? '', type: 'everything' });
  await app.open(`/restore?${query.toString()}`);
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(page.getByRole('link', { name: 'Open the last full backup' })).toHaveAttribute(
    'href',
    new RegExp(`/snapshots/${full?.id}$`),
  );
  await page.getByRole('button', { name: 'Restore now' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText(newest?.id ?? '', { exact: true })).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel('Type or paste the text above to confirm').fill(newest?.id ?? '');
  await dialog.getByRole('button', { name: 'Restore now' }).click();
  await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
  expect(problems).toEqual([]);
});
