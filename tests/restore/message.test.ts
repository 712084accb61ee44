import { afterEach, describe, expect, it } from 'vitest';
import { TRIED_PROFILES } from '../support/grafana/profiles/tried.ts';
import { named, RestoreBench, stateOf } from './harness.ts';
import { seed } from './seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

describe.each(TRIED_PROFILES)("Grafana %s's version history", (profile) => {
  it('names the snapshot of a dashboard that was created or updated, and the content stays the same', async () => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    await seed(bench);
    const good = await bench.backup();
    await bench.api('DELETE /api/dashboards/uid/root');
    const elsewhere = await bench.api('GET /api/dashboards/uid/elsewhere');
    await bench.api('POST /api/dashboards/db', {
      dashboard: { ...elsewhere.body.dashboard, title: 'Changed' },
      folderUid: 'other',
    });
    const only = ['root', 'elsewhere'].map((uid) => ({ kind: 'dashboard' as const, uid }));
    const { plan } = await bench.apply({ manifest: good, selection: { only }, options: { overwrite: true } });
    expect(named(plan, 'create')).toContain('dashboard/root');
    expect(named(plan, 'update')).toContain('dashboard/elsewhere');
    const message = `Restored by Dashkeep from snapshot ${good.id}`;
    const version = async (uid: string): Promise<unknown> => {
      const { body } = await bench.api(`GET /api/dashboards/uid/${uid}`);
      return (await bench.api(`GET /api/dashboards/uid/${uid}/versions/${body.dashboard.version}`)).body;
    };
    expect(await version('root')).toMatchObject({ version: 1, message });
    expect(await version('elsewhere')).toMatchObject({ version: 3, message });
    const before = stateOf(good);
    const after = stateOf(await bench.backup());
    for (const uid of ['root', 'elsewhere']) {
      expect(after[`1/dashboard/${uid}`]).toBe(before[`1/dashboard/${uid}`]);
    }
  });
});
