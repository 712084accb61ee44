import { afterEach, describe, expect, it } from 'vitest';
import { planRestore } from '../../pkg/engine/restore/plan/plan.ts';
import { restore } from '../../pkg/engine/restore/restore.ts';
import { planUndo } from '../../pkg/engine/restore/undo/undo.ts';
import type { Restored } from '../../pkg/engine/restore/types.ts';
import { SeededRandomness } from '../support/repository/repository.ts';
import { named, RestoreBench, stateOf } from './harness.ts';
import { seed } from './seed.ts';
import { newestOf } from '../support/grafana/profiles/tried.ts';
import { variants } from '../support/budget.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

/** A snapshot of something of most kinds, all of which is gone now. */
async function lost(profile: '11.6' | '12.4'): Promise<Record<string, string>> {
  bench = await RestoreBench.start({ profile, nestedFolders: true });
  await seed(bench);
  const before = withoutSecrets(stateOf(await bench.backup()));
  bench.sim.wipe();
  bench.sim.clearRequests();
  return before;
}

/** Restores everything; Grafana comes back as soon as it is waited for. */
async function restoreAll(): Promise<Restored & { waited: boolean }> {
  const request = await bench.request({});
  const plan = await planRestore(request);
  let waited = false;
  const restored = await restore({
    ...request,
    plan,
    safetySnapshot: false,
    version: '0.1.0',
    randomness: new SeededRandomness(),
    onProgress({ phase }) {
      if (phase === 'waiting for Grafana') {
        waited = true;
        bench.sim.setFaults();
      }
    },
  });
  return { ...restored, waited };
}

/** Without data sources, whose secrets nobody can read. */
function withoutSecrets(state: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).filter(([key]) => !key.includes('/data-source/')));
}

function bad({ results }: Restored): string[] {
  return results
    .filter(({ outcome }) => outcome !== 'verified')
    .map(({ outcome, kind, uid, reason }) => `${outcome} ${kind}/${uid}: ${reason}`);
}

const WRITES = /^(POST|PUT|PATCH) /;

describe.each(newestOf('11.6', '12.4'))('a Grafana %s that restarts in the middle of a restore', (profile) => {
  it.each(variants([3, 9]))('is waited for, and write %i that it cut is sent again', async (after) => {
    const before = await lost(profile);
    const away = { match: /./, action: { kind: 'cut', unhandled: true } } as const;
    // The write is not handled, and nothing is answered from a moment later on.
    bench.sim.setFaults(
      { match: WRITES, skip: after, times: 1, action: away.action },
      { match: WRITES, skip: after, action: { kind: 'before', run: () => bench.sim.setFaults(away) } },
    );
    const restored = await restoreAll();
    expect(restored.waited).toBe(true);
    expect(bad(restored)).toEqual([]);
    expect(withoutSecrets(stateOf(await bench.backup()))).toEqual(before);
  });

  it('does not make twice what it had made before its answer was cut', async () => {
    const before = await lost(profile);
    const away = { match: /./, action: { kind: 'cut', unhandled: true } } as const;
    bench.sim.setFaults({
      match: /^POST \/api\/library-elements/,
      times: 1,
      action: { kind: 'after', run: () => bench.sim.setFaults(away) },
    });
    const restored = await restoreAll();
    expect(restored.waited).toBe(true);
    expect(bad(restored)).toEqual([]);
    expect(withoutSecrets(stateOf(await bench.backup()))).toEqual(before);
  });
});

describe('a Grafana that restarts in the middle of an undo', () => {
  it.each([
    ['was not handled', true],
    ['was handled, but not answered', false],
  ])('is waited for, and a deletion that %s is not taken for one that failed', async (_, unhandled) => {
    bench = await RestoreBench.start({ profile: '12.4', nestedFolders: true });
    await seed(bench);
    await bench.backup();
    await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
    const before = stateOf(await bench.backup());
    const [, whole] = (await bench.repository.snapshots()).map(({ id }) => id);
    const manifest = await bench.repository.manifest(whole!);
    const { run } = await bench.applyRecorded({ manifest }, true);
    const { manifest: _manifest, selection: _selection, options: _options, ...asked } = await bench.request({});
    const { request, plan } = await planUndo(asked, (await bench.repository.run(run))!);
    expect(named(plan, 'delete')).toContain('folder/infra');
    const away = { match: /./, action: { kind: 'cut', unhandled: true } } as const;
    const goes = () => bench.sim.setFaults(away);
    const DELETES = /^DELETE .*dashboards/;
    bench.sim.setFaults(...(unhandled ? [{ match: DELETES, times: 1, action: away.action }] : []), {
      match: DELETES,
      action: { kind: unhandled ? 'before' : 'after', run: goes },
    });
    let waited = false;
    const restored = await restore({
      ...request,
      ...{ plan, safetySnapshot: false, version: '0.1.0', randomness: new SeededRandomness(), confirm: plan.confirm },
      onProgress({ phase }) {
        if (phase === 'waiting for Grafana') {
          waited = true;
          bench.sim.setFaults();
        }
      },
    });
    expect(waited).toBe(true);
    expect(bad(restored).filter((line) => !line.startsWith('deleted '))).toEqual([]);
    expect(stateOf(await bench.backup())).toEqual(before);
  });
});

