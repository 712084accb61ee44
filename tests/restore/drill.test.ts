import { setMaxListeners } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { drill, newestFull, type DrillOptions } from '../../pkg/engine/drill/drill.ts';
import type { DrillReport } from '../../pkg/engine/drill/report.ts';
import { drillOutcome } from '../../pkg/operations/drill.ts';
import { recordRun } from '../../pkg/operations/run.ts';
import { GrafanaClient } from '../../pkg/grafana/http/client.ts';
import type { Instance } from '../../pkg/grafana/instance.ts';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { ENGINE_PROFILES, TRIED_PROFILES } from '../support/grafana/profiles/tried.ts';
import { recordingLog, SeededRandomness } from '../support/repository/repository.ts';
import { RestoreBench } from './harness.ts';
import { variants } from '../support/budget.ts';

let bench: RestoreBench;

const SCRATCH = 'dashkeep-drill-20261124T150000Z-0badcafe';

/** A company with something of every kind, and a backup of it. @returns what that found */
async function company(profile: ProfileName): Promise<Record<string, string>> {
  bench = await RestoreBench.start({ profile, enterprise: true });
  bench.sim.demoSeed();
  const body = { name: 'At the root', kind: 1, model: { type: 'text', title: 'At the root' } };
  await bench.api('POST /api/library-elements', { ...body, uid: 'root-panel' });
  return live();
}

/** A few dashboards, and a backup of them. */
async function few(): Promise<void> {
  bench = await RestoreBench.start({ profile: '13.2', enterprise: true });
  bench.sim.seedDashboards({ count: 3, folders: 1, bytes: 600 });
  await bench.backup();
}

async function run(instance: Instance, more: Partial<DrillOptions> = {}): Promise<DrillReport> {
  const signal = more.signal ?? new AbortController().signal;
  setMaxListeners(0, signal);
  return drill({
    id: '20261124T150000Z-0badcafe',
    manifest: await newestFull(bench.repository, signal),
    repository: bench.repository,
    instance,
    clock: bench.clock,
    log: silentLog,
    signal,
    ...more,
  });
}

/** Everything that is there: orgs, and what a backup finds in them. */
async function live(): Promise<Record<string, string>> {
  const { resources } = await bench.backup();
  return Object.fromEntries(
    resources.map(({ org, kind, uid, object, folderUid }) => [`${org}/${kind}/${uid}`, `${object} ${folderUid ?? ''}`]),
  );
}

