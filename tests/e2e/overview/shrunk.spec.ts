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
  await expect(page.getByRole('heading', { name: 'Many resources are missing from the last backup' })).toBeVisible();
  await expect(page.getByText('Resources: 123 of 128 are missing')).toBeVisible();
  await expect(page.getByText('Dashboards of organization 1: 98 of 100 are missing')).toBeVisible();
  await expect(
    page.getByText(
      'Included: 23 of 25 kinds; not included, because only a server admin can read them: Organizations, Users',
    ),
  ).toBeVisible();
  await expect(page.getByText('select all organizations to include the others')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Deployment settings' })).toHaveAttribute('href', /organizations\.md$/);
  await expectAccessible(page);
  await expect(page.getByRole('link', { name: 'Open the last full backup' })).toHaveAttribute(
    'href',
    new RegExp(`/snapshots/${full?.id}$`),
  );
  await expect(page.getByRole('button', { name: /overwrite changed/ })).toHaveCount(0);
  const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/runs'));
  await page.getByRole('button', { name: 'The deletion was intended' }).click();
  expect((await asked).postDataJSON()).toEqual({ kind: 'backup', acceptLoss: newest?.id });
  expect(problems).toEqual([]);
});

test('a restore starts from the last full backup where the newest one is much smaller, and says so', async ({
  app,
  page,
  service,
  problems,
}) => {
  const [, full] = service.state.snapshots;
  service.state.status = {
    protection: 'shrunk',
    shrunk: { since: full?.id ?? '', losses: [{ before: 128, gone: 123 }] },
    lastFull: full?.id,
  };
  await app.open('/restore');
  await expect(page.getByText(/^The last full backup, with [\d,]+ resources, is selected because/)).toBeVisible();
  await expectAccessible(page);
  const planned = page.waitForRequest((request) => /\/restores(\?|$)/.test(request.url()));
  await page.getByRole('button', { name: 'Show the plan' }).click();
  expect((await planned).postDataJSON()).toMatchObject({ snapshot: full?.id });
  expect(problems).toEqual([]);
});

test('a mass change and what an upgrade lost lead to a comparison, and to a plan that puts exactly that back', async ({
  app,
  page,
  service,
  problems,
}) => {
  const [newest, full, older] = service.state.snapshots;
  service.state.status = {
    protection: 'shrunk',
    shrunk: {
      since: full?.id ?? '',
      losses: [],
      overwritten: [{ org: 1, kind: 'dashboard', before: 1000, changed: 500 }],
    },
    lastFull: full?.id,
    upgrade: {
      ...{ since: older?.id ?? '', first: full?.id, from: '12.4.3', to: '13.1.0' },
      orgs: [{ id: 1, gone: 3, older: 14, changed: 5 }],
    },
  };
  const finished = new Date(Date.parse(newest!.time) + 1_000).toISOString();
  service.state.status.lastRestore = { ...service.state.runs[0]!, kind: 'restore', finished };
  await app.open('');
  await expect(page.getByText(/A restore ended .*, after this backup/)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Unusually many changes before the last backup' })).toBeVisible();
  const change = page.getByRole('alert').filter({ hasText: 'Dashboards of organization 1: 500 of 1,000 changed' });
  const upgrade = page.getByRole('alert').filter({ hasText: 'Grafana’s version changed from 12.4.3 to 13.1.0' });
  await expect(upgrade.getByText('Organization 1: 3 lost, 14 reverted to an older version, 5 changed')).toBeVisible();
  await expect(upgrade.getByText(/These changes are not Grafana’s own migrations/)).toBeVisible();
  await expectAccessible(page);
  await expect(change.getByRole('link', { name: 'Compare both backups' })).toHaveAttribute(
    'href',
    new RegExp(`/compare\\?from=${full?.id}&to=${newest?.id}$`),
  );
  const accepted = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/runs'));
  await change.getByRole('button', { name: 'This was intended' }).click();
  expect((await accepted).postDataJSON()).toEqual({ kind: 'backup', acceptLoss: newest?.id });
  const planned = page.waitForRequest((request) => /\/restores(\?|$)/.test(request.url()));
  await expect(change.getByRole('button', { name: 'Restore only missing resources' })).toHaveCount(0);
  await expect(change.getByRole('button', { name: 'Restore missing and overwrite changed resources' })).toBeVisible();
  await expect(upgrade.getByRole('button', { name: 'Restore missing and overwrite changed resources' })).toBeVisible();
  await upgrade.getByRole('button', { name: 'Restore only missing resources' }).click();
  expect((await planned).postDataJSON()).toMatchObject({
    snapshot: older?.id,
    selection: { type: 'lost', in: full?.id },
    options: { overwrite: false },
  });
  await expect(page.getByRole('heading', { name: 'Restore plan' })).toBeVisible();
  expect(problems).toEqual([]);
});

test('a plan of everything from such a backup asks for its ID and leads to the last full one', async ({
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
  await expect(page.getByRole('heading', { name: 'Restored', exact: true })).toBeVisible();
  expect(problems).toEqual([]);
});
