import { afterEach, describe, expect, it } from 'vitest';
import { planUndo } from '../../../pkg/engine/restore/undo/undo.ts';
import { named, reasons, RestoreBench } from '../harness.ts';
import { stoppedAt, undo } from '../undo/undoing.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const WALL = { name: 'Wall', interval: '30s', items: [{ type: 'dashboard_by_tag', value: 'wall' }] };
const LOBBY = { name: 'Lobby', interval: '5m', items: [{ type: 'dashboard_by_tag', value: 'lobby' }] };
const only = { selection: { kinds: ['playlist' as const] } };

function live(): string[] {
  return [...bench.sim.state.org(1).playlists.values()].map(({ name, interval }) => `${name} ${interval}`).sort();
}

/** Playlists that are gone, on a Grafana that assigns each a uid. */
async function lost(...playlists: (typeof WALL)[]): Promise<void> {
  bench = await RestoreBench.start({ profile: '11.6' });
  for (const playlist of playlists) {
    await bench.api('POST /api/playlists', playlist);
  }
  await bench.backup();
  bench.sim.wipe();
}

describe('playlists that get another uid', () => {
  it('are the same at the next plan, also those that are equal', async () => {
    await lost(WALL, LOBBY, LOBBY);
    const { results } = await bench.apply(only);
    expect(results.map(({ outcome }) => outcome)).toEqual(['verified', 'verified', 'verified']);
    expect(live()).toEqual(['Lobby 5m', 'Lobby 5m', 'Wall 30s']);

    const plan = await bench.plan(only);
    expect(named(plan, 'unchanged').length).toBe(3);
    expect(named(plan).length).toBe(3);
    expect(new Set(plan.items.map(({ targetUid }) => targetUid))).toEqual(
      new Set(bench.sim.state.org(1).playlists.keys()),
    );
    bench.sim.clearRequests();
    await bench.apply(only);
    expect(bench.sim.writes()).toEqual([]);
  });

  it('that were changed since are left, replaced in place with --overwrite, and come back with undo', async () => {
    await lost(WALL);
    await bench.apply(only);
    const [found] = bench.sim.state.org(1).playlists.values();
    found!.interval = '1h';
    expect(Object.values(reasons(await bench.plan(only), 'skip'))).toEqual([expect.stringContaining('--overwrite')]);

    const { results } = await bench.apply({ ...only, options: { overwrite: true } });
    expect(results.map(({ outcome }) => outcome)).toEqual(['verified']);
    expect(live()).toEqual(['Wall 30s']);
    expect([...bench.sim.state.org(1).playlists.keys()]).toEqual([found!.uid]);
  });

  it('are not taken for those of the same name that nobody can distinguish', async () => {
    await lost(WALL);
    await bench.api('POST /api/playlists', { ...WALL, interval: '1m' });
    await bench.api('POST /api/playlists', { ...WALL, interval: '2m' });
    expect(named(await bench.plan(only), 'create').length).toBe(1);
  });

  it('are not deleted as what the snapshot lacks', async () => {
    await lost(WALL);
    await bench.apply(only);
    expect(named(await bench.plan({ ...only, options: { deleteExtra: true } }), 'delete')).toEqual([]);
  });

  it('are not made twice when the answer to making one is lost', async () => {
    await lost(WALL, LOBBY);
    bench.sim.setFaults({ match: 'POST /api/playlists', times: 1, action: { kind: 'cut' } });
    const { results, run } = await bench.applyRecorded(only, true);
    expect(results.map(({ outcome }) => outcome)).toEqual(['verified', 'verified']);
    expect(live()).toEqual(['Lobby 5m', 'Wall 30s']);
    const { plan } = await planUndo(await bench.request({}), (await bench.repository.run(run))!);
    expect(named(plan, 'delete').length).toBe(2);
  });

  it('are deleted by the undo of a restore that was killed after it created one', async () => {
    await lost(WALL, LOBBY);
    await bench.api('POST /api/playlists', LOBBY);
    const match = /^POST .*playlists/;
    await expect(
      stoppedAt(bench, { match, end: 'killed' }, (signal) => bench.applyRecorded({ ...only, signal }, true)),
    ).rejects.toThrow();
    expect(live()).toHaveLength(2);
    const [{ id } = { id: '' }] = await bench.repository.runs({ limit: 1 });
    expect(await undo(bench, id)).toMatchObject({ status: 'complete', counts: { skipped: 0 } });
    expect(live()).toEqual(['Lobby 5m']);
  });
});