describe.each(ENGINE_PROFILES)('a drill on Grafana %s', (profile) => {
  let before: Record<string, string>;
  // Each leaves all as it was before, but for the accounts of those with a token.
  beforeAll(async () => void (before = await company(profile)));
  afterAll(() => bench.close());

  /** What there is beside what there was, which is all still there. */
  async function added(): Promise<string[]> {
    const after = await live();
    expect(after).toMatchObject(before);
    // A backup leaves this one out.
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).not.toContain(SCRATCH);
    return Object.keys(after).filter((key) => !(key in before) && !key.startsWith('1/service-account/account-'));
  }

  it('brings everything back in its own org, which is gone afterwards', async () => {
    const prioritize = vi.spyOn(GrafanaClient.prototype, 'prioritize');
    const paused: unknown[] = [];
    const look = (): void => {
      const scratch = [...bench.sim.state.orgs.values()].find(({ name }) => name === SCRATCH);
      paused.push(...[...(scratch?.alerting.rules.values() ?? [])].map(({ fields }) => fields['isPaused']));
    };
    bench.sim.setFaults({ match: 'DELETE /api/orgs/*', action: { kind: 'before', run: look } });
    const report = await run(await bench.instance());
    expect(report.differs).toEqual([]);
    // People who use Grafana meanwhile come first, and no rule is evaluated.
    expect(prioritize).not.toHaveBeenCalled();
    prioritize.mockRestore();
    expect(paused.length).toBeGreaterThan(0);
    expect(new Set(paused)).toEqual(new Set([true]));
    expect(report.skipped.filter(({ problem }) => problem)).toEqual([]);
    expect(report).toMatchObject({ scratch: { type: 'org', name: SCRATCH }, removed: true });
    const kinds = new Set(Object.keys(before).map((key) => key.split('/')[1]));
    const out = new Set(report.skipped.map(({ kind }) => kind));
    // Whatever is neither left out nor different was compared.
    expect(report.checked).toBeGreaterThan([...kinds].filter((kind) => !out.has(kind as 'org')).length);
    expect(drillOutcome(report).status).toBe('complete');
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).not.toContain(SCRATCH);
    expect(await live()).toEqual(before);
  });

  it('makes copies in a scratch folder with a token, and removes them', async () => {
    const report = await bench.asAccount((instance) => run(instance));
    expect(report.differs).toEqual([]);
    expect(report).toMatchObject({ scratch: { type: 'folder' }, removed: true });
    const boards = Object.keys(before).filter((key) => key.startsWith('1/dashboard/')).length;
    expect(report.verified).toBeGreaterThanOrEqual(boards);
    expect(report.skipped.filter(({ problem }) => problem)).toEqual([]);
    expect(await added()).toEqual([]);
  });

  it.each(variants(['org', 'folder']))(
    'leaves nothing behind when Grafana breaks half-way, in a scratch %s',
    async (form) => {
      const match = /^(POST|PUT) (?!\/api\/(orgs|folders)\b)/;
      bench.sim.setFaults({ match, action: { kind: 'status', status: 500 }, skip: 4 });
      const report = form === 'org' ? await run(await bench.instance()) : await bench.asAccount((as) => run(as));
      bench.sim.setFaults();
      expect(report.differs.length).toBeGreaterThan(0);
      expect(report.removed).toBe(true);
      expect(drillOutcome(report).status).toBe('partial');
      expect(await added()).toEqual([]);
    },
  );

  it.each(variants(['folder', 'org']))(
    'leaves nothing behind when it is interrupted, in a scratch %s',
    async (form) => {
      const controller = new AbortController();
      const match = form === 'org' ? /^(POST|PUT) .*(dashboards|provisioning)/ : /^(POST|PUT) .*(dashboards)/;
      const stop = (): void => controller.abort(new Error('stopped by a person'));
      bench.sim.setFaults({ match, action: { kind: 'before', run: stop }, skip: 3, times: 1 });
      const work = async (instance: Instance): Promise<void> => {
        await expect(run(instance, { signal: controller.signal })).rejects.toThrow('stopped by a person');
      };
      await (form === 'org' ? work(await bench.instance()) : bench.asAccount(work));
      expect(await added()).toEqual([]);
    },
  );

  it('is left out and named by a backup meanwhile', async () => {
    const all = await live();
    await bench.api('POST /api/orgs', { name: SCRATCH });
    const { resources, skipped, status, scope } = await bench.backup();
    expect(resources.map(({ org, kind, uid }) => `${org}/${kind}/${uid}`).sort()).toEqual(Object.keys(all).sort());
    expect(skipped).toContainEqual(expect.objectContaining({ kind: 'org', uid: SCRATCH, code: 'temporary-copy' }));
    expect([status, scope?.others]).toEqual(['complete', []]);
    expect(await live()).toEqual(all);
  });
});

