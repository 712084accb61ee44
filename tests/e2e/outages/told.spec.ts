import { expect, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'these states are made up');

test('a service that has just started says that, and its page goes on by itself', async ({ app, page, service }) => {
  service.state.status = {
    ...{ protection: 'unknown', newest: undefined },
    token: { state: 'unknown', source: 'bootstrap', orgs: [] },
  };
  await app.open('');
  await expect(page.getByText('Looking for existing backups')).toBeVisible();
  await expect(page.getByText('Set up the backup target')).toHaveCount(0);
  service.state.status = {};
  await expect(page.getByText('Last backup complete')).toBeVisible();
});

test('a target that only the deployment can set is not to be set on a page', async ({ app, page, service }) => {
  const why = { code: 'target-left-open', params: {} };
  service.state.status = {
    ...{ protection: 'unconfigured', target: { configured: false, description: '' } },
    warnings: [{ code: 'DK_CONFIG', message: 'no target is set; only the deployment can set it', hint: '', why }],
  };
  await app.open('');
  await expect(page.getByText(/Nothing is backed up until the deployment sets the target/)).toBeVisible();
  await expect(page.getByText('Set up the backup target')).toHaveCount(0);
  await expect(page.getByText('The deployment has to set the target')).toBeVisible();
  await page.getByRole('link', { name: 'Open the settings' }).click();
  await expect(page.getByRole('heading', { name: 'Settings', exact: true })).toBeVisible();
});

test('the progress of a run that its service no longer has is called the last known', async ({
  app,
  page,
  service,
}) => {
  const progress = {
    phase: 'reading',
    done: 52,
    kinds: { dashboard: { done: 52, failed: 0 } },
    rate: 9,
    endsWithin: 90,
  };
  const run = Object.assign(service.state.runs[0]!, { kind: 'backup', status: 'running', progress });
  await app.open(`/runs/${run.id}`);
  await expect(page.getByRole('region', { name: 'Backup is running' })).toContainText(
    '9 per secondless than 2 min left',
  );
  // It was restarted, and has only read the record of the run.
  service.state.status = { started: new Date().toISOString(), running: undefined };
  await expect(page.getByRole('region', { name: 'Last known progress: Backup' })).not.toContainText(/per second|left/);
});

const INTERRUPTED = {
  status: 'interrupted',
  failure: {
    code: 'DK_INTERRUPTED',
    message: 'the service was restarted, or its process was killed, during this run',
    hint: 'Start the run again. Existing snapshots are not affected.',
  },
} as const;

test('a backup that its service did not survive says why it ended and what to do', async ({ app, page, service }) => {
  const run = Object.assign(service.state.runs[0]!, INTERRUPTED);
  await app.open(`/runs/${run.id}`);
  await expect(page.getByText(/was restarted, or its process was killed/)).toBeVisible();
  await expect(page.getByText('Start the run again. Existing snapshots are not affected.')).toBeVisible();
});

test('a run that was waiting when its service was killed is not said to wait still', async ({ app, page, service }) => {
  const run = Object.assign(service.state.runs[0]!, { kind: 'drill', status: 'queued', cancellable: true });
  await app.open(`/runs/${run.id}`);
  await expect(page.getByText('Restore test is waiting')).toBeVisible();
  service.state.runs.shift();
  await expect(page.getByText('This run did not start')).toBeVisible();
  await expect(page.getByText('The service was restarted while the run was waiting.')).toBeVisible();
  await expect(page.getByText('Restore test is waiting')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0);
});

test('a restore that its service did not survive is to be finished or undone', async ({ app, page, service }) => {
  const run = Object.assign(service.state.runs[0]!, INTERRUPTED);
  Object.assign(run, { kind: 'restore', planned: 12, counts: { written: 5, unchecked: 2 }, undoable: true });
  await app.open(`/runs/${run.id}`);
  await expect(page.getByText('Finish it, or undo it to return to the previous state.')).toBeVisible();
  await expect(page.getByText(/Start the run again/)).toHaveCount(0);
});

