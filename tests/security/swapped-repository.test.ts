import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli, type Ended } from '../support/cli.ts';
import { startGrafana } from '../support/grafana/index.ts';
import { addDataSource } from '../support/grafana/seed/data-source.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { Forger, idIn, madeUp } from '../support/repository/forger.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/**
 * Someone with write access to the bucket gives the repository another id, deletes the signatures, and adds a forged
 * snapshot: as if nothing had ever been signed there.
 */
const FORGED = idIn(3_600_000);
const EVIL = 'https://collector.evil.example';
let grafana: Simulator;
let directory: string;
let forger: Forger;
let real: string;
let id: string;

async function open(): Promise<void> {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 3, folders: 1 });
  const source = { uid: 'prometheus', name: 'Prometheus', type: 'prometheus', url: 'http://prometheus:9090' };
  addDataSource(grafana.state, grafana.state.org(1), { ...source, secureJsonData: { basicAuthPassword: 'secret' } });
  directory = await mkdtemp(join(tmpdir(), 'dashkeep-swapped-'));
  forger = new Forger(join(directory, 'target'));
}

async function close(): Promise<void> {
  await grafana.close();
  await removeDirectory(directory);
}

const target = (name = 'target'): string => `file://${join(directory, name)}`;

function dashkeep(...args: string[]): Promise<Ended> {
  return runCli(args, {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: target(),
    DASHKEEP_STATE_DIR: join(directory, 'state'),
  });
}

/** Every data source in a snapshot, as text. */
async function sourcesIn(snapshot: string): Promise<string> {
  const { resources } = (await dashkeep('show', snapshot, '--json')).json;
  const sources = resources.filter(({ kind }: { kind: string }) => kind === 'data-source');
  expect(sources.length).toBeGreaterThan(0);
  const texts = sources.map(({ uid }: { uid: string }) => dashkeep('cat', snapshot, `data-source/${uid}`));
  return (await Promise.all(texts)).map(({ out }: Ended) => out).join('\n');
}

/** What an attacker does who has read how snapshots are signed. */
async function swap(): Promise<void> {
  const config = JSON.parse(await readFile(join(directory, 'target/dashkeep.json'), 'utf8'));
  id = config.id;
  await forger.put('dashkeep.json', JSON.stringify({ ...config, id: 'e'.repeat(32) }));
  await rm(join(directory, 'target/signatures'), { recursive: true });
  await rm(join(directory, 'target/cache'), { recursive: true, force: true });
  const answer = await fetch(`${grafana.url}/api/datasources`, {
    headers: { authorization: `Bearer ${grafana.token()}` },
  });
  const [source] = (await answer.json()) as Record<string, string>[];
  const body = await forger.putObject({ ...source, url: EVIL });
  const entry = { org: 1, kind: 'data-source' as const, uid: source!['uid']!, title: source!['name']!, folder: '' };
  await forger.putManifest({
    ...madeUp(FORGED, [{ ...entry, ...body }]),
    grafana: { version: '12.4.0', url: grafana.url },
  });
}

/** Nothing of these writes anything, so that one repository is enough. */
describe('for a command that writes or believes', () => {
  beforeAll(async () => {
    await open();
    await dashkeep('backup', '--json');
    await swap();
  });
  afterAll(close);

  it.each([
    ['show', ['show', 'latest']],
    ['restore', ['restore', 'latest', '--overwrite', '--apply']],
    ['restore, trusting a key', ['restore', 'latest', '--apply', '--trust', 'a'.repeat(32)]],
    ['backup', ['backup', '--json']],
    ['diff', ['diff', 'latest', 'live']],
    ['drill', ['drill']],
    ['prune', ['prune']],
    ['forget', ['forget', '--keep-last', '1']],
    ['rewrap', ['repair', '--rewrap']],
    ['keys', ['keys', '--rotate']],
    ['trust of all that is unsigned', ['trust', '--unsigned']],
    ['trust of a key', ['trust', 'a'.repeat(32)]],
  ])('%s refuses, and writes nothing', async (_name, args) => {
    grafana.clearRequests();
    await expect(dashkeep(...args)).rejects.toMatchObject({
      code: 'DK_REPOSITORY_REPLACED',
      exit: 4,
      hint: expect.stringContaining(`dashkeep trust --repository ${'e'.repeat(32)}`),
    });
    expect(grafana.writes()).toEqual([]);
    expect(await forger.names('snapshots')).toHaveLength(2);
  });
});

describe('for the command line', () => {
  beforeEach(open);
  afterEach(close);
  beforeEach(async () => {
    real = (await dashkeep('backup', '--json')).json.snapshot;
    await swap();
  });

  it('verify and doctor name the exchange', async () => {
    const { exit, json } = await dashkeep('verify', '--json');
    expect(exit).toBe(4);
    expect(json.problems).toContainEqual(expect.objectContaining({ code: 'DK_REPOSITORY_REPLACED' }));
    const doctor = await dashkeep('doctor', '--json');
    expect(doctor.exit).toBe(3);
    expect(JSON.stringify(doctor.json.checks)).toContain(id);
  });

  it('copy signs nothing of it', async () => {
    const { exit, json } = await dashkeep('copy', target('copy'), '--json');
    expect([exit, json.copied, json.foreign.length]).toEqual([3, [], 2]);
  });

  it('a snapshot of it is shown when it is named, as what it is', async () => {
    const { json } = await dashkeep('snapshots', '--json');
    expect(json.snapshots.map((one: { id: string; foreign?: boolean }) => [one.id, one.foreign])).toEqual([
      [FORGED, true],
      [real, true],
    ]);
    expect((await dashkeep('show', FORGED, '--json')).json.resources).toHaveLength(1);
    await expect(dashkeep('restore', FORGED, '--apply')).rejects.toMatchObject({ code: 'DK_SNAPSHOT_FOREIGN' });
  });

  it('a person accepts it by name; even then nothing in it counts that no trusted key signed', async () => {
    await expect(dashkeep('trust', '--repository', id)).rejects.toMatchObject({ code: 'DK_USAGE' });
    expect((await dashkeep('trust', '--repository', 'e'.repeat(32))).exit).toBe(0);
    const { exit, json } = await dashkeep('backup', '--json');
    expect(exit).toBe(0);
    expect(await sourcesIn(json.snapshot)).not.toContain(EVIL);
    expect(
      (await dashkeep('snapshots', '--json')).json.snapshots.filter(({ signed }: { signed: boolean }) => signed),
    ).toMatchObject([{ id: json.snapshot }]);
  });
});

