import { describe, expect, it } from 'vitest';
import type { KindName } from '../../../pkg/contract/kinds.ts';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { planUndo } from '../../../pkg/engine/restore/undo/undo.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { edit } from './edits.ts';
import { hastyClock } from '../../support/fast-clock.ts';
import { type Bench, identities, start } from '../harness.ts';

const COUNT = 48;

async function backedUp(): Promise<Bench & { first: Manifest; uids: string[] }> {
  const bench = await start({ profile: '12.4', pageBytes: 8_000 });
  bench.grafana.seedDashboards({ count: COUNT, folders: 4, bytes: 900, v2Share: 0 });
  const first = await bench.backup();
  return { ...bench, first, uids: first.resources.filter(({ kind }) => kind === 'dashboard').map(({ uid }) => uid) };
}

const only = (...uids: string[]) => ({ only: uids.map((uid) => ({ kind: 'dashboard' as const, uid })) });

async function titleOf({ grafana }: Bench, uid: string): Promise<unknown> {
  const headers = { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` };
  const answer = await fetch(`${grafana.url}/api/dashboards/uid/${uid}`, { headers });
  return ((await answer.json()) as { dashboard: { description?: string } }).dashboard.description;
}

describe('the safety snapshot of a restore of one dashboard', () => {
  it('reads that one, and takes the rest over', async () => {
    const bench = await backedUp();
    const [restored, changed] = bench.uids as [string, string];
    await edit(bench.grafana.url, restored);
    await edit(bench.grafana.url, changed);
    bench.grafana.clearRequests();

    const run = await bench.restoreRun(bench.first, { overwrite: true, selection: only(restored) });

    expect(run.record.status).toBe('complete');
    expect(bench.grafana.requests.length).toBeLessThan(40);
    const safety = await bench.repository.manifest(run.record.snapshot!);
    expect(safety).toMatchObject({ trigger: 'safety', basedOn: { id: bench.first.id, started: bench.first.started } });
    const of = (manifest: Manifest, uid: string) =>
      manifest.resources.find((entry) => entry.kind === 'dashboard' && entry.uid === uid)!.object;
    expect(of(safety, restored)).not.toBe(of(bench.first, restored));
    expect(of(safety, changed)).toBe(of(bench.first, changed));
    expect(safety.resources.length).toBe(bench.first.resources.length);
    expect(safety.kinds['dashboard-permissions']).toMatchObject({ oldestReadAt: bench.first.started });
    expect((await bench.repository.manifest('latest')).id).toBe(bench.first.id);
  });

  it('holds once what is deleted by itself and with its owner', async () => {
    const bench = await backedUp();
    const [uid] = bench.uids as [string];
    const authorization = `Basic ${Buffer.from('admin:admin').toString('base64')}`;
    await fetch(`${bench.grafana.url}/api/dashboards/uid/${uid}/public-dashboards`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ isEnabled: true }),
    });
    await bench.backup();
    const one = (kind: KindName) => ({ org: 1, kind, uid, title: uid, isDeleted: true });

    const touched = [one('dashboard'), one('public-dashboard'), one('public-dashboard')];
    const safety = await bench.backup({ trigger: 'safety', touched });

    expect(safety.basedOn).toBeDefined();
    const keys = safety.resources.map(({ org, kind, uid: of }) => `${org}/${kind}/${of}`);
    expect(keys.filter((key) => key.includes('public-dashboard'))).toHaveLength(1);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each([
    ['before it is read', (uid: string) => new RegExp(`^GET /apis/dashboard.*/dashboards/${uid}`)],
    ['between its content and its permissions', (uid: string) => `GET /api/access-control/dashboards/${uid}`],
  ])('leaves out all that belongs to a dashboard that is deleted %s', async (_when, match) => {
    const bench = await backedUp();
    const [uid] = bench.uids as [string];
    const headers = {
      authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
      'content-type': 'application/json',
    };
    const send = (method: string, path: string, body?: object): Promise<Response> =>
      fetch(bench.grafana.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    await send('POST', `/api/dashboards/uid/${uid}/public-dashboards`, { isEnabled: true });
    await send('POST', '/api/annotations', { dashboardUID: uid, text: 'a deployment', time: Date.now() });
    const before = await bench.backup();
    expect(before.resources.some(({ kind }) => kind === 'annotation')).toBe(true);
    const run = async (): Promise<void> => void (await send('DELETE', `/api/dashboards/uid/${uid}`));
    bench.grafana.setFaults({ match: match(uid), times: 1, action: { kind: 'before', run } });

    const one = (kind: KindName) => ({ org: 1, kind, uid, title: uid, isDeleted: false });
    const safety = await bench.backup({ trigger: 'safety', touched: [one('dashboard'), one('dashboard-permissions')] });

    expect(safety.resources.filter((entry) => entry.uid === uid || entry.kind === 'annotation')).toEqual([]);
    expect(safety.kinds.dashboard).toMatchObject({ failed: 0 });
  });

  it('is what the restore is undone from', async () => {
    const bench = await backedUp();
    const [uid] = bench.uids as [string];
    await edit(bench.grafana.url, uid);
    const run = await bench.restoreRun(bench.first, { overwrite: true, selection: only(uid) });
    expect(await titleOf(bench, uid)).not.toBe('edited');
    const { repository } = bench;
    const ports = { clock: hastyClock, log: silentLog, signal: new AbortController().signal };

    const { plan } = await planUndo({ ...ports, repository, instance: await bench.instance() }, run);

    expect(plan.items.map(({ kind, uid: of, action }) => [kind, of, action])).toEqual([['dashboard', uid, 'update']]);
    const safety = await repository.manifest(run.record.snapshot!);
    await bench.apply(safety, { overwrite: true, selection: only(uid) });
    expect(await titleOf(bench, uid)).toBe('edited');
  });

  it('is followed by a backup that finds everything that changed', async () => {
    const bench = await backedUp();
    const [restored, changed, deleted] = bench.uids as [string, string, string];
    await edit(bench.grafana.url, restored);
    await edit(bench.grafana.url, changed);
    await bench.restoreRun(bench.first, { overwrite: true, selection: only(restored) });
    const headers = { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` };
    await fetch(`${bench.grafana.url}/api/dashboards/uid/${deleted}`, { method: 'DELETE', headers });

    const next = await bench.backup();
    const whole = await bench.backup({ fullReadEvery: 1 });

    expect(identities(next)).toEqual(identities(whole));
    expect(next).not.toHaveProperty('basedOn');
    expect(next.changes).toMatchObject({ changed: 1, removed: 2 });
  });

  it('deletes nothing when it is restored as a whole', async () => {
    const bench = await backedUp();
    const [uid] = bench.uids as [string];
    await edit(bench.grafana.url, uid);
    const run = await bench.restoreRun(bench.first, { overwrite: true, selection: only(uid) });
    bench.grafana.seedDashboards({ count: 3, folders: 1, bytes: 900, v2Share: 0, seed: 7 });

    const plan = await bench.plan(await bench.repository.manifest(run.record.snapshot!), { deleteExtra: true });

    expect(plan.items.filter(({ action }) => action === 'delete')).toEqual([]);
    const from = await bench.plan(bench.first, { deleteExtra: true });
    expect(from.items.filter(({ action }) => action === 'delete').length).toBeGreaterThan(0);
  });

  it('covers everything where the last snapshot is of another version', async () => {
    const bench = await backedUp();
    const [uid] = bench.uids as [string];
    await bench.backup({ version: 'older' });
    await edit(bench.grafana.url, uid);

    const run = await bench.restoreRun(bench.first, { overwrite: true, selection: only(uid) });

    expect(await bench.repository.manifest(run.record.snapshot!)).not.toHaveProperty('basedOn');
  });
});
