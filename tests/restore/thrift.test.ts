import { afterEach, describe, expect, it, vi } from 'vitest';
import { applyPlan } from '../../pkg/engine/restore/apply/apply.ts';
import { planRestore } from '../../pkg/engine/restore/plan/plan.ts';
import { restore } from '../../pkg/engine/restore/restore.ts';
import type { Plan } from '../../pkg/engine/restore/types.ts';
import type { ApplyResult } from '../../pkg/contract/plan.ts';
import { GrafanaClient } from '../../pkg/grafana/http/client.ts';
import { budget } from '../support/budget.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import { heldBody } from '../support/grafana/http/body.ts';
import { ENGINE_PROFILES, newestOf } from '../support/grafana/profiles/tried.ts';
import { SeededRandomness } from '../support/repository/repository.ts';
import { RestoreBench } from './harness.ts';
import { seed } from './seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const BOARDS = { kinds: ['folder', 'dashboard'] as const };

/** The repository with a count of how often each object was read. */
function counting(repository: Repository, reads: Map<string, number>): Repository {
  return watching(repository, (id) => reads.set(id, (reads.get(id) ?? 0) + 1));
}

/** The repository, telling of each object that is read. */
function watching(repository: Repository, onRead: (id: string) => void): Repository {
  return new Proxy(repository, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name === 'getObject') {
        return (id: string, options: object) => {
          onRead(id);
          return target.getObject(id, options);
        };
      }
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Plans and applies immediately, as `dashkeep restore --apply` does. */
async function applyAtOnce(
  selection: Parameters<RestoreBench['request']>[0]['selection'] = BOARDS,
): Promise<{ plan: Plan; results: ApplyResult[]; reads: Map<string, number> }> {
  const reads = new Map<string, number>();
  const asked = await bench.request({ selection });
  const request = { ...asked, repository: counting(asked.repository, reads), deferBodies: true };
  bench.sim.clearRequests();
  const plan = await planRestore(request);
  const { results } = await restore({
    ...request,
    plan,
    safetySnapshot: false,
    version: '0.1.0',
    randomness: new SeededRandomness(),
  });
  return { plan, results, reads };
}

describe.each(ENGINE_PROFILES)('a restore that is applied immediately, Grafana %s', (profile) => {
  it('reads each object once, and each dashboard back once', async () => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    bench.sim.seedDashboards({ count: 40, folders: 12, bytes: 3000 });
    await bench.backup();
    bench.sim.wipe();
    const { results, reads } = await applyAtOnce();
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(results.length).toBeGreaterThan(50);
    const boards = (await bench.repository.manifest('latest')).resources.filter(({ kind }) => kind === 'dashboard');
    expect(Math.max(...boards.map(({ object }) => reads.get(object) ?? 0))).toBe(1);
    const read = bench.sim.requests.filter(
      ({ method, path }) => method === 'GET' && /dashboards\/(uid\/)?[^/]+$/.test(path),
    );
    expect(new Set(read.map(({ path }) => path)).size).toBe(read.length);
    expect(read.length).toBe(boards.length);
  });

  it('has priority, and what goes before it has not', async () => {
    bench = await RestoreBench.start({ profile });
    bench.sim.seedDashboards({ count: 3, folders: 1, bytes: 1000 });
    const prioritize = vi.spyOn(GrafanaClient.prototype, 'prioritize');
    await bench.backup();
    bench.sim.wipe();
    expect(prioritize).not.toHaveBeenCalled();
    await applyAtOnce();
    expect(prioritize).toHaveBeenCalledOnce();
    prioritize.mockRestore();
  });

  it('says afterwards what the dashboards use and the target lacks', async () => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    await seed(bench);
    await bench.backup();
    bench.sim.wipe();
    const { plan } = await applyAtOnce();
    expect(plan.missing.map(({ kind, uid }) => `${kind}/${uid}`).sort()).toEqual([
      'data-source/prom',
      'library-panel/own-panel',
      'library-panel/shared-panel',
    ]);
    expect(plan.dataSources).toMatchObject([{ from: { uid: 'prom' }, by: 'none' }]);
    expect(plan.items.find(({ uid }) => uid === 'root')?.losses).toEqual([
      'uses “Prometheus” (data-source), which is missing; add it with --also data-source/prom',
    ]);
  });
});

