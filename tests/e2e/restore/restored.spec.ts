import { expect, GRAFANA_URL } from '../support/fixtures.ts';
import { test } from '../support/madeUp.ts';

test.skip(GRAFANA_URL !== undefined, 'these states are made up');

test('the run of a restore says what was restored from which snapshot, and lists the resources', async ({
  app,
  page,
  service,
}) => {
  const [undo, run] = [service.state.runs[0]!, service.state.runs[1]!];
  const source = service.state.snapshots[0]!.id;
  const resource = { org: 1, kind: 'dashboard', did: 'updated' };
  const touched = [
    { ...resource, uid: 'd1', did: 'created', title: 'Shop' },
    ...['d2', 'd3', 'd4', 'd5', 'd6'].map((uid) => ({ ...resource, uid })),
    { ...resource, uid: 'd7', open: true },
  ];
  const selection = { type: 'folder', org: 1, uid: 'business' };
  const request = { snapshot: source, selection };
  Object.assign(run, { kind: 'restore', status: 'complete', source, request, folder: 'Business', touched });
  await app.open(`/runs/${run.id}`);
  await expect(page.getByRole('link', { name: /:\d\d/ })).toHaveAttribute('href', new RegExp(`/snapshots/${source}$`));
  await expect(page.getByText('Folder: Business')).toBeVisible();
  await page.getByText('Changed resources').click();
  const list = page.getByRole('list', { name: 'Changed resources' });
  await expect(list.getByRole('listitem').first()).toHaveText(/Shop\s*Dashboards\s*Created/);
  await page.getByRole('button', { name: 'Show all 7' }).click();
  await expect(list.getByRole('listitem').last()).toHaveText(/d7\s*Dashboards\s*Possibly written, not checked/);

  Object.assign(undo, { kind: 'restore', status: 'complete', trigger: 'undo', undoes: run.id, source });
  await app.open(`/runs/${undo.id}`);
  await expect(page.getByText('Undoes')).toBeVisible();
  await expect(page.getByRole('link', { name: /^Restore, .*:\d\d/ })).toHaveAttribute(
    'href',
    new RegExp(`/runs/${run.id}$`),
  );
});