describe('a drill', () => {
  afterEach(() => bench.close());

  it.each(TRIED_PROFILES)(
    'does not blame the snapshot for the permission of a service account, which it leaves out on Grafana %s',
    async (profile) => {
      bench = await RestoreBench.start({ profile, enterprise: true });
      await bench.api('POST /api/folders', { uid: 'robots', title: 'Robots' });
      const { body } = await bench.api('POST /api/serviceaccounts', { name: 'robot', role: 'Viewer' });
      const { id } = body as { id: number };
      const permissions = [{ userId: id, permission: 'Edit' }];
      await bench.api('POST /api/access-control/folders/robots', { permissions });
      await bench.backup();
      const report = await run(await bench.instance());
      expect(report.differs).toEqual([]);
      expect(report.skipped).toContainEqual(
        expect.objectContaining({ kind: 'folder-permissions', code: 'drill-without-people', problem: false }),
      );
    },
  );

  it('names what it could not remove, and how to do it', async () => {
    await few();
    bench.sim.setFaults({ match: 'DELETE /api/orgs/*', action: { kind: 'status', status: 500 } });
    const report = await run(await bench.instance());
    expect(report.removed).toBe(false);
    expect(report.leftover).toContain(SCRATCH);
    expect(report.leftover).toContain('DELETE ');
    expect(drillOutcome(report).status).toBe('partial');
  });

  it('finds and removes the org when the answer to making it was lost', async () => {
    await few();
    bench.sim.setFaults({ match: 'POST /api/orgs', action: { kind: 'cut', afterBytes: 0 } });
    await expect(run(await bench.instance())).rejects.toThrow();
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).not.toContain(SCRATCH);
  });

  it('fails and leaves nothing behind when the repository is damaged', async () => {
    await few();
    const board = (await bench.repository.manifest('latest')).resources.find(({ kind }) => kind === 'dashboard')!;
    const { store } = bench.repository;
    const { object } = board;
    await store.deleteMany([`objects/${object.slice(0, 2)}/${object}.json.gz`]);
    await expect(run(await bench.instance())).rejects.toMatchObject({ code: 'DK_OBJECT_MISSING' });
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).not.toContain(SCRATCH);
  });

  it('makes do with a folder where even a server admin may not make orgs', async () => {
    await few();
    bench.sim.setFaults({ match: 'POST /api/orgs', action: { kind: 'status', status: 403 } });
    expect(await run(await bench.instance())).toMatchObject({
      scratch: { type: 'folder' },
      differs: [],
      removed: true,
    });
  });

  it('leaves an org of the same name alone that was there before', async () => {
    await few();
    await bench.api('POST /api/orgs', { name: SCRATCH });
    await expect(run(await bench.instance())).rejects.toThrow();
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).toContain(SCRATCH);
  });

  it('names the org of an earlier restore test that was killed', async () => {
    await few();
    const left = 'dashkeep-drill-20261123T150000Z-0badcafe';
    await bench.api('POST /api/orgs', { name: left });
    const log = recordingLog();
    const report = await run(await bench.instance(), { log });
    expect(report).toMatchObject({ removed: true, differs: [] });
    expect(log.lines.join('\n')).toContain(`“${left}” is left over from one that was killed`);
    expect(log.lines.join('\n')).not.toContain(SCRATCH);
  });

  it('keeps the scratch folder when somebody put a dashboard there meanwhile', async () => {
    await few();
    const uid = 'dashkeep-drill-0badcafe';
    const meddle = (): void => {
      const org = bench.sim.state.org(1);
      const [board] = [...org.dashboards.values()];
      board!.folderUid = uid;
    };
    bench.sim.setFaults({ match: /^(POST|PUT) .*dashboards/, action: { kind: 'before', run: meddle }, times: 1 });
    const report = await bench.asAccount((instance) => run(instance));
    expect(report).toMatchObject({ removed: false });
    expect(report.leftover).toContain('not empty');
    expect(bench.sim.state.org(1).folders.has(uid)).toBe(true);
  });

  it('makes no folder that its account could not remove again', async () => {
    await few();
    const folders = bench.sim.state.org(1).folders.size;
    const tried = bench.asAccount((instance) => run(instance), 'Editor');
    await expect(tried).rejects.toMatchObject({ code: 'DK_GRAFANA_FORBIDDEN' });
    await expect(tried).rejects.toThrow('folders:delete on folders:*');
    expect(bench.sim.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
    expect(bench.sim.state.org(1).folders.size).toBe(folders);
  });

  it('goes through one org after the other', async () => {
    bench = await RestoreBench.start({ profile: '13.2' });
    const org = Number((await bench.api('POST /api/orgs', { name: 'Second' })).body.orgId);
    await bench.api('POST /api/folders', { uid: 'one', title: 'One' });
    await bench.api('POST /api/folders', { uid: 'one', title: 'Two' }, org);
    await bench.backup();
    const report = await run(await bench.instance());
    expect(report.differs).toEqual([]);
    expect(bench.sim.requests.filter(({ method, path }) => `${method} ${path}` === 'POST /api/orgs')).toHaveLength(3);
    expect(bench.sim.state.orgs.size).toBe(2);
  });

  it('tries out the newest full snapshot, not a partial one or one that lacks much', async () => {
    await few();
    bench.sim.seedDashboards({ count: 20, folders: 1, bytes: 600, seed: 7 });
    const full = await bench.backup();
    bench.sim.state.org(1).dashboards.clear();
    expect(await bench.backup()).toMatchObject({ status: 'complete', shrunk: { since: full.id } });
    bench.sim.setFaults({
      match: /^GET \/api\/playlists|^GET \/apis\/playlist/,
      action: { kind: 'status', status: 500 },
    });
    expect((await bench.backup()).status).toBe('partial');
    expect((await newestFull(bench.repository, new AbortController().signal)).id).toBe(full.id);
  });

  it('is kept as a run, and is not a snapshot', async () => {
    await few();
    const signal = new AbortController().signal;
    const instance = await bench.instance();
    const before = await bench.repository.snapshots();
    const { repository, clock } = bench;
    const session = { repository, clock, log: silentLog, randomness: new SeededRandomness() };
    await recordRun(session, { kind: 'drill', trigger: 'manual', signal }, async () =>
      drillOutcome(await run(instance)),
    );
    const [record] = await bench.repository.runs({ limit: 1 });
    expect(record).toMatchObject({ kind: 'drill', status: 'complete', problems: 0, snapshot: before[0]!.id });
    expect(await bench.repository.snapshots()).toEqual(before);
  });
});
