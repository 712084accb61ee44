import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { call } from '../simulator/http.ts';
import { runCli } from '../support/cli.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { eventually } from '../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

let grafana: Simulator;
let service: TestService;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let second: number;
let credentials: Record<string, string>;

type Record_ = Record<string, unknown>;

const targetOf = (who: 'cli' | 'service'): string =>
  who === 'cli' ? `file://${directory.path}/target` : `file://${service.directory}/target`;

/** A command against the target of one of the two. */
function dashkeep(args: string[], who: 'cli' | 'service' = 'cli', signal?: AbortSignal): ReturnType<typeof runCli> {
  const where = ['--target', targetOf(who), '--state-dir', `${directory.path}/state`, '--json'];
  return runCli(
    [...args, ...where],
    { ...credentials, GRAFANA_URL: grafana.url },
    signal === undefined ? {} : { signal },
  );
}

/** What must not depend on who ran it; of ids, whether the record has them. */
async function newest(who: 'cli' | 'service', kind: string): Promise<Record_> {
  const { json } = await dashkeep(['runs'], who);
  const line = (json.runs as { id: string; kind: string }[]).find((one) => one.kind === kind);
  const record: Record_ = (await dashkeep(['runs', String(line?.id)], who)).json;
  for (const own of [
    'id',
    'started',
    'finished',
    'duration',
    'trigger',
    'signed',
    'by',
    'org',
    'restore',
    'request',
    'finish',
  ]) {
    delete record[own];
  }
  for (const id of ['snapshot', 'source', 'undoes']) {
    record[id] = typeof record[id];
  }
  return record;
}

async function api(route: string, body?: unknown, org = 1): Promise<void> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
}

function dashboard(uid: string, title: string, org: number, folderUid = 'folder'): Promise<void> {
  const model = { uid, title, schemaVersion: 39, panels: [] };
  return api('POST /api/dashboards/db', { dashboard: model, folderUid, overwrite: true }, org);
}

/** The same work by both. */
async function both(kind: string, args: string[], body: object = { kind }): Promise<Record_> {
  await dashkeep(args).catch(() => undefined);
  const { json } = await service.call('POST', '/runs', body);
  await service.ended(json.id);
  const [one, other] = [await newest('cli', kind), await newest('service', kind)];
  expect(one).toEqual(other);
  return other;
}

