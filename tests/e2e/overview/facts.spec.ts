import type { Status } from '../../../pkg/contract/api/status.ts';
import { expect, expectAccessible, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'these runs and targets are made up');

test('where backups are, whether they are encrypted, and who restored last and how much, is on the first screen', async ({
  app,
  page,
  service,
  problems,
}) => {
  const card = page.getByRole('region', { name: 'Protection' });
  await app.open('');
  await expect(card.getByText('s3://grafana-backups/production')).toBeVisible();
  await expect(card.getByText('Not encrypted')).toBeVisible();
  await expect(card.getByText('None yet')).toBeVisible();
  await expect(card.getByText('Not all verified yet')).toBeVisible();
  await expect(card.getByRole('link', { name: 'Readiness' })).toHaveAttribute('href', /\/readiness/);
  const [run] = service.state.runs;
  service.state.status = {
    target: { configured: true, description: 's3://elsewhere', reachable: true, encrypted: true },
    copy: { description: 's3://second', reachable: true, current: true, overdue: false },
    lastVerify: { ...run!, kind: 'verify', status: 'complete', started: new Date().toISOString() },
    lastRestore: {
      ...run!,
      kind: 'restore',
      status: 'partial',
      trigger: 'manual',
      by: 'ada',
      planned: 34,
      counts: { verified: 11, deleted: 1, failed: 22 },
      id: run!.id,
    },
  };
  await app.open('');
  await expect(card.getByText('Encrypted', { exact: true })).toBeVisible();
  await expect(card.getByText('ada, 12 of 34 resources, partial')).toBeVisible();
  await expect(card.getByText('Verified just now')).toBeVisible();
  await expect(card.getByText('Second copy: s3://second, up to date')).toBeVisible();
  service.state.snapshots = [];
  await app.open('');
  await expect(card.getByText('Second copy: s3://second', { exact: true })).toBeVisible();
  await expectAccessible(page);
  await card.getByRole('link', { name: /ago$/ }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/${run!.id}$`));
  expect(problems).toEqual([]);
});

test('a restore that stopped halfway is on the first screen and on that of restores, with the way to its page', async ({
  app,
  page,
  service,
}) => {
  const run = Object.assign(service.state.runs[0]!, {
    ...{ kind: 'restore', status: 'interrupted', trigger: 'manual', planned: 12, undoable: true },
    started: new Date().toISOString(),
  });
  // The status is made from what the service remembers of its runs, without the number of resources.
  const { planned: _, ...lastRestore } = run;
  service.state.status = { lastRestore };
  await app.open('');
  await expect(page.getByText('The last restore did not finish')).toBeVisible();
  await page.getByRole('link', { name: 'Show its results' }).click();
  await expect(page.getByText('This restore was interrupted')).toBeVisible();
  await app.open('/restore');
  await expect(page.getByText('The last restore did not finish')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Show its results' })).toHaveAttribute('href', /\/runs\//);
});

test('the tiles add up to the resources of the latest backup, without those of the whole server', async ({
  app,
  page,
  service,
}) => {
  service.state.status = { content: { org: 2, user: 8, dashboard: 5, folder: 3 } };
  await app.open('');
  const contents = page.getByRole('region', { name: 'Contents' });
  await expect(contents.getByRole('listitem')).toHaveText([/^Folders\s*3$/, /^Dashboards\s*5$/]);
  const server = 'Also contains, available only on the command line: Organizations (2), Users (8).';
  await expect(contents.getByText(server)).toBeVisible();
});

test('with a single backup, nothing is said about deletions between backups', async ({ app, page, service }) => {
  service.state.snapshots.splice(1);
  await app.open('');
  const gone = page.getByRole('region', { name: 'Deleted in the last 24 hours' });
  await expect(gone.getByText('There is no earlier backup to compare with.')).toBeVisible();
  await expect(gone.getByText(/is still missing/)).toHaveCount(0);
});

test('why the last backup failed is not what is wrong now, and goes with a backup', async ({ app, page, service }) => {
  const failure = (code: string, message: string) => ({ code, message, hint: '' });
  const away = failure('DK_STORE_UNREACHABLE', 'no route to host');
  const denied = failure('DK_STORE_DENIED', 'AccessDenied');
  const show = (cause: typeof away, problem?: typeof away) => {
    const target = { configured: true, description: 's3://bucket', reachable: problem === undefined };
    const lastBackup = {
      ...service.state.runs[0]!,
      kind: 'backup' as const,
      status: 'failed' as const,
      failure: cause,
    };
    service.state.status = { protection: 'failed', lastBackup, target: { ...target, ...(problem && { problem }) } };
  };
  const needs = page.getByRole('region', { name: 'Needs your attention' });
  const past = needs.getByRole('alert').filter({ hasText: 'The last backup failed on' });
  show(away, away);
  await app.open('');
  await expect(needs.getByText('The service cannot reach the target')).toBeVisible();
  await expect(past).toHaveCount(0);

  show(away);
  await expect(past).toContainText('Reason at that time: The service cannot reach the target', { timeout: 15_000 });
  await expect(past).toContainText('The service can read the target now.');
  await expect(past).not.toContainText('Check the network');
  await expectAccessible(page);

  show(denied);
  await app.open('');
  await expect(past).toContainText('Reason at that time: The credentials do not allow this operation in the target');
  await past.getByRole('button', { name: 'Back up now' }).click();
  await expect(page.getByRole('region', { name: /Backup/ }).first()).toBeVisible();
});

test('while the service does not respond, no backup is said to run now', async ({ app, page, preview, service }) => {
  const [run] = service.state.runs;
  service.state.status = { running: { ...run!, kind: 'backup', status: 'running', finished: undefined } };
  await app.open('');
  const next = page
    .getByRole('region', { name: 'Protection' })
    .locator('div')
    .filter({ hasText: /^Next backup/ });
  await expect(next).toContainText('Running now');
  preview.app.jsonData = { sidecarUrl: 'http://127.0.0.1:9' };
  await expect(next).not.toContainText('Running now', { timeout: 30_000 });
});

test('snapshots that no trusted key signed are counted in the title', async ({ app, page, service }) => {
  const why = { code: 'snapshots-untrusted', params: { count: '16', signers: 'none', time: '2026-03-01T10:00:00Z' } };
  const advice = {
    code: 'trust-or-remove',
    params: { trust: 'dashkeep trust <fingerprint>', command: 'dashkeep keys' },
  };
  const warning = { code: 'DK_SNAPSHOT_FOREIGN', message: 'snapshots that no trusted key signed: 16', hint: '' };
  service.state.status = { warnings: [{ ...warning, why, advice }] };
  await app.open('');
  const alert = page.getByRole('alert').filter({ hasText: 'Snapshots that no trusted key signed: 16' });
  await expect(alert).toBeVisible();
  await expect(alert).not.toContainText('This snapshot');
  await expect(page.getByRole('heading', { name: 'Some snapshots are untrusted' })).toBeVisible();
  await expectAccessible(page);
  // A restore takes the latest of the others, unless a person chooses.
  await app.open('/restore');
  await expect(alert).toContainText('dashkeep trust <fingerprint>');
  await app.open('/restore?snapshot=latest');
  await expect(page.getByRole('button', { name: 'Show the plan' })).toBeVisible();
  await expect(alert).toHaveCount(0);
});

test('the latest changes are grouped as on the page of all changes, and lead to their differences', async ({
  app,
  page,
  service,
}) => {
  const [newest, before] = service.state.snapshots;
  const entry = (what: string, kind: string, uid: string, more: object = {}) => ({
    ...{ what, resource: { kind, uid }, title: uid, folder: '', time: newest!.time, lived: 0 },
    ...{ snapshots: { first: newest!.id, last: newest!.id, count: 1, before: before!.id }, ...more },
  });
  const together = {
    deletedWith: { kind: 'folder', uid: 'prod', title: 'Prod', folder: 'Team A' },
    together: 60,
    permissions: 50,
  };
  const items = [
    entry('changed', 'dashboard', 'redis'),
    entry('deleted', 'folder', 'prod', together),
    entry('deleted', 'dashboard', 'dns', together),
  ];
  const counts = { added: 4, changed: 1, removed: 60 };
  const permissions = { added: 0, changed: 0, removed: 50 };
  const indexed = { snapshots: 2, pending: 0, unreadable: 0 };
  await page.route(new RegExp(`/api/v1/changes\\?.*since=${before!.id}&until=${newest!.id}`), (route) =>
    route.fulfill({ json: { items, total: 65, counts, permissions, indexed } }),
  );
  await app.open('');
  const list = page.getByRole('list', { name: 'Newest changes' });
  await expect(list.getByRole('listitem')).toHaveText([
    /^Changed.*redis/,
    /^Deleted.*Prod.* · Team A60 resources and the permissions of 50 of them$/,
    'and 4 more',
  ]);
  await expect(
    page.getByText(
      /: Added 4 resources, Changed 1 resource, Removed 60 resources and the permissions of 50 of them\.$/,
    ),
  ).toBeVisible();
  await expectAccessible(page);
  await list.getByRole('link', { name: 'redis' }).click();
  await expect(page).toHaveURL(/\/compare\?.*resource=1\/dashboard\/redis/);
  await expect(page.getByRole('dialog')).toBeVisible();
});

test('a run that the list of runs knows first is soon said to run above it', async ({ app, page, service }) => {
  const [run] = service.state.runs;
  Object.assign(run!, { kind: 'backup', status: 'running', finished: undefined });
  let isAsked = false;
  await page.route('**/api/v1/status', async (route) => {
    const status = (await (await route.fetch()).json()) as Status;
    await route.fulfill({ json: { ...status, running: isAsked ? run : undefined } });
    isAsked = true;
  });
  await app.open('');
  // Without a run, the status is read again after ten seconds.
  await expect(page.getByText('Running now')).toBeVisible({ timeout: 7_000 });
});

test('what to set in the deployment is linked above the button for what is backed up', async ({
  app,
  page,
  service,
}) => {
  const part = { read: 1, existing: 2 };
  const advice = [{ code: 'include-orgs', params: {} }];
  const coverage = { orgs: part, kinds: part, whole: false, text: '', parts: [], advice };
  service.state.status = { protection: 'uncovered', coverage };
  await app.open('');
  const link = await page.getByRole('link', { name: 'Deployment settings' }).boundingBox();
  const button = await page.getByRole('link', { name: 'Choose what is backed up' }).boundingBox();
  expect(button!.y).toBeGreaterThan(link!.y + link!.height);
});
