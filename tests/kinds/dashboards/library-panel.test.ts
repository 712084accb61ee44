import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../pkg/lib/json/json.ts';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { bodies, listed, restore, roundTrip, take, testGrafana, type TestGrafana } from '../harness.ts';

let grafana: TestGrafana;
afterEach(() => grafana.close());

function panel(uid: string, more: JsonObject = {}): JsonObject {
  return {
    uid,
    name: `Panel ${uid}`,
    kind: 1,
    model: {
      type: 'timeseries',
      title: 'CPU',
      description: 'how busy',
      datasource: { type: 'prometheus', uid: 'prom' },
      targets: [{ refId: 'A', datasource: { type: 'prometheus', uid: 'prom' }, expr: 'up' }],
    },
    folderUid: '',
    ...more,
  };
}

async function seed(): Promise<void> {
  const { grafana: client } = await grafana.admin();
  await client.post('/api/folders', { uid: 'f1', title: 'Infra' });
  await client.post('/api/library-elements', panel('cpu', { folderUid: 'f1' }));
  await client.post('/api/library-elements', panel('disk'));
}

describe.each(TRIED_PROFILES)('library panels on %s', (profile) => {
  it('come back the same, in their folder', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const { before, after } = await roundTrip(grafana, ['folder', 'library-panel']);
    expect(before.get('library-panel')!.size).toBe(2);
    expect(before.get('library-panel')!.get('cpu')).toMatchObject({ folderUid: 'f1', title: 'Panel cpu' });
    expect(bodies(after.get('library-panel')!)).toEqual(bodies(before.get('library-panel')!));
  });

  it('are all listed, beyond the hundred of one page', async () => {
    grafana = await testGrafana({ profile });
    const { grafana: client } = await grafana.admin();
    await Promise.all(
      Array.from({ length: 205 }, (_, index) => client.post('/api/library-elements', panel(`p${index}`))),
    );
    expect((await listed('library-panel', await grafana.admin())).length).toBe(205);
  });
});

