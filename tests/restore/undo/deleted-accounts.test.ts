import { afterEach, describe, expect, it } from 'vitest';
import { reasons, RestoreBench, stateOf } from '../harness.ts';
import { planOfUndo, stoppedAt, undo } from './undoing.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const PERMISSIONS = 'POST /api/access-control/folders/shop';
const live = () => bench.sim.state.org(1);

/** What is deleted before the folders, how one is made and deleted, and how a folder's permissions name it. */
const SUBJECTS = {
  'service-account': {
    add: async () => (await bench.api('POST /api/serviceaccounts', { name: 'robot', role: 'Viewer' })).body['id'],
    removes: 'DELETE /api/serviceaccounts',
    of: 'userId',
  },
  team: {
    add: async () => (await bench.api('POST /api/teams', { name: 'night' })).body['teamId'],
    removes: 'DELETE /api/teams',
    of: 'teamId',
  },
};

/** A restore has brought back someone and a folder on which they have a permission. */
async function restored(kind: keyof typeof SUBJECTS): Promise<{ run: string; after: Record<string, string> }> {
  const { add, removes, of } = SUBJECTS[kind];
  bench = await RestoreBench.start({ profile: '12.4' });
  const id = await add();
  await bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
  await bench.api(PERMISSIONS, { permissions: [{ [of]: id, permission: 'Edit' }] });
  const manifest = await bench.backup();
  await bench.api('DELETE /api/folders/shop');
  await bench.api(`${removes}/${id}`);
  const { run } = await bench.applyRecorded({ manifest }, true, manifest.id);
  return { run, after: stateOf(await bench.backup()) };
}

/** Its undo is killed when Grafana has deleted them, and before it deletes the folder. */
async function killedUndo(kind: keyof typeof SUBJECTS): Promise<{ run: string; after: Record<string, string> }> {
  const { run, after } = await restored(kind);
  const match = new RegExp(`^${SUBJECTS[kind].removes}/`);
  const stopped = await stoppedAt(bench, { match, end: 'killed' }, (signal) => undo(bench, run, signal));
  expect(live().folders.has('shop')).toBe(true);
  return { run: stopped.id, after };
}

describe.each(Object.keys(SUBJECTS) as (keyof typeof SUBJECTS)[])('an undo killed after it deleted a %s', (kind) => {
  it('can be undone: the permissions that Grafana deleted along come back', async () => {
    const { run, after } = await killedUndo(kind);
    expect(await undo(bench, run)).toMatchObject({ status: 'complete' });
    expect(stateOf(await bench.backup())).toEqual(after);
  });

  it('can be undone in two attempts, of which the first is killed before these permissions', async () => {
    const { run, after } = await killedUndo(kind);
    const match = /^POST \/api\/access-control\/folders/;
    await stoppedAt(bench, { match, end: 'killed', moment: 'before' }, (signal) => undo(bench, run, signal));
    expect(await undo(bench, run)).toMatchObject({ status: 'complete' });
    expect(stateOf(await bench.backup())).toEqual(after);
  });
});

it.each(['service-account', 'team'] as const)(
  'the permissions of a %s on what an undo left come back',
  async (kind) => {
    const { run } = await restored(kind);
    await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'mine', title: 'Mine' }, folderUid: 'shop' });
    const filled = stateOf(await bench.backup());
    const { id, status } = await undo(bench, run);
    expect(status).toBe('partial');
    expect(stateOf(await bench.backup())).not.toEqual(filled);
    expect(await undo(bench, id)).toMatchObject({ status: 'complete' });
    expect(stateOf(await bench.backup())).toEqual(filled);
  },
);

it('permissions that someone changed after a killed undo stay', async () => {
  const { run } = await killedUndo('service-account');
  await bench.api(PERMISSIONS, { permissions: [{ builtInRole: 'Viewer', permission: 'Admin' }] });
  expect(reasons((await planOfUndo(bench, run)).plan, 'skip')).toMatchObject({
    'folder-permissions/shop': 'someone has changed it since',
  });
});
