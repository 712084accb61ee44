import { afterEach, describe, expect, it } from 'vitest';
import { reasonSentence, type Because, type ReasonData } from '../../../pkg/contract/reasons/reason.ts';
import { planRestore } from '../../../pkg/engine/restore/plan/plan.ts';
import { parseSavedPlan, requestOf, requireFresh, savePlan } from '../../../pkg/engine/restore/plan/saved-plan.ts';
import { depth } from '../../support/budget.ts';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { ENGINE_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { named, stateOf, type RestoreBench, type Wanted } from '../harness.ts';
import { board, seededBenches } from '../seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const open = seededBenches();

async function seeded(profile: ProfileName): Promise<void> {
  bench = await open(profile);
}

async function saved(wanted: Wanted = {}): Promise<string> {
  const request = await bench.request(wanted);
  return savePlan(request, await planRestore(request));
}

/** Makes the plan again from the file, and holds both against each other. */
async function take(text: string): Promise<ReturnType<typeof planRestore>> {
  const plan = parseSavedPlan(text);
  const request = await bench.request({ ...requestOf(plan), manifest: await bench.repository.manifest(plan.snapshot) });
  const fresh = await planRestore(request);
  await requireFresh(plan, request, fresh);
  return fresh;
}

describe.each(ENGINE_PROFILES)('planning in Grafana %s', (profile) => {
  it.each<[string, Wanted]>([
    ['everything', { options: { overwrite: true, includeManaged: true } }],
    ['a folder', { selection: { folders: [{ uid: 'infra' }] } }],
    ['copies', { options: { copy: { folderUid: 'other' } } }],
    ['chosen data sources', { options: { dataSources: new Map([['prom', 'second']]) } }],
    ['deletions', { options: { deleteExtra: true } }],
  ])('sends no write: %s (theme T20)', async (_, wanted) => {
    await seeded(profile);
    bench.sim.wipe();
    for (const uid of ['second', 'prom']) {
      await bench.api('POST /api/datasources', { uid, name: uid, type: 'prometheus', access: 'proxy' });
    }
    await bench.api('POST /api/folders', { uid: 'other', title: 'Changed' });
    bench.sim.clearRequests();
    const plan = await bench.plan(wanted);
    expect(plan.items.length).toBeGreaterThan(0);
    expect(bench.sim.writes()).toEqual([]);
    expect(bench.sim.requests.filter(({ query }) => query.includes('dryRun'))).toEqual([]);
  });
});

describe('a saved plan', () => {
  it('has every reason as a sentence and as data, and is read without the data, as an earlier release saved it', async () => {
    await seeded('13.2');
    bench.sim.wipe();
    const text = await saved();
    const { items, ...rest } = JSON.parse(text) as { items: (Because & { losses: string[]; lost: ReasonData[] })[] };
    expect(items.length).toBeGreaterThan(10);
    for (const { reason, code, params, losses, lost = [] } of items) {
      expect(reasonSentence({ code, params })).toBe(reason);
      expect(lost.map(reasonSentence)).toEqual(losses);
    }
    const old = items.map(({ code: _, params: _params, lost: _lost, ...item }) => item);
    expect(named(await take(JSON.stringify({ ...rest, items: old })), 'create')).toContain('dashboard/board');
  });

  it('is applied later as it was made', async () => {
    await seeded('13.2');
    bench.sim.wipe();
    const text = await saved({ options: { overwrite: true } });
    expect(text).not.toContain('secret');
    expect(named(await take(text), 'create')).toContain('dashboard/board');
  });

  it('keeps every option, maps and copies among them', async () => {
    await seeded('13.2');
    const wanted = {
      selection: { folders: [{ uid: 'infra' }], kinds: ['dashboard' as const] },
      options: {
        overwrite: true,
        copy: { folderUid: 'other', suffix: ' 2' },
        orgs: new Map([[1, 1]]),
        dataSources: new Map([['x', 'prom']]),
      },
    };
    const { selection, options } = requestOf(parseSavedPlan(await saved(wanted)));
    expect(selection).toEqual(wanted.selection);
    expect(options).toEqual({ ...wanted.options, includeManaged: false });
  });

  it('is refused when what is live has moved, and says what', async () => {
    await seeded('13.2');
    const dashboard = board('root', 'Changed', 'prom');
    await bench.api('POST /api/dashboards/db', { dashboard, overwrite: true });
    const text = await saved({ options: { overwrite: true } });
    await bench.api('POST /api/dashboards/db', { dashboard: { ...dashboard, title: 'Again' }, overwrite: true });
    await expect(take(text)).rejects.toMatchObject({
      code: 'DK_PLAN_STALE',
      message: 'the plan no longer matches Grafana: dashboard root',
    });
  });

  it('is refused when something to be deleted has grown', async () => {
    await seeded('13.2');
    const text = await saved({ options: { deleteExtra: true } });
    await bench.api('POST /api/dashboards/db', { dashboard: board('later', 'Later', 'prom') });
    await expect(take(text)).rejects.toThrow('dashboard later');
  });

  it('is taken up again after an apply that was interrupted', async () => {
    await seeded('13.2');
    bench.sim.wipe();
    bench.sim.advance(60_000);
    const text = await saved();
    await bench.apply({ selection: { kinds: ['folder', 'data-source'] } });
    const plan = await take(text);
    expect(named(plan, 'create')).toContain('dashboard/board');
    expect(named(plan, 'create')).not.toContain('folder/infra');
  });

  it.each(['', '{}', '{"format":"dashkeep-plan-2"}'])('that is none is refused: %s', async (text) => {
    await seeded('13.2');
    expect(() => parseSavedPlan(text)).toThrow('not a saved plan');
  });
});

// Without depth, tests/chaos/killed-restore.test.ts looks at it in one version.
describe.runIf(depth() === 'all').each(ENGINE_PROFILES)('an apply that is killed in Grafana %s', (profile) => {
  it('after any number of writes ends, run again, in the state of an undisturbed one', async () => {
    await seeded(profile);
    bench.sim.wipe();
    bench.sim.advance(60_000);
    bench.sim.clearRequests();
    await bench.apply();
    const undisturbed = stateOf(await bench.backup());
    const writes = bench.sim.writes().length;
    const manifest = await bench.repository.manifest((await bench.repository.snapshots()).at(-1)!.id);
    for (const after of [1, Math.floor(writes / 3), Math.floor((2 * writes) / 3), writes - 1]) {
      bench.sim.wipe();
      const killed = new AbortController();
      bench.sim.setFaults({
        match: /^(POST|PUT|PATCH|DELETE) /,
        skip: after,
        times: 1,
        action: { kind: 'after', run: () => killed.abort(new Error('killed')) },
      });
      await bench.apply({ manifest, signal: killed.signal }).catch(() => undefined);
      expect(killed.signal.aborted, `after ${after} of ${writes}`).toBe(true);
      bench.sim.setFaults();
      const { results } = await bench.apply({ manifest });
      expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
      expect(stateOf(await bench.backup()), `after ${after} of ${writes}`).toEqual(undisturbed);
    }
  });
});
