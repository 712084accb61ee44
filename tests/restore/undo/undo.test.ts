import { afterEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import type { StoredRun } from '../../../pkg/repository/runs.ts';
import { planRestore } from '../../../pkg/engine/restore/plan/plan.ts';
import type { Restored, Plan, PlanRequest, RestoreOptions, RunFacts } from '../../../pkg/engine/restore/types.ts';
import { planUndo } from '../../../pkg/engine/restore/undo/undo.ts';
import { restore } from '../../../pkg/engine/restore/restore.ts';
import { runRestore } from '../../../pkg/operations/restore.ts';
import { Cancelled, recordRun } from '../../../pkg/operations/run.ts';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { ENGINE_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { named, reasons, RestoreBench, stateOf, typedFor } from '../harness.ts';
import { board, seededBenches } from '../seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const seeded = seededBenches();

let runs = 0;
const OVERWRITE: Partial<RestoreOptions> = { overwrite: true };

/** Applies with a safety snapshot and a record, as the command line does. */
async function applied(request: PlanRequest, plan: Plan, confirm?: string): Promise<StoredRun> {
  const { repository } = bench;
  const { signal } = request;
  const session = { ...request, randomness: new SeededRandomness(`undo ${runs++}`), version: '0.1.0' };
  let id = '';
  const run = recordRun(session, { kind: 'restore', trigger: 'manual', signal }, (one) => {
    id = one.id;
    return runRestore(session, { request, plan, safetySnapshot: true, ...typedFor(plan, confirm) }, one);
  });
  await run.catch((error: unknown) => {
    if (!signal.aborted) {
      throw error;
    }
  });
  return (await repository.run(id))!;
}

async function restored(options: Partial<RestoreOptions> = OVERWRITE, confirm?: string): Promise<StoredRun> {
  const request = await bench.request({ options });
  return applied(request, await planRestore(request), confirm);
}

it('is possible of a restore that was killed: each kind is put down before it is written, and no later one', async () => {
  bench = await seeded('12.4');
  bench.sim.wipe();
  const request = await bench.request({});
  const plan = await planRestore(request);
  const created = plan.items.filter(({ action }) => action === 'create').map(({ kind }) => kind);
  const kinds: { put: Set<string>; writes: number }[] = [];
  const note = ({ touched }: RunFacts): void => {
    if (touched !== undefined) {
      kinds.push({ put: new Set(touched.map(({ kind }) => kind)), writes: bench.sim.writes().length });
    }
  };
  bench.sim.clearRequests();
  const randomness = new SeededRandomness('put down');
  const given = { safetySnapshot: false, version: '0.1.0', randomness, note, ...typedFor(plan) };
  await restore({ ...request, ...given, plan });
  expect(kinds[0]).toEqual({ put: new Set([created[0]]), writes: 0 });
  expect(kinds.at(-1)?.put).toEqual(new Set(created));
});

/** Teams of two, and a snapshot of them. */
async function threeTeams(): Promise<Manifest> {
  bench = await RestoreBench.start({ profile: '12.4' });
  const eva = bench.sim.state.addUser({ login: 'eva', email: 'eva@example.org' });
  bench.sim.state.org(1).members.set(eva.id, 'Viewer');
  for (const name of ['alpha', 'beta', 'gamma']) {
    const { teamId } = (await bench.api('POST /api/teams', { name, email: `${name}@example.org` })).body;
    await bench.api(`POST /api/teams/${teamId}/members`, { userId: eva.id });
  }
  return bench.backup();
}

/** Restores teams, and is cancelled when Grafana has made such a write. */
async function cutRestore(
  manifest: Manifest,
  write: { match: string | RegExp; skip: number },
  options: Partial<RestoreOptions> = {},
): Promise<StoredRun> {
  const stop = new AbortController();
  const request = await bench.request({ manifest, options, selection: { kinds: ['team'] }, signal: stop.signal });
  const plan = await planRestore(request);
  const run = (): void => stop.abort(new Cancelled('cancelled'));
  bench.sim.setFaults({ ...write, action: { kind: 'after', run }, times: 1 });
  const cut = await applied(request, plan, plan.confirm);
  bench.sim.setFaults();
  expect(cut.record.status).toBe('cancelled');
  return cut;
}

async function undoOf(run: StoredRun): Promise<Awaited<ReturnType<typeof planUndo>>> {
  const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({});
  bench.sim.clearRequests();
  const planned = await planUndo(asked, run);
  expect(bench.sim.writes()).toEqual([]);
  return planned;
}

/**
 * A snapshot, and then a bad day: a folder with all that was in it is gone, a dashboard and permissions were changed.
 */
async function badDay(profile: ProfileName): Promise<{ good: Manifest; before: Record<string, string> }> {
  bench = await seeded(profile);
  const good = await bench.repository.manifest('latest');
  await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
  const dashboard = { ...board('root', 'Board changed', 'prom'), version: 1 };
  await bench.api('POST /api/dashboards/db', { dashboard, overwrite: true });
  await bench.api('POST /api/folders/other/permissions', { items: [{ role: 'Editor', permission: 4 }] });
  return { good, before: stateOf(await bench.backup()) };
}

it('uses only the safety snapshot of the run itself', async () => {
  const { good } = await badDay('12.4');
  const again = async (): Promise<StoredRun> => {
    bench.sim.advance(5_000);
    await bench.api('DELETE /api/dashboards/uid/root');
    const request = await bench.request({ options: OVERWRITE, manifest: good });
    return applied(request, await planRestore(request));
  };
  const [earlier, { record, author }] = [await again(), await again()];
  for (const snapshot of [good.id, earlier.record.snapshot!]) {
    const copied = { author, record: { ...record, snapshot } };
    await expect(undoOf(copied)).rejects.toMatchObject({
      message: `${snapshot} is not the safety snapshot of run ${record.id}`,
    });
  }
  expect((await undoOf({ author, record })).plan.items).not.toEqual([]);
});

describe.each(ENGINE_PROFILES)('undoing a restore, Grafana %s', (profile) => {
  it('removes what it created and brings back what it overwrote, after a word from a person', async () => {
    const { good, before } = await badDay(profile);
    const asked = await bench.request({ options: OVERWRITE, manifest: good });
    const run = await applied(asked, await planRestore(asked));
    expect(run.record).toMatchObject({ status: 'complete', kind: 'restore' });

    const { request, plan } = await undoOf(run);
    expect(named(plan, 'delete')).toEqual(
      expect.arrayContaining([
        'dashboard/board',
        'dashboard/deep',
        'folder/hosts',
        'folder/infra',
        'library-panel/own-panel',
      ]),
    );
    expect(named(plan, 'update')).toEqual(['dashboard/root', 'folder-permissions/other']);
    expect(named(plan, 'create', 'blocked')).toEqual([]);
    // Editors were admins of a folder.
    expect(plan.confirm).toBe('Main Org., 1 security change');
    await expect(applied(request, plan)).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
    const undo = await applied(request, plan, 'Main Org., 1 security change');
    expect(undo.record).toMatchObject({ errors: [], status: 'complete' });
    expect(stateOf(await bench.backup())).toEqual(before);

    // And the undo itself can be undone.
    const again = await undoOf(undo);
    expect(named(again.plan, 'delete')).toEqual([]);
    await applied(again.request, again.plan);
    expect(stateOf(await bench.backup())).toEqual(stateOf(good));
  });

  it('leaves alone what somebody changed, deleted or filled since', async () => {
    const { good } = await badDay(profile);
    const asked = await bench.request({ options: OVERWRITE, manifest: good });
    const run = await applied(asked, await planRestore(asked));
    const edited = { ...board('board', 'Edited by a person', 'prom'), version: 1 };
    await bench.api('POST /api/dashboards/db', { dashboard: edited, folderUid: 'infra', overwrite: true });
    const root = { ...board('root', 'Also edited', 'prom'), version: 3 };
    await bench.api('POST /api/dashboards/db', { dashboard: root, overwrite: true });
    await bench.api('POST /api/dashboards/db', { dashboard: board('mine', 'Mine', 'prom'), folderUid: 'hosts' });

    const { request, plan } = await undoOf(run);
    expect(reasons(plan, 'skip')).toMatchObject({
      'dashboard/board': 'someone has changed it since',
      'dashboard/root': 'someone has changed it since',
    });
    expect(reasons(plan, 'blocked')).toEqual({
      'folder/hosts': 'the run created it, but it contains resources that are kept',
      'folder/infra': 'the run created it, but it contains resources that are kept',
    });
    await applied(request, plan, plan.confirm);
    const live = bench.sim.state.org(1);
    expect([...live.dashboards.keys()]).toEqual(expect.arrayContaining(['board', 'root', 'mine']));
    expect(live.dashboards.has('deep')).toBe(false);
    expect(live.folders.has('hosts')).toBe(true);
  });

  it('brings back what the restore deleted', async () => {
    bench = await seeded(profile);
    await bench.api('POST /api/dashboards/db', { dashboard: board('extra', 'Extra', 'prom'), folderUid: 'other' });
    const run = await restored({ deleteExtra: true }, 'Main Org.');
    expect(bench.sim.state.org(1).dashboards.has('extra')).toBe(false);
    const { request, plan } = await undoOf(run);
    expect(reasons(plan, 'create')).toMatchObject({ 'dashboard/extra': 'the run deleted it' });
    expect((await applied(request, plan)).record.status).toBe('complete');
    expect(bench.sim.state.org(1).dashboards.has('extra')).toBe(true);
  });
});

describe('undoing', () => {
  it('works for a restore that was cut short', async () => {
    bench = await seeded('13.2');
    const manifest = await bench.repository.manifest('latest');
    bench.sim.wipe();
    const before = stateOf(await bench.backup());
    const stop = new AbortController();
    const request = await bench.request({ manifest, signal: stop.signal });
    const plan = await planRestore(request);
    const cut = (): void => stop.abort(new Cancelled('cancelled'));
    bench.sim.setFaults({ match: 'POST /apis/dashboard*', action: { kind: 'after', run: cut }, times: 1 });
    const run = await applied(request, plan);
    expect(run.record.status).toBe('cancelled');
    expect(bench.sim.state.org(1).dashboards.size).toBeGreaterThan(0);

    const undo = await undoOf(run);
    const { results } = await again(undo, undo.plan.confirm);
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    const left = Object.keys(stateOf(await bench.backup())).filter((key) => !(key in before));
    // Data sources with their secrets, folders, dashboards: all gone again.
    expect(left).toEqual([]);
  });

  it('removes what was half created when the restore was cut short, unless somebody has finished it', async () => {
    const manifest = await threeTeams();
    bench.sim.state.org(1).teams.clear();
    const cut = await cutRestore(manifest, { match: 'POST /api/teams', skip: 2 });
    const [, , gamma] = bench.sim.state.org(1).teams.values();

    const undo = await undoOf(cut);
    expect(named(undo.plan, 'delete')).toEqual(['team/alpha', 'team/beta', 'team/gamma']);
    gamma!.email = 'somebody@example.org';
    const later = await undoOf(cut);
    expect(reasons(later.plan, 'blocked')).toEqual({ 'team/gamma': expect.stringContaining('only part of it') });
    const { results } = await again(undo, undo.plan.confirm);
    expect(results.filter(({ outcome }) => outcome === 'failed')).toMatchObject([{ uid: 'gamma' }]);
    expect([...bench.sim.state.org(1).teams.values()]).toMatchObject([{ name: 'gamma' }]);
  });

  it('names what was half overwritten, if someone has changed it since', async () => {
    const manifest = await threeTeams();
    for (const team of bench.sim.state.org(1).teams.values()) {
      team.members.clear();
      team.email = 'other@example.org';
    }
    // Each gets its two members back, and then its address.
    const cut = await cutRestore(manifest, { match: /^POST .*members/, skip: 2 }, OVERWRITE);
    expect(named((await undoOf(cut)).plan, 'update')).toEqual(['team/alpha', 'team/beta']);
    [...bench.sim.state.org(1).teams.values()][1]!.email = 'somebody@example.org';
    const undo = await undoOf(cut);
    expect(named(undo.plan, 'update')).toEqual(['team/alpha']);
    expect(reasons(undo.plan, 'blocked')).toEqual({ 'team/beta': expect.stringContaining('only part of it') });
  });

  it('does not take for its own what somebody else made while the restore ran', async () => {
    bench = await seeded('13.2');
    await bench.api('DELETE /api/dashboards/uid/root');
    const request = await bench.request({});
    const plan = await planRestore(request);
    await bench.api('POST /api/dashboards/db', { dashboard: board('root', 'Board root', 'prom') });
    const run = await applied(request, plan);
    expect(run.record.touched?.filter(({ kind }) => kind === 'dashboard')).toEqual([]);
    expect(named((await undoOf(run)).plan, 'delete')).toEqual([]);
  });

  it('is refused for what is no restore', async () => {
    bench = await RestoreBench.start({ profile: '13.2' });
    await bench.backup();
    const run = { id: 'x', kind: 'backup', status: 'complete', trigger: 'manual', counts: {}, errors: [] } as const;
    const record = { ...run, errors: [], started: '2026-11-24T00:00:00Z' };
    await expect(undoOf({ record, author: { trusted: true, mismatch: false } })).rejects.toThrow(
      'you can undo only a restore that created a safety snapshot',
    );
  });
});

async function again(
  { request, plan }: Awaited<ReturnType<typeof planUndo>>,
  confirm: string | undefined,
): Promise<Restored> {
  return restore({
    ...request,
    plan,
    safetySnapshot: false,
    version: '0.1.0',
    randomness: new SeededRandomness('again'),
    ...(confirm === undefined ? {} : { confirm }),
  });
}