beforeAll(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await temporaryDirectory();
  second = Number((await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' })).body.orgId);
  for (const org of [1, second]) {
    await api('POST /api/folders', { uid: 'folder', title: 'Folder' }, org);
    await dashboard('one', 'One', org);
    await dashboard(`own-${org}`, 'Own', org);
  }
  credentials = {
    GRAFANA_API_TOKEN: grafana.token({ orgId: 1 }),
    [`GRAFANA_API_TOKEN_ORG_${second}`]: grafana.token({ orgId: second }),
    DASHKEEP_ORGS: `1,${second}`,
    DASHKEEP_COPY_TARGET: `file://${directory.path}/copy-of-cli`,
    DASHKEEP_COPY_SCHEDULE: 'off',
    DASHKEEP_COPY_KEEP: 'last=5',
  };
  const environment = {
    ...credentials,
    GRAFANA_ADMIN_USER: undefined,
    GRAFANA_ADMIN_PASSWORD: undefined,
    DASHKEEP_KEEP_LAST: '1',
    DASHKEEP_COPY_TARGET: `file://${directory.path}/copy-of-service`,
  };
  service = await startService({ grafanaUrl: grafana.url, environment });
});
afterAll(async () => {
  await grafana?.close();
  await directory?.remove();
  await removeDirectory(service.directory);
});

describe('the record of a run is the same, whether the command line or the service ran it', () => {
  it('backup', async () => {
    expect(await both('backup', ['backup'])).toMatchObject({
      status: 'complete',
      counts: { stored: expect.anything() },
    });
    await dashboard('one', 'Another title', second);
    await dashboard('more', 'More', second);
    const record = await both('backup', ['backup']);
    expect(record['counts']).toMatchObject({ added: 2, changed: 1, removed: 0, bytes: expect.any(Number) });
    expect(record['orgs']).toEqual([
      expect.objectContaining({ id: 1, counts: expect.objectContaining({ changed: 0 }) }),
      expect.objectContaining({ id: second, counts: expect.objectContaining({ changed: 1 }) }),
    ]);
  });

  it('verify', async () => {
    expect(await both('verify', ['verify'])).toMatchObject({ status: 'complete', counts: { snapshots: 2 } });
    const failed = await both('verify', ['verify', 'none'], { kind: 'verify', snapshot: 'none' });
    expect(failed).toMatchObject({ status: 'failed', failure: { code: 'DK_NOT_FOUND' } });
  });

  it('forget of one snapshot', async () => {
    await both('backup', ['backup']);
    const oldest = async (who: 'cli' | 'service'): Promise<string> =>
      (await dashkeep(['snapshots'], who)).json.snapshots.at(-1).id;
    const [one, other] = [await oldest('cli'), await oldest('service')];
    expect((await dashkeep(['forget', one, '--confirm', one])).exit).toBe(0);
    expect((await service.call('DELETE', `/snapshots/${other}?confirm=${other}`)).status).toBe(200);
    const record = await newest('service', 'forget');
    expect(record).toEqual(await newest('cli', 'forget'));
    expect(record).toMatchObject({ status: 'complete', counts: { forgotten: 1 } });
    expect((await service.call('GET', '/runs?kind=forget')).json).toMatchObject({ total: 1 });
  });

  it('forget', async () => {
    expect(await both('forget', ['forget', '--keep-last', '1'])).toMatchObject({ counts: { forgotten: 1, kept: 1 } });
  });

  it('prune', async () => {
    expect(await both('prune', ['prune'])).toMatchObject({
      status: 'complete',
      counts: { marked: expect.any(Number) },
    });
  });

  it('copy', async () => {
    const counts = { copied: 1, copiedObjects: expect.any(Number), problems: 0, read: expect.any(Number) };
    const body = { kind: 'copy', readData: true };
    expect(await both('copy', ['copy', '--read-data'], body)).toMatchObject({ status: 'complete', counts });
    expect((await both('copy', ['copy'], { kind: 'copy', readData: false }))['counts']).toMatchObject({ present: 1 });
  });

  it('drill', async () => {
    expect(await both('drill', ['drill'])).toMatchObject({ kind: 'drill', counts: { verified: expect.any(Number) } });
  });

  it('restore and undo', async () => {
    await api('DELETE /api/dashboards/uid/one');
    const applied = await dashkeep(['restore', 'latest', '--only', 'dashboard/one', '--orgs', '1', '--apply']);
    const ofCli = await newest('cli', 'restore');
    const back = await dashkeep(['restore', '--undo', applied.json.run]);
    const typed = ['--confirm', back.json.confirm];
    expect((await dashkeep(['restore', '--undo', applied.json.run, '--apply', ...typed])).exit).toBe(0);
    const undoOfCli = await newest('cli', 'restore');

    const resources = [{ org: 1, kind: 'dashboard', uid: 'one' }];
    const plan = await service.call('POST', '/restores', {
      snapshot: 'latest',
      selection: { type: 'resources', resources },
    });
    const run = (await service.call('POST', `/restores/${plan.json.id}/apply`, { confirm: plan.json.confirm })).json;
    await service.ended(run.id);
    expect(ofCli).toEqual(await newest('service', 'restore'));
    expect(ofCli).toMatchObject({ status: 'complete', counts: { verified: 2 } });

    const undo = (await service.call('POST', `/runs/${run.id}/undo`)).json;
    const taken = (await service.call('POST', `/restores/${undo.id}/apply`, { confirm: undo.confirm })).json;
    await service.ended(taken.id);
    expect(undoOfCli).toEqual(await newest('service', 'restore'));
    expect(undoOfCli).toMatchObject({ status: 'complete', undoes: 'string' });
  });

  // It also ends the service.
  it('interrupted', async () => {
    const release = grafana.hold('GET /apis/*');
    const stop = new AbortController();
    const before = grafana.requests.length;
    const cli = dashkeep(['backup'], 'cli', stop.signal).catch(() => undefined);
    await eventually('the run of the command line', async () => grafana.requests.length > before || undefined);
    const { json } = await service.call('POST', '/runs', { kind: 'backup' });
    const isRunning = async (): Promise<true | undefined> =>
      (await service.call('GET', `/runs/${json.id}`)).json.status === 'running' || undefined;
    await eventually('the run of the service', isRunning);
    stop.abort(new DashkeepError('DK_INTERRUPTED', 'the service is stopping'));
    await Promise.all([cli, service.stop()]);
    release();
    const record = await newest('cli', 'backup');
    expect(record).toEqual(await newest('service', 'backup'));
    expect(record).toMatchObject({ status: 'interrupted', failure: { code: 'DK_INTERRUPTED' } });
  });
});