describe('a write that Grafana fails over once', () => {
  it('is sent again when it is not there', async () => {
    const before = await lost('12.4');
    bench.sim.setFaults({ match: WRITES, skip: 6, times: 1, action: { kind: 'status', status: 500 } });
    expect(bad(await restoreAll())).toEqual([]);
    expect(withoutSecrets(stateOf(await bench.backup()))).toEqual(before);
  });

  it('fails when it fails again, and keeps the reason', async () => {
    await lost('12.4');
    bench.sim.setFaults({ match: /^POST \/api\/library-elements/, action: { kind: 'status', status: 500 } });
    const failures = bad(await restoreAll());
    expect(failures.filter((line) => line.includes('library-panel/'))).toEqual([
      expect.stringMatching(/^failed library-panel\/own-panel: POST \/api\/library-elements: 500/),
      expect.stringMatching(/^failed library-panel\/shared-panel: POST \/api\/library-elements: 500/),
    ]);
  });
});

describe('an update that Grafana refuses as stale', () => {
  /** A snapshot, and a dashboard that was changed since; `refuse` is what happens to its update. */
  async function update(refuse: () => void): Promise<Restored> {
    bench = await RestoreBench.start({ profile: '11.6', nestedFolders: true });
    await seed(bench);
    const manifest = await bench.backup();
    await retitle('Changed');
    refuse();
    const only = [{ kind: 'dashboard' as const, uid: 'elsewhere' }];
    return bench.apply({ manifest, selection: { only }, options: { overwrite: true } });
  }

  async function retitle(title: string): Promise<void> {
    const { body } = await bench.api('GET /api/dashboards/uid/elsewhere');
    await bench.api('POST /api/dashboards/db', { dashboard: { ...body.dashboard, title }, folderUid: 'other' });
  }

  const body = { message: 'The dashboard has been changed by someone else', status: 'version-mismatch' };

  // Grafana 11 on SQLite repeats a save that met a locked database, and finds the version that its first attempt set.
  it('is sent again when nobody changed the dashboard', async () => {
    const restored = await update(() =>
      bench.sim.setFaults({
        match: 'POST /api/dashboards/db',
        times: 1,
        action: { kind: 'status', status: 412, body },
      }),
    );
    expect(bad(restored)).toEqual([]);
    expect((await bench.api('GET /api/dashboards/uid/elsewhere')).body.dashboard.title).toBe('Board elsewhere');
  });

  // Under load saves that are repeated together meet one another's locks, and are refused again.
  it('is sent again alone, when others were refused with it', async () => {
    bench = await RestoreBench.start({ profile: '11.6', nestedFolders: true });
    await seed(bench);
    const manifest = await bench.backup();
    const uids = manifest.resources.flatMap(({ kind, uid }) => (kind === 'dashboard' ? [uid] : []));
    for (const uid of uids) {
      const { body } = await bench.api(`GET /api/dashboards/uid/${uid}`);
      const { dashboard, meta } = body;
      await bench.api('POST /api/dashboards/db', {
        dashboard: { ...dashboard, title: `${uid} changed` },
        folderUid: meta.folderUid,
      });
    }
    const match = 'POST /api/dashboards/db';
    bench.sim.setFaults(
      { match, times: uids.length, action: { kind: 'status', status: 412, body } },
      { match, times: 1, action: { kind: 'before', run: () => bench.sim.clearRequests() } },
    );
    const only = uids.map((uid) => ({ kind: 'dashboard' as const, uid }));
    expect(bad(await bench.apply({ manifest, selection: { only }, options: { overwrite: true } }))).toEqual([]);
    const asked = bench.sim.requests.map(({ method, path }) => `${method} ${path}`);
    expect(asked.filter((one, at) => one === match && asked[at - 1] === match)).toEqual([]);
  });

  it('fails when somebody changed the dashboard meanwhile, whose work stays', async () => {
    const restored = await update(() =>
      bench.sim.setFaults({
        match: 'POST /api/dashboards/db',
        times: 1,
        action: { kind: 'before', run: moveAway },
      }),
    );
    expect(bad(restored)).toEqual([expect.stringMatching(/^failed dashboard\/elsewhere: .*plan/)]);
    expect((await bench.api('GET /api/dashboards/uid/elsewhere')).body.meta.folderUid).toBe('infra');
  });

  function moveAway(): void {
    const dashboard = bench.sim.state.org(1).dashboards.get('elsewhere')!;
    dashboard.folderUid = 'infra';
    dashboard.generation++;
  }
});
