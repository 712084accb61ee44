import { afterEach, describe, expect, it } from 'vitest';
import { compact } from '../../../pkg/contract/compact.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { GrafanaClient } from '../../../pkg/grafana/http/client.ts';
import { tokenCredentials } from '../../../pkg/grafana/http/credentials.ts';
import { connect } from '../../../pkg/grafana/instance.ts';
import type { StoredRun } from '../../../pkg/repository/runs.ts';
import { planRestore } from '../../../pkg/engine/restore/plan/plan.ts';
import type { Plan, PlanRequest } from '../../../pkg/engine/restore/types.ts';
import { planUndo } from '../../../pkg/engine/restore/undo/undo.ts';
import { runRestore } from '../../../pkg/operations/restore.ts';
import { recordRun } from '../../../pkg/operations/run.ts';
import { numbered, replaceAnnotations, replaceDashboards } from '../../support/grafana/seed/annotations.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { named, RestoreBench } from '../harness.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

let runs = 0;

/** Applies with a safety snapshot and a record. */
async function applied(request: PlanRequest, plan: Plan): Promise<StoredRun> {
  const { signal } = request;
  const session = { ...request, randomness: new SeededRandomness(`annotations ${runs++}`), version: '0.1.0' };
  let id = '';
  await recordRun(session, { kind: 'restore', trigger: 'manual', signal }, (one) => {
    id = one.id;
    return runRestore(session, { request, plan, safetySnapshot: true, ...compact({ confirm: plan.confirm }) }, one);
  });
  return (await bench.repository.run(id))!;
}

async function restored(): Promise<StoredRun> {
  const request = await bench.request({});
  return applied(request, await planRestore(request));
}

async function undoOf(run: StoredRun): ReturnType<typeof planUndo> {
  const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({});
  return planUndo(asked, run);
}

