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

/**
 * The undo of a restore is killed when Grafana has deleted someone that the restore had brought back, and before it
 * deletes the folder on which they have a permission.
 * @returns that undo, and what the restore had left
 */
async function killedUndo(kind: keyof typeof SUBJECTS): Promise<{ run: string; after: Record<string, string> }> {
  const { add, removes, of } = SUBJECTS[kind];
  bench = await RestoreBench.start({ profile: '12.4' });
  const id = await add();
  await bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
  await bench.api(PERMISSIONS, { permissions: [{ [of]: id, permission: 'Edit' }] });
  const manifest = await bench.backup();
  await bench.api('DELETE /api/folders/shop');
  await bench.api(`${removes}/${id}`);

  const { run } = await bench.applyRecorded({ manifest }, true, manifest.id);
  const after = stateOf(await bench.backup());
  const match = new RegExp(`^${removes}/`);
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
});

it('permissions that someone changed after a killed undo stay', async () => {
  const { run } = await killedUndo('service-account');
  await bench.api(PERMISSIONS, { permissions: [{ builtInRole: 'Viewer', permission: 'Admin' }] });
  expect(reasons((await planOfUndo(bench, run)).plan, 'skip')).toMatchObject({
    'folder-permissions/shop': 'someone has changed it since',
  });
});
