import { afterEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import type { RunRecord, Touched } from '../../../pkg/contract/runs.ts';
import { planUndo } from '../../../pkg/engine/restore/undo/undo.ts';
import { ENGINE_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { named, reasons, RestoreBench, stateOf } from '../harness.ts';
import { seed } from '../seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const keptOf = (owner: string): string =>
  `an interrupted restore created its ${owner}, but someone may have set these permissions since; --overwrite replaces them`;
const OWNERS: ['folder' | 'dashboard', string, string, RegExp][] = [
  ['folder', 'other', '/api/folders/other', /^POST .*\/folders(\?|$)/],
  ['dashboard', 'root', '/api/dashboards/uid/root', /^POST .*\/dashboards(\/db)?(\?|$)/],
];

/** A Grafana that has lost a folder and a dashboard, within the second of the snapshot. */
async function prepare(profile: string): Promise<Manifest> {
  bench = await RestoreBench.start({ profile: profile as '12.4', nestedFolders: true });
  const { state } = bench.sim;
  state.now = () => Date.parse('2026-07-01T08:00:00.500Z');
  await seed(bench);
  const good = await bench.backup();
  await bench.api('DELETE /api/folders/other?forceDeleteRules=true');
  await bench.api('DELETE /api/dashboards/uid/root');
  return good;
}

/** Restores, and is killed while Grafana creates one of them. @returns the run */
async function killed(good: Manifest, kind: string, uid: string, match: RegExp): Promise<string> {
  const stop = new AbortController();
  const { store } = bench.repository;
  const put = store.put.bind(store);
  const run = (): void => {
    store.put = () => Promise.reject(new Error('killed'));
    stop.abort(new Error('killed'));
  };
  bench.sim.setFaults({ match, action: { kind: 'abandoned', run }, times: 1 });
  const selection = { only: [{ kind: kind as 'folder', uid }] };
  await expect(bench.applyRecorded({ manifest: good, selection, signal: stop.signal }, true)).rejects.toThrow('killed');
  bench.sim.setFaults();
  store.put = put;
  const [newest] = await bench.repository.runs({ limit: 1 });
  return newest!.id;
}

/** Replaces the record of a run. */
async function rewrite(run: string, change: (record: RunRecord) => Partial<RunRecord>): Promise<void> {
  const { record } = (await bench.repository.run(run))!;
  await bench.repository.writeRun({ ...record, ...change(record) });
}

const openOwner = (touched: Touched[] | undefined): boolean =>
  touched?.some(
    ({ kind, open, did }) => ['folder', 'dashboard'].includes(kind) && open === true && did === 'created',
  ) === true;

describe.each(ENGINE_PROFILES)('a restore that was killed while Grafana %s created', (profile) => {
  describe.each(OWNERS)('a %s', (kind, uid, path, match) => {
    const name = `${kind}-permissions/${uid}`;

    it('finishes with its permissions, which it lists for confirmation', async () => {
      const good = await prepare(profile);
      const run = await killed(good, kind, uid, match);
      expect(openOwner((await bench.repository.run(run))!.record.touched)).toBe(true);
      expect((await bench.api(`GET ${path}/permissions`)).text).toBe('[]');
      const plan = await bench.plan({ manifest: good });
      expect(reasons(plan, 'update')[name]).toBe('completes an earlier restore');
      // The record may be an earlier state, which the holder of the write key put back.
      expect(plan.confirm).toMatch(/^\d security changes?$/);
      await bench.applyRecorded({ manifest: good });
      expect(stateOf(await bench.backup())).toEqual(stateOf(good));
      // What someone narrows after that stays.
      await bench.api(`POST ${path}/permissions`, { items: [] });
      const kept = 'exists and grants less access than the snapshot does; --overwrite replaces it';
      expect(reasons(await bench.plan({ manifest: good }), 'skip')[name]).toBe(kept);
    });

    it('keeps permissions that someone gave it since, and is not complete', async () => {
      const good = await prepare(profile);
      await killed(good, kind, uid, match);
      await bench.api(`POST ${path}/permissions`, { items: [{ role: 'Viewer', permission: 4 }] });
      const { plan, run } = await bench.applyRecorded({ manifest: good });
      expect(reasons(plan, 'skip')[name]).toBe(keptOf(kind));
      const { record } = (await bench.repository.run(run))!;
      expect(record).toMatchObject({ status: 'partial' });
      expect(record.errors).toMatchObject([{ kind: `${kind}-permissions`, uid, code: 'kept-unfinished' }]);
      expect(named(await bench.plan({ manifest: good, options: { overwrite: true } }), 'update')).toContain(name);
    });

    it('leaves nothing behind when it is undone', async () => {
      const good = await prepare(profile);
      const before = stateOf(await bench.backup());
      const run = await killed(good, kind, uid, match);
      const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({});
      const { plan } = await planUndo(asked, (await bench.repository.run(run))!);
      expect(named(plan, 'delete')).toEqual([`${kind}/${uid}`]);
      await bench.api(`DELETE ${path}`);
      expect(stateOf(await bench.backup())).toEqual(before);
    });

    it('keeps the permissions if no trusted key signed the record', async () => {
      const good = await prepare(profile);
      await killed(good, kind, uid, match);
      bench.repository.trust.counts = () => false;
      expect(reasons(await bench.plan({ manifest: good }), 'skip')[name]).toMatch(/^exists and grants less/);
    });

    it('keeps the permissions of what was there before, whatever the record lists', async () => {
      const good = await prepare(profile);
      const run = await killed(good, kind, uid, match);
      const later = Date.parse('2026-07-01T09:00:00Z');
      await rewrite(run, () => ({ started: new Date(later).toISOString() }));
      expect(reasons(await bench.plan({ manifest: good }), 'skip')[name]).toMatch(/^exists and grants less/);
      await rewrite(run, ({ started, touched = [] }) => ({
        started: new Date(Date.parse(started) - 3_600_000).toISOString(),
        touched: touched.map((one) => ({ ...one, did: 'updated' })),
      }));
      expect(reasons(await bench.plan({ manifest: good }), 'skip')[name]).toMatch(/^exists and grants less/);
    });
  });
});