for (const [status, did, again] of [
  ['interrupted', 'Finished by', 'Finish this restore'],
  ['partial', 'Undone by', 'Plan the rest'],
  ['complete', 'Undone by', 'Undo this restore'],
] as const) {
  test(`a restore that is ${status} names the later run: ${did}`, async ({ app, page, service }) => {
    const [later, run] = [service.state.runs[0]!, service.state.runs[1]!];
    const request = { snapshot: 'a', selection: { type: 'everything' } };
    Object.assign(run, INTERRUPTED, { kind: 'restore', status, planned: 12, undoable: true, request });
    await app.open(`/runs/${run.id}`);
    await expect(page.getByRole('button', { name: again })).toBeVisible();
    const isUndo = did === 'Undone by';
    Object.assign(run, { continuedBy: later.id, undoable: !isUndo, undone: isUndo || undefined });
    const undo = isUndo ? { trigger: 'undo', undoes: run.id } : {};
    Object.assign(later, { kind: 'restore', status: 'complete', ...undo });
    await app.open(`/runs/${run.id}`);
    const link = page.getByRole('link', { name: /^(Restore|Undo), .*:\d\d/ });
    await expect(link).toHaveAttribute('href', new RegExp(`/runs/${later.id}$`));
    await expect(page.getByText(did)).toBeVisible();
    await expect(page.getByRole('button', { name: again })).toHaveCount(0);
    if (status === 'interrupted') {
      await app.open('/history/runs');
      await expect(page.getByTitle(/^the service was restarted/)).toHaveText('Finished later');
    }
  });
}

test('a restore or undo that wrote nothing before the service was killed can be started again', async ({
  app,
  page,
  service,
}) => {
  const run = Object.assign(service.state.runs[0]!, INTERRUPTED, { kind: 'restore', trigger: 'undo', undoes: 'run-1' });
  await app.open(`/runs/${run.id}`);
  await expect(page.getByText('Nothing was written to Grafana.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start this undo again' })).toBeVisible();
  await expect(page.getByText(/Start the run again/)).toHaveCount(0);
});

test('an undo that was interrupted is finished or reversed, each by its own name', async ({ app, page, service }) => {
  const undo = { kind: 'restore', trigger: 'undo', undoes: 'run-1', planned: 9, undoable: true };
  const run = Object.assign(service.state.runs[0]!, INTERRUPTED, undo);
  await app.open(`/runs/${run.id}`);
  await expect(page.getByRole('button', { name: 'Finish this undo' })).toBeVisible();
  const reverse = page.getByRole('button', { name: 'Reverse this undo' });
  await expect(reverse).toBeVisible();
  Object.assign(run, { connection: 'production' });
  await app.open(`/runs/${run.id}`);
  await expect(page.getByRole('heading', { name: 'Undo in production' })).toBeVisible();
  await expect(reverse).toBeVisible();
});

const NO_PLAN = { code: 'DK_NOT_FOUND', message: 'no plan', hint: '', advice: { code: 'plan-again', params: {} } };