describe('for a machine without state', () => {
  beforeEach(open);
  afterEach(close);

  it('a backup does not go on from what no one signed', async () => {
    await dashkeep('backup', '--json');
    await swap();
    await rm(join(directory, 'state'), { recursive: true });
    const { json } = await dashkeep('backup', '--json');
    expect(await sourcesIn(json.snapshot)).not.toContain(EVIL);
    const { snapshots } = (await dashkeep('snapshots', '--json')).json;
    expect(snapshots.filter(({ signed }: { signed: boolean }) => signed)).toMatchObject([{ id: json.snapshot }]);
    expect((await dashkeep('copy', target('copy'), '--json')).json.copied).toEqual([json.snapshot]);
  });
});

describe('for the service', () => {
  let service: TestService;
  const start = (): Promise<TestService> => startService({ grafanaUrl: grafana.url, directory });

  beforeEach(async () => {
    await open();
    service = await start();
    const { json } = await service.call('POST', '/runs', { kind: 'backup' });
    real = (await service.ended(json.id))['snapshot'] as string;
  });

  afterEach(async () => {
    await service.stop();
    await close();
  });

  async function backup(): Promise<Record<string, unknown>> {
    const { json } = await service.call('POST', '/runs', { kind: 'backup' });
    return service.ended(json.id);
  }

  const protection = async (): Promise<string> => (await service.call('GET', '/status')).json.protection;

  it.each([
    ['that runs', false],
    ['that is started again', true],
  ])('one %s neither goes on from it nor keeps silent', async (_name, again) => {
    if (again) {
      await service.stop();
    }
    await swap();
    if (again) {
      service = await start();
    }
    expect(await backup()).toMatchObject({ status: 'failed', failure: { code: 'DK_REPOSITORY_REPLACED' } });
    expect(await forger.names('snapshots')).toHaveLength(2);
    await expect.poll(protection).toBe('untrusted');
    expect((await service.call('GET', '/status')).json.warnings).toContainEqual(
      expect.objectContaining({ code: 'DK_REPOSITORY_REPLACED' }),
    );
    const metrics = await (await fetch(`${service.opsUrl}/metrics`)).text();
    expect(metrics).toContain('dashkeep_repository_finding{code="DK_REPOSITORY_REPLACED"} 1');
    const { json: doctor } = await service.call('GET', '/doctor');
    expect(doctor.checks).toContainEqual(expect.objectContaining({ name: 'repository', status: 'failed' }));
  });

  it.each(['latest', FORGED])('%s is neither planned nor previewed', async (snapshot) => {
    await service.stop();
    await swap();
    service = await start();
    const plan = await service.call('POST', '/restores', { snapshot, selection: { type: 'everything' }, options: {} });
    if (plan.status < 300) {
      const applied = await service.call('POST', `/restores/${plan.json.id}/apply`, { confirm: plan.json.confirm });
      expect((await service.ended(applied.json.id))['status']).toBe('failed');
    }
    const uid = 'any';
    expect((await service.call('POST', '/previews', { snapshot, uid })).json.error.code).toMatch(
      /DK_REPOSITORY_REPLACED|DK_SNAPSHOT_FOREIGN/,
    );
    expect(grafana.writes().filter(({ path }) => path.includes('datasources'))).toEqual([]);
  });

  it('a plan from a bucket that was cut back says that the newest snapshot is gone', async () => {
    const newest = (await backup())['snapshot'] as string;
    for (const path of [`snapshots/${newest}.json.gz`, `signatures/snapshots/${newest}.json.gz.sig`]) {
      await rm(join(directory, 'target', path));
    }
    const { json } = await service.call('POST', '/restores', { snapshot: 'latest', selection: { type: 'everything' } });
    expect([json.snapshot, json.warnings[0]]).toEqual([real, expect.stringContaining(newest)]);
  });

  it('goes on with what was there when the file is put back, and when a person accepts what is', async () => {
    const config = await readFile(join(directory, 'target/dashkeep.json'));
    await cp(join(directory, 'target'), join(directory, 'copy-of-target'), { recursive: true });
    await swap();
    expect(await backup()).toMatchObject({ status: 'failed' });
    await rm(join(directory, 'target'), { recursive: true });
    await cp(join(directory, 'copy-of-target'), join(directory, 'target'), { recursive: true });
    await writeFile(join(directory, 'target/dashkeep.json'), config);
    expect(await backup()).toMatchObject({ status: 'complete' });
    await expect.poll(protection).toBe('untrusted');
    await dashkeep('trust', '--repository', id);
    expect(await backup()).toMatchObject({ status: 'complete' });
    await expect.poll(protection).toBe('yes');
  });
});