describe.each(ENGINE_PROFILES)('a plan for twenty of many dashboards, Grafana %s', (profile) => {
  it('reads each of them once, and lists none', async () => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    bench.sim.seedDashboards({ count: 60, folders: 3, bytes: 1000 });
    const { resources } = await bench.backup();
    const chosen = resources.filter(({ kind }) => kind === 'dashboard').slice(0, 20);
    const only = chosen.flatMap(({ uid }) => [
      { kind: 'dashboard' as const, uid },
      { kind: 'dashboard-permissions' as const, uid },
    ]);
    const request = await bench.request({ selection: { only } });
    bench.sim.clearRequests();
    expect(new Set((await planRestore(request)).items.map(({ action }) => action))).toEqual(new Set(['unchanged']));
    const asked = bench.sim.requests.map(({ path }) => path).filter((path) => !path.includes('access-control'));
    expect(asked.filter((path) => /\/dashboards$|\/search$/.test(path))).toEqual([]);
    expect(asked.filter((path) => /dashboards\/(uid\/)?[^/]+$/.test(path)).length).toBe(chosen.length);
  });
});

describe.each(newestOf('11.6', '13.2'))('many dashboards, Grafana %s', (profile) => {
  it('are read back while others are written', async () => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    bench.sim.seedDashboards({ count: budget(120, 300), folders: 3, bytes: 1000 });
    await bench.backup();
    bench.sim.wipe();
    const { results } = await applyAtOnce();
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    const isWrite = ({ method, path }: { method: string; path: string }): boolean =>
      method === 'POST' && path.includes('dashboards');
    const isRead = ({ method, path }: { method: string; path: string }): boolean =>
      method === 'GET' && /dashboards\/(uid\/)?[^/]+$/.test(path);
    const requests = bench.sim.requests;
    expect(requests.filter(isRead).length).toBe(requests.filter(isWrite).length);
    expect(requests.findIndex(isRead)).toBeGreaterThan(-1);
    expect(requests.findIndex(isRead)).toBeLessThan(requests.findLastIndex(isWrite));
  });
});

describe('bodies of many megabytes', () => {
  it('are not all in memory concurrently', async () => {
    bench = await RestoreBench.start({ profile: '13.2', nestedFolders: true });
    bench.sim.seedDashboards({ count: 6, folders: 1, bytes: 3_000_000 });
    await bench.backup();
    bench.sim.wipe();
    let [held, most] = [0, 0];
    bench.sim.setFaults({ match: 'POST /apis/dashboard*', action: { kind: 'after', run: () => void held-- } });
    const asked = await bench.request({ selection: BOARDS });
    const boards = new Set(
      asked.manifest.resources
        .filter(({ kind, bytes }) => kind === 'dashboard' && bytes > 1e6)
        .map(({ object }) => object),
    );
    const repository = watching(asked.repository, (id) => (most = Math.max(most, boards.has(id) ? ++held : 0)));
    const request = { ...asked, repository, deferBodies: true };
    const plan = await planRestore(request);
    const results = await applyPlan(request, plan);
    expect(boards.size).toBeGreaterThan(5);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['verified']));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThan(5);
  });
});

describe.each(['11.6', '13.2'] as const)('what was written otherwise than it was sent, Grafana %s', (profile) => {
  it('is recognized by what is read back', async () => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    bench.sim.seedDashboards({ count: 30, folders: 3, bytes: 1000 });
    await bench.backup();
    bench.sim.wipe();
    const uids = bench.repository.manifest('latest').then(({ resources }) => resources.map(({ uid }) => uid));
    const victim = (await uids).find((uid) => uid.includes('7'))!;
    const spoil = (): void => {
      const stored = bench.sim.state.org(1).dashboards.get(victim);
      if (stored !== undefined) {
        stored.body = heldBody(JSON.stringify({ title: 'Spoiled' }));
      }
    };
    const match = profile === '11.6' ? 'POST /api/dashboards/db' : 'POST /apis/dashboard*';
    bench.sim.setFaults({ match, action: { kind: 'after', run: spoil } });
    const { results } = await applyAtOnce();
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toMatchObject([
      { uid: victim, outcome: 'differs' },
    ]);
  });
});

describe('an object of a repository that is not whole', () => {
  async function withObject(change: (key: string) => Promise<void>): Promise<void> {
    bench = await RestoreBench.start({ profile: '13.2', nestedFolders: true });
    await seed(bench);
    const { resources } = await bench.backup();
    bench.sim.wipe();
    const { object } = resources.find(({ kind, uid }) => kind === 'dashboard' && uid === 'deep')!;
    await change(`objects/${object.slice(0, 2)}/${object}.json.gz`);
  }

  it('ends the restore before anything is written when it is missing', async () => {
    await withObject(async (key) => bench.repository.store.deleteMany([key]).then(() => undefined));
    await expect(applyAtOnce()).rejects.toMatchObject({ code: 'DK_OBJECT_MISSING' });
    expect(bench.sim.writes()).toEqual([]);
  });

  it('costs its own resource only when it is damaged', async () => {
    await withObject((key) => bench.repository.store.put(key, Buffer.from('not what it was')).then(() => undefined));
    const { results } = await applyAtOnce();
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toMatchObject([
      { kind: 'dashboard', uid: 'deep', outcome: 'failed' },
    ]);
    expect(results.length).toBeGreaterThan(5);
  });
});