describe('undoing a restore of many annotations', () => {
  const DASHBOARDS = 3;
  const NOTES = 120;

  /** Annotations of dashboards and of the organization in turn, deleted and restored. */
  async function broughtBack(): Promise<StoredRun> {
    bench = await RestoreBench.start({ profile: '12.4' });
    replaceDashboards(bench.sim, DASHBOARDS);
    const notes = Array.from({ length: NOTES }, (_, index) => ({ on: (index % (DASHBOARDS + 1)) - 1, time: index }));
    replaceAnnotations(bench.sim, notes);
    await bench.backup();
    bench.sim.state.org(1).annotations.clear();
    const run = await restored();
    expect(bench.sim.state.org(1).annotations.size).toBe(NOTES);
    return run;
  }

  it('reads them together, and first saves only what it deletes', async () => {
    const run = await broughtBack();
    bench.sim.clearRequests();
    const { request, plan } = await undoOf(run);
    expect(named(plan, 'delete')).toHaveLength(NOTES);
    const undo = await applied(request, plan);
    expect(undo.record).toMatchObject({ errors: [], status: 'complete' });
    expect(bench.sim.state.org(1).annotations.size).toBe(0);
    const lists = bench.sim.requests.filter(({ method, path }) => method === 'GET' && /^\/api\/annotations/.test(path));
    expect(lists.length).toBeLessThan(NOTES / 2);
    const safety = await bench.repository.manifest(undo.record.snapshot!);
    expect(safety).toHaveProperty('basedOn');
    expect(safety.resources.filter(({ kind }) => kind === 'annotation')).toHaveLength(NOTES);

    // Its safety snapshot is enough to undo the undo.
    bench.sim.clearRequests();
    const again = await undoOf(undo);
    await applied(again.request, again.plan);
    expect(bench.sim.state.org(1).annotations.size).toBe(NOTES);
    const asked = bench.sim.requests.filter(({ method, path }) => method === 'GET' && /^\/api\/annotations/.test(path));
    expect(asked.length).toBeLessThan(NOTES / 2);
    // The next backup need not request each dashboard either.
    expect(safety.resources.every(({ kind, revision }) => kind !== 'annotation' || revision !== undefined)).toBe(true);
  });

  it('keeps those that someone edited after the plan, and deletes no other with the same text', async () => {
    const run = await broughtBack();
    const { request, plan } = await undoOf(run);
    const { annotations } = bench.sim.state.org(1);
    const [edited] = annotations.values();
    edited!.text = 'somebody’s words';
    const undo = await applied(request, plan);
    expect(undo.record.status).toBe('complete');
    expect([...annotations.values()].map(({ text }) => text)).toEqual(['somebody’s words']);
  });

  it('saves what people added to a dashboard that it deletes', async () => {
    bench = await RestoreBench.start({ profile: '12.4' });
    replaceDashboards(bench.sim, DASHBOARDS);
    await bench.backup();
    await bench.api(`DELETE /api/dashboards/uid/${numbered(1)}`);
    const run = await restored();
    await bench.api('POST /api/annotations', { dashboardUID: numbered(1), time: 5, text: 'made since' });
    const { request, plan } = await undoOf(run);
    const undo = await applied(request, plan);
    expect(undo.record.status).toBe('complete');
    const safety = await bench.repository.manifest(undo.record.snapshot!);
    expect(safety).toHaveProperty('basedOn');
    const saved = safety.resources.filter(({ kind }) => kind === 'annotation' || kind === 'dashboard-permissions');
    expect(saved.map(({ kind, title }) => [kind, title])).toContainEqual(['annotation', 'made since']);
    expect(saved.filter(({ kind }) => kind === 'dashboard-permissions')).toHaveLength(DASHBOARDS);
  });

  it.each(['10.4', '12.4'] as const)('brings those back that went with a deleted dashboard, in %s', async (profile) => {
    bench = await RestoreBench.start({ profile });
    replaceDashboards(bench.sim, DASHBOARDS);
    await bench.backup();
    await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'extra', title: 'Extra', panels: [] } });
    await bench.api('POST /api/annotations', { dashboardUID: 'extra', time: 5, text: 'on what goes' });
    await bench.api('POST /api/annotations', { dashboardUID: numbered(1), time: 5, text: 'on what stays' });
    const request = await bench.request({ options: { deleteExtra: true } });
    const plan = await planRestore(request);
    expect(named(plan, 'delete')).toEqual(['dashboard/extra']);
    const run = await applied(request, plan);
    // Grafana 12 removes them later than the dashboard.
    bench.sim.advance(120_000);

    const undo = await undoOf(run);
    expect((await applied(undo.request, undo.plan)).record.status).toBe('complete');

    const texts = [...bench.sim.state.org(1).annotations.values()].map(({ text }) => text);
    expect(texts.sort()).toEqual(['on what goes', 'on what stays']);
  });

  it('deletes no dashboard of which it cannot save an annotation, and says so', async () => {
    bench = await RestoreBench.start({ profile: '12.4' });
    replaceDashboards(bench.sim, DASHBOARDS);
    await bench.backup();
    for (const uid of ['large', 'other']) {
      await bench.api('POST /api/dashboards/db', { dashboard: { uid, title: uid, panels: [] } });
    }
    const text = 'x'.repeat(9 * 1024 * 1024);
    await bench.api('POST /api/annotations', { dashboardUID: 'large', time: 5, text });
    const request = await bench.request({ options: { deleteExtra: true } });
    const { record } = await applied(request, await planRestore(request));
    expect(record.errors).toMatchObject([{ kind: 'dashboard', uid: 'large', code: 'annotation-too-large' }]);
    expect(record.counts).toMatchObject({ deleted: 1, failed: 1 });
    expect(bench.sim.state.org(1).annotations.size).toBe(1);
    const safety = await bench.repository.manifest(record.snapshot!);
    expect(safety.errors).toMatchObject([{ kind: 'annotation', code: 'annotation-too-large' }]);
  });

  it('goes on without those that the account may not read, which the safety snapshot names', async () => {
    bench = await RestoreBench.start({ profile: '12.4' });
    replaceDashboards(bench.sim, DASHBOARDS);
    await bench.backup();
    await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'extra', title: 'Extra', panels: [] } });
    const { clock, sim } = bench;
    const token = sim.token({ without: ['annotations:read'] });
    const credentials = tokenCredentials(async () => token);
    const randomness = new SeededRandomness('narrow');
    const client = GrafanaClient.open({ url: sim.url, credentials, clock, randomness, log: silentLog });
    const asked = await bench.request({ options: { deleteExtra: true } });
    const request = { ...asked, instance: await connect({ client }) };
    const { record } = await applied(request, await planRestore(request));
    await client.close();
    expect(record).toMatchObject({ status: 'complete', counts: { deleted: 1 } });
    const safety = await bench.repository.manifest(record.snapshot!);
    expect(safety.errors).toMatchObject([{ kind: 'annotation', uid: '' }]);
  });
});
