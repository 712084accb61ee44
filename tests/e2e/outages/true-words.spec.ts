import { expect, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';
import { worldOf } from '../../support/preview/fake/answers.ts';

test.skip(GRAFANA_URL !== undefined, 'these states are made up');

test('a restore whose safety snapshot was deleted, or of another Grafana, is not offered to be undone', async ({
  app,
  page,
  service,
}) => {
  const restore = { kind: 'restore', status: 'complete', undoable: true } as const;
  const run = Object.assign(service.state.runs[0]!, restore);
  await app.open(`/runs/${run.id}`);
  const undo = page.getByRole('button', { name: 'Undo this restore' });
  await expect(undo).toBeVisible();
  // It is deleted while the page is open.
  const why = { code: 'safety-snapshot-gone', params: { snapshot: '20261130T041736Z-228cfb87' } };
  const error = { code: 'DK_NOT_FOUND', message: 'the safety snapshot no longer exists', hint: '', why };
  await page.route('**/api/v1/restores/*', (route) => route.fulfill({ status: 404, json: { error } }));
  await undo.click();
  await expect(page.getByText(/The safety snapshot .* of this restore no longer exists/)).toBeVisible();
  await expect(page.getByText('This plan no longer exists')).toHaveCount(0);
  Object.assign(run, { undoable: false, snapshotGone: true });
  await app.open(`/runs/${run.id}`);
  await expect(page.getByText(/cannot be undone, because its safety snapshot was deleted/)).toBeVisible();
  await expect(undo).toHaveCount(0);
  Object.assign(run, { snapshotGone: undefined, otherGrafana: 'https://stage.example.com' });
  await app.open(`/runs/${run.id}`);
  await expect(
    page.getByText(/this may not be the Grafana database that run .* restored, at https:\/\/stage\.example\.com/i),
  ).toBeVisible();
  await expect(undo).toHaveCount(0);
});

test('deleting a safety snapshot warns that its restore can no longer be undone', async ({ app, page, service }) => {
  const [, snapshot] = service.state.snapshots;
  const warning = page.getByText(/You will no longer be able to undo the restore that started/);
  const ask = async () => {
    await app.open(`/snapshots/${snapshot?.id}`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(page.getByText(/no longer be able to restore the snapshot of/)).toBeVisible();
  };
  await ask();
  await expect(warning).toHaveCount(0);
  Object.assign(snapshot!, { trigger: 'safety' });
  await ask();
  await expect(warning).toBeVisible();
});

test('the newest complete snapshot cannot be deleted, and the refusal gives the true reason', async ({
  app,
  page,
  service,
}) => {
  const [newest, older] = service.state.snapshots;
  await app.open(`/snapshots/${newest?.id}`);
  await page.getByRole('button', { name: 'More actions' }).click();
  await expect(page.getByRole('menuitem', { name: 'Delete Create another backup first' })).toBeDisabled();

  // It has become the newest one since the page was opened.
  const message = `${older?.id} is the newest complete snapshot`;
  await page.route(`**/api/v1/snapshots/${older?.id}?confirm=*`, (route) =>
    route.fulfill({ status: 409, json: { error: { code: 'DK_SNAPSHOT_NEWEST', message, hint: '' } } }),
  );
  await app.open(`/snapshots/${older?.id}`);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(older?.id ?? '');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(dialog.getByText('The newest complete snapshot is kept')).toBeVisible();
  await expect(dialog.getByText('The typed text does not match')).toHaveCount(0);
});

test('a plan and its result say how much they skipped, and why', async ({ app, page, service, problems }) => {
  const skipped = { org: 1, kind: 'dashboard', uid: 'a', title: 'Full', action: 'skip', losses: [], security: [] };
  const about = { snapshot: service.state.snapshots[0]!.id, selection: { type: 'everything' }, options: {} };
  const rest = { losing: 0, security: 0, dependencies: [], dataSources: [], liveDataSources: [], warnings: [] };
  const counts = { create: 14, update: 0, delete: 0, unchanged: 45, skip: 41, blocked: 0 };
  const now = { state: 'planned', undoes: undefined as string | undefined };
  await page.route('**/api/v1/restores/plan-1', (route) => {
    const created = new Date().toISOString();
    const outcomes = now.state === 'applied' ? { outcomes: { verified: 14 } } : {};
    return route.fulfill({
      json: { id: 'plan-1', created, expires: created, counts, ...about, ...rest, ...outcomes, ...now },
    });
  });
  const items = [{ ...skipped, reason: 'someone recreated it', code: 'made-again', params: {} }];
  await page.route('**/api/v1/restores/plan-1/items*', (route) => route.fulfill({ json: { items, total: 41 } }));
  await page.route('**/api/v1/restores/plan-1/results*', (route) => route.fulfill({ json: { items: [], total: 0 } }));
  await app.open('/restore/plan-1');
  await expect(page.getByText('14 to create · 45 unchanged · 41 skipped')).toBeVisible();
  now.state = 'applied';
  await app.open('/restore/plan-1');
  await expect(page.getByText('14 resources restored · 41 skipped')).toBeVisible();
  const list = page.getByRole('list', { name: 'Skipped resources' });
  await expect(list.getByText('someone has recreated it')).toBeVisible();
  now.undoes = service.state.runs[0]!.id;
  await app.open('/restore/plan-1');
  await expect(page.getByText('Undone: changes to 14 resources, 41 skipped')).toBeVisible();
  expect(problems).toEqual([]);
});

test('the result of a restore says what a resource still lacks', async ({ app, page, service }) => {
  const restored = { org: 1, kind: 'contact-point', uid: 'c', title: 'On call', outcome: 'verified', reason: '' };
  const items = [
    { ...restored, losses: ['enter again: url'], lost: [{ code: 'enter-again', params: { field: 'url' } }] },
  ];
  const about = { snapshot: service.state.snapshots[0]!.id, selection: { type: 'everything' }, options: {} };
  const rest = { losing: 1, security: 0, dependencies: [], dataSources: [], liveDataSources: [], warnings: [] };
  const counts = { create: 1, update: 0, delete: 0, unchanged: 0, skip: 0, blocked: 0 };
  const created = new Date().toISOString();
  const plan = { id: 'plan-1', created, expires: created, state: 'applied', outcomes: { verified: 1 } };
  await page.route('**/api/v1/restores/plan-1', (route) =>
    route.fulfill({ json: { ...plan, counts, ...about, ...rest } }),
  );
  await page.route('**/api/v1/restores/plan-1/results*', (route) => route.fulfill({ json: { items, total: 1 } }));
  await app.open('/restore/plan-1');
  await expect(page.getByText('Some resources are incomplete')).toBeVisible();
  await expect(page.getByTitle('Enter again: url', { exact: true })).toBeVisible();
});

test('an undo that only kept resources has nothing to finish, and its next plan sends nothing', async ({
  app,
  page,
  service,
}) => {
  const kept = { org: 1, kind: 'folder' as const, uid: 'f1', title: 'Checkout', code: 'created-filled', params: {} };
  const reason = 'the run created it, but it contains resources that are kept';
  const run = Object.assign(service.state.runs[0]!, {
    ...{ kind: 'restore', status: 'partial', trigger: 'undo', undoes: 'run-1', connection: 'stage', undoable: false },
    ...{ failure: undefined, planned: 53, counts: { deleted: 52, skipped: 1 }, errors: [{ ...kept, reason }] },
  });
  await app.open(`/runs/${run.id}`);
  await expect(page.getByText('but it contains resources that are kept')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Finish this undo' })).toHaveCount(0);
  // What failed may succeed the next time.
  Object.assign(run, {
    errors: [
      { ...kept, reason },
      { ...kept, uid: 'f2', code: undefined, reason: 'no answer' },
    ],
  });
  await app.open(`/runs/${run.id}`);
  await expect(page.getByRole('button', { name: 'Finish this undo' })).toBeVisible();

  const created = new Date().toISOString();
  const plan = {
    ...{ id: 'plan-2', created, expires: created, state: 'planned', undoes: 'run-1', snapshot: 'before' },
    ...{ selection: { type: 'everything' }, options: { to: { connection: 'stage', promote: true } } },
    ...{ losing: 0, security: 0, dependencies: [], dataSources: [], liveDataSources: [], warnings: [] },
    counts: { create: 0, update: 0, delete: 0, unchanged: 0, skip: 100, blocked: 1 },
  };
  await page.route('**/api/v1/restores/plan-2', (route) => route.fulfill({ json: plan }));
  await page.route('**/api/v1/restores/plan-2/items*', (route) => route.fulfill({ json: { items: [], total: 0 } }));
  await app.open('/restore/plan-2');
  await expect(page.getByRole('heading', { name: 'No more changes can be undone' })).toBeVisible();
  await expect(page.getByText('Nothing can be sent yet')).toHaveCount(0);
});

test('a restore that was refused before it started says that Grafana is as it was', async ({ app, page, service }) => {
  const failure = { code: 'DK_STORE_DENIED', message: 's3:PutObject', hint: '' };
  const run = Object.assign(service.state.runs[0]!, { kind: 'restore', status: 'failed', planned: undefined, failure });
  const created = new Date().toISOString();
  const plan = {
    ...{
      id: 'plan-3',
      created,
      expires: created,
      state: 'failed',
      run: run.id,
      snapshot: service.state.snapshots[0]!.id,
    },
    ...{ selection: { type: 'everything' }, options: {}, outcomes: {} },
    ...{ losing: 0, security: 0, dependencies: [], dataSources: [], liveDataSources: [], warnings: [] },
    counts: { create: 1, update: 0, delete: 0, unchanged: 0, skip: 0, blocked: 0 },
  };
  await page.route('**/api/v1/restores/plan-3', (route) => route.fulfill({ json: plan }));
  await app.open('/restore/plan-3');
  const alert = page.getByRole('alert').filter({ hasText: 's3:PutObject' });
  await expect(alert).toContainText('Nothing was written to Grafana.');
});

test('a run that cannot be asked for is not said to be running', async ({ app, page, service }) => {
  const progress = { phase: 'reading', done: 52, kinds: { dashboard: { done: 52, failed: 0 } } };
  const run = Object.assign(service.state.runs[0]!, { kind: 'backup', status: 'running', progress });
  await app.open(`/runs/${run.id}`);
  await expect(page.getByRole('region', { name: 'Backup is running' })).toBeVisible();
  const error = { code: 'DK_STORE_UNREACHABLE', message: 'connection refused', hint: '' };
  await page.route(`**/api/v1/runs/${run.id}`, (route) => route.fulfill({ status: 502, json: { error } }));
  await expect(page.getByRole('region', { name: 'Last known progress: Backup' })).toBeVisible();
  await expect(page.getByText('Backup is running')).toHaveCount(0);
});

test('while Grafana is down, a plan is not said to be compared with it', async ({ app, page, service }) => {
  const about = { snapshot: service.state.snapshots[0]!.id, selection: { type: 'everything' }, options: {} };
  const rest = { losing: 0, security: 0, dependencies: [], dataSources: [], liveDataSources: [], warnings: [] };
  const created = new Date().toISOString();
  const plan = { id: 'plan-1', state: 'planning', created, expires: created, counts: {}, ...about, ...rest };
  await page.route('**/api/v1/restores/plan-1', (route) => route.fulfill({ json: plan }));
  await app.open('/restore/plan-1');
  const comparing = page.getByText('Comparing with Grafana now');
  await expect(comparing).toBeVisible();
  await page.route('**/api/**', (route) => route.abort());
  await expect(page.getByText('Grafana is not responding')).toBeVisible();
  await expect(comparing).toHaveCount(0);
});

test('the version that is in Grafana now is not offered to be restored', async ({ app, page, service }) => {
  const uid = 'checkout-latency';
  service.state.live.delete(`dashboard/${uid}`);
  await app.open(`/versions/dashboard/${uid}`);
  const restore = page.getByRole('button', { name: 'Restore this version' });
  await expect(page.getByText('It no longer exists in Grafana')).toBeVisible();
  const count = await restore.count();
  const marks = page.getByText('In Grafana now', { exact: true });
  for (const [place, { id }] of service.state.snapshots.slice(0, 2).entries()) {
    service.state.live.set(`dashboard/${uid}`, worldOf(service.state, id).get(`dashboard/${uid}`)!);
    await page.reload();
    await expect(page.getByRole('main').getByRole('region').nth(place).locator(marks)).toBeVisible();
    await expect(marks).toHaveCount(1);
    await expect(restore).toHaveCount(count - 1);
  }
});

test('before there is a target, no single organization is said not to be backed up', async ({ app, page, service }) => {
  const why = { code: 'org-not-covered', params: { name: 'Second Org.', id: '2' } };
  const message = 'organization Second Org. (2) is not backed up';
  service.state.status = {
    ...{ protection: 'unconfigured', target: { configured: false, description: '' } },
    warnings: [{ code: 'DK_CONFIG', message, hint: '', why }],
  };
  await app.open('');
  await expect(page.getByText('Choose where to store backups')).toBeVisible();
  await expect(page.getByText(/Second Org/)).toHaveCount(0);
});

test('a plan that finishes a restore says so, and why it asks again', async ({ app, page, service }) => {
  const run = Object.assign(service.state.runs[0]!, { kind: 'restore', status: 'interrupted', planned: 12 });
  const created = new Date().toISOString();
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  const counts = { create: 1, update: 0, delete: 0, unchanged: 0, skip: 0, blocked: 0 };
  const empty = { losing: 0, security: 1, dependencies: [], dataSources: [], liveDataSources: [], warnings: [] };
  const about = { snapshot: service.state.snapshots[0]!.id, selection: { type: 'everything' }, options: {} };
  const plan = { id: 'plan-1', state: 'planned', created, expires, counts, ...about, ...empty };
  await page.route('**/api/v1/restores/plan-1', (route) => route.fulfill({ json: plan }));
  await page.route('**/api/v1/restores/plan-1/items*', (route) => route.fulfill({ json: { items: [], total: 0 } }));
  await app.open(`/restore/plan-1?finishes=${run.id}`);
  await expect(page.getByRole('heading', { name: 'Finish this restore' })).toBeVisible();
  await expect(page.getByText(/^Finishes the restore started/)).toBeVisible();
  await expect(page.getByText(/Access may have been restricted since/)).toBeVisible();
});
