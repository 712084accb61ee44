import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { planRestore } from '../../../pkg/engine/restore/plan/plan.ts';
import { planWarnings } from '../../../pkg/engine/restore/plan/planning.ts';
import type { Plan, RestoreOptions, Selection } from '../../../pkg/engine/restore/types.ts';
import { ENGINE_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { named, reasons, RestoreBench } from '../harness.ts';
import type { Role } from '../../support/grafana/model/stored.ts';
import { variants } from '../../support/budget.ts';

describe.each(ENGINE_PROFILES)('a plan with credentials that may not read everything, Grafana %s', (profile) => {
  let bench: RestoreBench;

  let made: RestoreBench;
  let open: () => Promise<RestoreBench>;

  beforeAll(async () => {
    made = await RestoreBench.start({ profile });
    made.sim.demoSeed();
    await made.backup();
    open = await made.keep();
  });
  afterAll(() => made.close());

  beforeEach(async () => {
    bench = await open();
  });

  afterEach(() => bench.close());

  async function planAs(role: Role, selection: Selection = {}, options: Partial<RestoreOptions> = {}): Promise<Plan> {
    const request = await bench.request({ selection, options });
    const home = request.manifest.orgs.slice(0, 1).map(({ id }) => id);
    return bench.asAccount(
      (instance) => planRestore({ ...request, selection: { ...selection, orgs: home }, instance }),
      role,
    );
  }

  it.each(variants(['Viewer', 'Editor'] as const))(
    'blocks what a %s may not read, and plans the rest',
    async (role) => {
      const plan = await planAs(role);
      const unread = plan.items.filter(({ code }) => code === 'live-unreadable');
      expect(new Set(unread.map(({ action }) => action))).toEqual(new Set(['blocked']));
      expect(unread.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(['team', 'data-source', 'org-preferences']),
      );
      expect(reasons(plan, 'blocked')['data-source/prometheus']).toContain('Permissions needed: datasources:read');
      expect(named(plan, 'unchanged')).toEqual(expect.arrayContaining(['folder/platform', 'dashboard/home']));
      // A data source that no one may look for is not called missing.
      expect(plan.dataSources).toEqual([]);
      expect(planWarnings(plan)).toContainEqual({
        code: 'plan-unread',
        params: { count: String(unread.length), all: String(plan.items.length) },
      });
    },
  );

  it('does not call missing what a list hides from an Editor', async () => {
    for (let n = 0; n < 40; n++) {
      await bench.api('POST /api/folders', { uid: `f${n}`, title: `Folder ${n}` });
      for (const [uid, folderUid] of [
        [`in-${n}`, `f${n}`],
        [`root-${n}`, undefined],
      ] as const) {
        await bench.api('POST /api/dashboards/db', { dashboard: { uid, title: uid }, folderUid });
      }
    }
    for (const path of ['folders/f1', 'dashboards/uid/root-1']) {
      await bench.api(`POST /api/${path}/permissions`, { items: [] });
    }
    await bench.backup();
    await bench.api('DELETE /api/dashboards/uid/root-2');
    await bench.api('DELETE /api/folders/f2');
    const plan = await planAs('Editor', { kinds: ['folder', 'dashboard'] });
    expect(named(plan, 'create').toSorted()).toEqual(['dashboard/in-2', 'dashboard/root-2', 'folder/f2']);
    const hidden = ['folder/f1', 'dashboard/in-1', 'dashboard/root-1'];
    expect(Object.keys(reasons(plan, 'blocked'))).toEqual(expect.arrayContaining(hidden));
  });

  it('is an error where new UIDs are asked for, and dashboards would use whichever data source has the old one', async () => {
    const copied = planAs('Editor', { kinds: ['dashboard'] }, { newUids: true });
    await expect(copied).rejects.toMatchObject({ code: 'DK_GRAFANA_FORBIDDEN' });
  });

  it('is an error where nothing can be read', async () => {
    await expect(planAs('Viewer', { kinds: ['team'] })).rejects.toMatchObject({ code: 'DK_GRAFANA_FORBIDDEN' });
  });
});
