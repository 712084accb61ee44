import { expect, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'these states are made up');

test('a restore that only lacked accounts says which to create first, and offers no rest', async ({
  app,
  page,
  service,
}) => {
  const problem = { org: 1, reason: 'left out' };
  const errors = [
    { ...problem, kind: 'team', uid: 'Ops', code: 'members-left-out', params: { logins: 'ben, ada' } },
    ...['permissions-left-out'].map((code) => ({
      ...{ ...problem, kind: 'folder-permissions', uid: 'a', code },
      params: { names: 'user ada', logins: 'ada' },
    })),
  ];
  const request = { snapshot: 'latest', selection: { type: 'everything' }, options: { overwrite: true } };
  const run = Object.assign(service.state.runs[0]!, {
    ...{ kind: 'restore', status: 'partial', planned: 9, undoable: true, source: 'snapshot-1' },
    ...{ errors, request },
  });
  await app.open(`/runs/${run.id}`);
  await expect(page.getByText(/have no account in this organization: ada, ben; create the users with/)).toBeVisible();
  await expect(page.getByText(/dashkeep restore snapshot-1 --kinds user/)).toBeVisible();
  await expect(page.getByRole('link', { name: 'New plan' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Plan the rest' })).toHaveCount(0);
  // A team that is missing, too, may come back with the rest.
  const [, { params }] = errors as [unknown, { params: Record<string, string> }];
  delete params['logins'];
  await app.open(`/runs/${run.id}`);
  await expect(page.getByRole('button', { name: 'Plan the rest' })).toBeVisible();
  await expect(page.getByText(/create the users with/)).toHaveCount(0);
});

test('an undo of what finished an interrupted restore says that it leaves the part before', async ({
  app,
  page,
  service,
}) => {
  const [run, earlier] = service.state.runs;
  Object.assign(run!, { kind: 'restore', status: 'complete', undoable: true });
  const created = new Date().toISOString();
  const plan = {
    ...{ id: 'plan-1', created, expires: created, state: 'planned', undoes: run!.id, snapshot: 'before' },
    ...{ selection: { type: 'everything' }, options: {}, outcomes: {}, counts: { delete: 4 } },
    ...{ losing: 0, security: 0, dependencies: [], dataSources: [], liveDataSources: [], warnings: [] },
  };
  await page.route('**/api/v1/restores/plan-1', (route) => route.fulfill({ json: plan }));
  await page.route('**/api/v1/restores/plan-1/*', (route) => route.fulfill({ json: { items: [], total: 0 } }));
  await app.open('/restore/plan-1');
  await expect(page.getByRole('heading', { name: 'Changes to 4 resources will be undone' })).toBeVisible();
  await expect(page.getByText(/covers only part/)).toHaveCount(0);
  run!.finishes = earlier!.id;
  for (const state of ['planned', 'applied']) {
    plan.state = state;
    await app.open('/restore/plan-1');
    await expect(page.getByText('This undo covers only part of the changes')).toBeVisible();
    const link = page.getByRole('link', { name: 'Open the earlier run' });
    await expect(link).toHaveAttribute('href', new RegExp(`/runs/${earlier!.id}$`));
  }
  // The later part is undone: now the earlier one can be.
  await page.getByRole('button', { name: 'Undo the earlier run' }).click();
  await expect(page).toHaveURL(/\/restore\/restore-/);
});

test('an undo names what it takes back, and what it is compared with', async ({ app, page, service }) => {
  const [run] = service.state.runs;
  Object.assign(run!, { kind: 'restore', status: 'complete', undoable: true });
  const created = new Date().toISOString();
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  const [snapshot] = service.state.snapshots;
  const plan = {
    ...{ id: 'plan-1', created, expires, state: 'planned', undoes: run!.id, snapshot: snapshot!.id },
    ...{ selection: { type: 'everything' }, options: {}, counts: { update: 4 } },
    ...{ losing: 0, security: 0, dependencies: [], dataSources: [], liveDataSources: [], warnings: [] },
  };
  await page.route('**/api/v1/restores/plan-1', (route) => route.fulfill({ json: plan }));
  await page.route('**/api/v1/restores/plan-1/*', (route) => route.fulfill({ json: { items: [], total: 0 } }));
  await app.open('/restore/plan-1');
  await expect(page.getByText(/^Undoes the restore started /)).toBeVisible();
  await expect(page.getByText(/^From the snapshot of /)).toHaveCount(0);
  run!.undoes = service.state.runs[1]!.id;
  await app.open('/restore/plan-1');
  await expect(page.getByText(/^Reverses the undo started /)).toBeVisible();
  const { undoes: _, ...sent } = plan;
  await page.route('**/api/v1/restores/plan-1', (route) =>
    route.fulfill({ json: { ...sent, state: 'planning', options: { to: { connection: 'stage' } } } }),
  );
  await app.open('/restore/plan-1');
  await expect(page.getByText('Comparing with stage now…')).toBeVisible();
});

test('a plan names the time of its snapshot to the second where another one was made then', async ({
  app,
  page,
  service,
}) => {
  const [newest, other] = service.state.snapshots;
  await app.open(`/restore?snapshot=${newest!.id}&type=everything`);
  await page.getByRole('button', { name: 'Show the plan' }).click();
  const from = page.getByText(/^From the snapshot of /);
  await expect(from).toHaveText(/\d:\d\d [AP]M$/);
  await expect(from).not.toHaveText(/\d:\d\d:\d\d/);
  other!.time = new Date(Math.floor(Date.parse(newest!.time) / 60_000) * 60_000 + 1).toISOString();
  await page.reload();
  await expect(from).toHaveText(/\d:\d\d:\d\d [AP]M$/);
});