test('a restore whose plan is gone is not called one that is running', async ({ app, page, service }) => {
  const run = Object.assign(service.state.runs[0]!, INTERRUPTED, { kind: 'restore', planned: 12, undoable: true });
  await page.route('**/api/v1/restores/*', (route) => route.fulfill({ status: 404, json: { error: NO_PLAN } }));
  await page.route('**/api/v1/runs?*kind=restore*', (route) => route.fulfill({ json: { items: [run], total: 1 } }));
  await app.open('/restore/20261129T103913Z-1957d03a');
  await expect(page.getByText('This restore was interrupted')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Restore', exact: true })).toBeVisible();

  Object.assign(run, { trigger: 'undo', undoes: service.state.runs[1]!.id });
  await app.open('/restore/20261129T103913Z-1957d03a');
  await expect(page.getByText(/^Undoes the restore started /)).toBeVisible();
  await expect(page.getByText('This undo was interrupted')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Undo', exact: true })).toBeVisible();
});

test('a finished restore whose plan is gone shows how it ended, and can be undone', async ({ app, page, service }) => {
  const ended = { kind: 'restore', status: 'complete', planned: 12, counts: { verified: 12 }, undoable: true } as const;
  const run = Object.assign(service.state.runs[0]!, ended);
  await page.route('**/api/v1/restores/*', (route) => route.fulfill({ status: 404, json: { error: NO_PLAN } }));
  await page.route('**/api/v1/runs?*kind=restore*', (route) => route.fulfill({ json: { items: [run], total: 1 } }));
  await app.open('/restore/20261129T103913Z-1957d03a');
  await expect(page.getByText('Restored and checked')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Undo this restore' })).toBeVisible();
});

test('a restore that failed in part is not called done, and names what failed and why', async ({
  app,
  page,
  service,
  problems,
}) => {
  const resource = { org: 1, kind: 'dashboard', uid: 'a', title: 'Full' };
  const errors = [{ ...resource, reason: 'Dashboard quota reached' }];
  const run = { kind: 'restore', status: 'partial', planned: 3, errors } as const;
  const { id } = Object.assign(service.state.runs[0]!, run);
  const undo: { undoes?: string } = {};
  await page.route('**/api/v1/restores/plan-1', async (route) => {
    const created = new Date().toISOString();
    const counts = { create: 3, overwrite: 0, delete: 0, unchanged: 0, skip: 0, conflict: 0 };
    const [losing, security] = [0, 0];
    const empty = { losing, security, dependencies: [], dataSources: [], liveDataSources: [], warnings: [] };
    const about = { snapshot: service.state.snapshots[0]!.id, selection: { type: 'everything' }, options: {} };
    const outcomes = { verified: 1, failed: 1, differs: 1 };
    const state = { id: 'plan-1', state: 'applied', run: id, created, expires: created, counts, outcomes, ...undo };
    await route.fulfill({ json: { ...state, ...about, ...empty } });
  });
  await page.route('**/api/v1/restores/plan-1/results*', (route) => route.fulfill({ json: { items: [], total: 0 } }));
  await app.open('/restore/plan-1');
  await expect(page.getByRole('heading', { name: 'Partly restored' })).toBeVisible();
  const text = '1 resource failed. 1 resource differs from the snapshot. The reasons are below.';
  await expect(page.getByText(text)).toBeVisible();
  const failed = page.getByRole('list', { name: 'Resources and reasons' });
  await expect(failed.getByText(/Dashboard quota reached/)).toBeVisible();
  undo.undoes = id;
  await app.open('/restore/plan-1');
  await expect(page.getByRole('alert').getByText('Partly undone')).toBeVisible();
  await expect(page.getByText(/^Undone:/)).toHaveCount(0);
  expect(problems).toEqual([]);
});

test('the plan of an undo says above it what it keeps and why', async ({ app, page, service }) => {
  const created = new Date().toISOString();
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  const skipped = (uid: string, title: string, code: string) => ({
    ...{ org: 1, kind: 'dashboard', uid, title, folder: '', action: 'skip', reason: code, code, params: {} },
    ...{ losses: [], security: [] },
  });
  const items = [skipped('a', 'Redis', 'changed-since'), skipped('b', 'DNS', 'goes-with-owner')];
  await page.route('**/api/v1/restores/plan-1', (route) => {
    const counts = { create: 0, update: 1, delete: 0, unchanged: 0, skip: 2, blocked: 0 };
    const empty = { losing: 0, security: 0, dependencies: [], dataSources: [], liveDataSources: [], warnings: [] };
    const about = { snapshot: service.state.snapshots[0]!.id, selection: { type: 'everything' }, options: {} };
    const state = { id: 'plan-1', state: 'planned', undoes: 'run-1', created, expires, counts };
    return route.fulfill({ json: { ...state, ...about, ...empty } });
  });
  await page.route('**/api/v1/restores/plan-1/items*', (route) =>
    route.fulfill({ json: { items, total: items.length } }),
  );
  await app.open('/restore/plan-1');
  const kept = page.getByRole('alert').filter({ hasText: 'The undo keeps these resources as they are' });
  const status = page.getByRole('status').filter({ hasText: 'The undo keeps these resources as they are' });
  await expect(kept.or(status)).toContainText('Someone has changed it since: Redis (Dashboards)');
  await expect(kept.or(status)).not.toContainText('DNS');
  await expect(page.getByRole('button', { name: 'Undo now' })).toBeVisible();
});

test('an undo that failed in part can be continued from its page', async ({ app, page, service }) => {
  const undo = { kind: 'restore', status: 'partial', trigger: 'undo', undoes: 'run-1', planned: 9, undoable: true };
  const run = Object.assign(service.state.runs[0]!, undo);
  await app.open(`/runs/${run.id}`);
  await expect(page.getByRole('button', { name: 'Plan the rest' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Reverse this undo' })).toBeVisible();
});

test('a run that failed because of the target leads there', async ({ app, page, service }) => {
  const failure = { code: 'DK_STORE_CREDENTIALS', message: 'SignatureDoesNotMatch', hint: '' };
  const run = Object.assign(service.state.runs[0]!, { status: 'failed', failure });
  await app.open(`/runs/${run.id}`);
  await page.getByRole('link', { name: 'Check the target' }).click();
  await expect(page).toHaveURL(/\/settings\/target$/);
});

test('a run whose record no trusted key signed says why its problems are not listed', async ({
  app,
  page,
  service,
}) => {
  const run = Object.assign(service.state.runs[0]!, { kind: 'verify', status: 'partial', counts: { problems: 2 } });
  await app.open(`/runs/${run.id}`);
  const why = page.getByText(/^The problems are not listed, because no trusted key signed this run/);
  await expect(why).toBeVisible();
  run.errors = [{ org: 1, kind: 'dashboard', uid: 'd1', title: 'Orders', reason: 'a chunk is missing' }];
  await app.open(`/runs/${run.id}`);
  await expect(page.getByText('Orders')).toBeVisible();
  await expect(why).toHaveCount(0);
});

test('a number that still grows says so', async ({ app, page, service }) => {
  const progress = { phase: 'reading', done: 52, kinds: { dashboard: { done: 52, failed: 0 } } };
  const run = Object.assign(service.state.runs[0]!, { kind: 'backup', status: 'running', progress });
  await app.open(`/runs/${run.id}`);
  await expect(page.getByText('52 so far')).toHaveCount(2);
});

test('a running undo is called an undo', async ({ app, page, service }) => {
  const undo = {
    kind: 'restore',
    trigger: 'undo',
    status: 'running',
    progress: { phase: 'saving', done: 0, kinds: {} },
  };
  const run = Object.assign(service.state.runs[0]!, undo);
  await app.open(`/runs/${run.id}`);
  await expect(page.getByRole('region', { name: 'Undo is running' })).toBeVisible();
  const progress = { phase: 'restoring', done: 0, kinds: {} };
  Object.assign(run, { undoes: service.state.runs[1]!.id, progress });
  await expect(page.getByText('Undoing and checking', { exact: true })).toBeVisible();
});

test('a plan that could not be computed says why, and leads to a new one', async ({ app, page }) => {
  await page.route('**/api/v1/restores/*', (route) =>
    route.fulfill({
      status: 502,
      json: { error: { code: 'DK_GRAFANA_UNREACHABLE', message: 'connection refused', hint: '' } },
    }),
  );
  await app.open('/restore');
  await page.getByRole('button', { name: 'Show the plan' }).click();
  await expect(page.getByText('The service cannot reach Grafana')).toBeVisible();
  await expect(page.getByText(/Comparing with Grafana now/)).toHaveCount(0);
  await page.getByRole('link', { name: 'New plan' }).click();
  await expect(page.getByRole('button', { name: 'Show the plan' })).toBeVisible();
});