describe('library panels', () => {
  it('are updated under their current version, with folder and model', async () => {
    grafana = await testGrafana({ profile: '12.4' });
    await seed();
    const taken = await take('library-panel', await grafana.admin());
    const { grafana: client } = await grafana.admin();
    const changed = panel('cpu', { folderUid: '', model: { type: 'stat', title: 'other' }, version: 1 });
    await client.patch('/api/library-elements/cpu', changed);
    const restored = await restore('library-panel', await grafana.admin(), taken);
    expect(restored.written).toEqual(['cpu']);
    expect(bodies(await take('library-panel', await grafana.admin()))).toEqual(bodies(taken));
  });

  it('return to the root, which no update does, if no dashboard uses them', async () => {
    grafana = await testGrafana({ profile: '12.4' });
    await seed();
    const taken = await take('library-panel', await grafana.admin());
    const { grafana: client } = await grafana.admin();
    await client.patch('/api/library-elements/disk', panel('disk', { folderUid: 'f1', version: 1 }));
    expect(grafana.sim.state.org(1).libraryPanels.get('disk')?.folderUid).toBe('f1');
    const restored = await restore('library-panel', await grafana.admin(), taken);
    expect(restored.written).toEqual(['disk']);
    const after = await take('library-panel', await grafana.admin());
    expect(after.get('disk')).not.toHaveProperty('folderUid');
    expect(bodies(after)).toEqual(bodies(taken));
  });

  it('stay in their folder if a dashboard uses them, and say so', async () => {
    grafana = await testGrafana({ profile: '12.4' });
    await seed();
    const taken = await take('library-panel', await grafana.admin());
    const { grafana: client } = await grafana.admin();
    await client.patch('/api/library-elements/disk', panel('disk', { folderUid: 'f1', version: 1 }));
    const panels = [{ id: 1, libraryPanel: { uid: 'disk', name: 'Panel disk' } }];
    await client.post('/api/dashboards/db', { dashboard: { uid: 'user', title: 'User', panels } });
    await expect(restore('library-panel', await grafana.admin(), taken)).rejects.toMatchObject({
      code: 'DK_GRAFANA_REFUSED',
      why: { code: 'panel-stays-in-folder' },
    });
    expect(grafana.sim.state.org(1).libraryPanels.has('disk')).toBe(true);
  });

  it('say so when somebody else changes one at the same moment', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('library-panel', await grafana.admin());
    const { grafana: client } = await grafana.admin();
    await client.patch('/api/library-elements/cpu', panel('cpu', { name: 'renamed', folderUid: 'f1', version: 1 }));
    const live = grafana.sim.state.org(1).libraryPanels.get('cpu')!;
    grafana.sim.setFaults({
      match: /PATCH/,
      action: { kind: 'before', run: () => void (live.generation += 1) },
    });
    await expect(restore('library-panel', await grafana.admin(), taken)).rejects.toMatchObject({
      code: 'DK_GRAFANA_CONFLICT',
    });
    expect(live.name).toBe('renamed');
  });

  it('whose model Grafana dropped on creation are filled by an update (grafana#97739)', async () => {
    grafana = await testGrafana({ profile: '11.6' });
    await seed();
    const taken = await take('library-panel', await grafana.admin());
    grafana.sim.wipe();
    const panels = grafana.sim.state.org(1).libraryPanels;
    const empty = (): void => panels.forEach((one) => void (one.model = {}));
    grafana.sim.setFaults({ match: 'POST /api/library-elements*', action: { kind: 'after', run: empty }, times: 1 });
    const { grafana: client } = await grafana.admin();
    await client.post('/api/folders', { uid: 'f1', title: 'Infra' });
    await restore('library-panel', await grafana.admin(), taken);
    expect(bodies(await take('library-panel', await grafana.admin()))).toEqual(bodies(taken));
  });

  it('whose model stays lost fail, they never look restored', async () => {
    grafana = await testGrafana({ profile: '11.6' });
    await seed();
    const taken = await take('library-panel', await grafana.admin());
    grafana.sim.wipe();
    const panels = grafana.sim.state.org(1).libraryPanels;
    const empty = (): void => panels.forEach((one) => void (one.model = {}));
    grafana.sim.setFaults({ match: /(POST|PATCH) \/api\/library-elements/, action: { kind: 'after', run: empty } });
    const { grafana: client } = await grafana.admin();
    await client.post('/api/folders', { uid: 'f1', title: 'Infra' });
    await expect(restore('library-panel', await grafana.admin(), taken)).rejects.toThrow(/a different model/);
  });

  it('name their folder and data sources, and follow a renaming', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const content = (await take('library-panel', await grafana.admin())).get('cpu')!;
    const kind = kindOf('library-panel');
    expect(kind.references(content)).toEqual([
      { kind: 'folder', uid: 'f1', required: true },
      { kind: 'data-source', uid: 'prom' },
    ]);
    const renamed = kind.rename!(content, ({ uid }) => `new-${uid}`);
    expect(kind.references(renamed).map(({ uid }) => uid)).toEqual(['new-f1', 'new-prom']);
  });

  it('that shift between two pages while being listed are not lost (peers 2, 6)', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    const { grafana: client } = await grafana.admin();
    const name = (index: number): string => `p${String(index).padStart(3, '0')}`;
    await Promise.all(
      Array.from({ length: 150 }, (_, index) =>
        client.post('/api/library-elements', panel(name(index), { name: name(index) })),
      ),
    );
    const panels = grafana.sim.state.org(1).libraryPanels;
    grafana.sim.setFaults({
      match: /GET \/api\/library-elements.*page=1/,
      times: 1,
      action: { kind: 'after', run: () => void panels.delete(name(0)) },
    });
    const found = (await listed('library-panel', await grafana.admin())).map(({ uid }) => uid);
    expect([...panels.keys()].filter((uid) => !found.includes(uid))).toEqual([]);
  });

  it('whose list fails on a later page are an error, not a shorter list (peers 2)', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    const { grafana: client } = await grafana.admin();
    await Promise.all(
      Array.from({ length: 150 }, (_, index) => client.post('/api/library-elements', panel(`p${index}`))),
    );
    grafana.sim.setFaults({ match: /library-elements.*page=2/, action: { kind: 'status', status: 500 } });
    await expect(listed('library-panel', await grafana.admin())).rejects.toMatchObject({ code: 'DK_GRAFANA_FAILED' });
  });

  it('without the right to read them is an error that names it', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    const context = await grafana.account({ without: ['library.panels:read'] });
    await expect(listed('library-panel', context)).rejects.toThrow(/library\.panels:read/);
  });
});
