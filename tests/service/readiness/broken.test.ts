import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Readiness, ReadinessCode, ReadinessLine } from '../../../pkg/contract/api/readiness.ts';
import { call } from '../../simulator/http.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { runMain } from '../../support/cli.ts';
import { eventually } from '../../support/ports.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';
import { startService, type TestService } from '../../support/service.ts';
import { inDepth } from '../../support/budget.ts';

/** Each line is broken by that thing alone, is seen broken, and is ok again when that is mended. */
let grafana: Simulator;
let s3: S3Server;
let service: TestService;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let environment: Record<string, string>;

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 3, folders: 1, v2Share: 0 });
  s3 = await startS3Server({ buckets: [{ name: 'bucket', versioning: true }] });
  directory = await temporaryDirectory();
  const identity = await generateIdentity();
  const file = join(directory.path, 'identity.txt');
  await writeFile(file, identity, { mode: 0o600 });
  environment = {
    ...s3.environment,
    DASHKEEP_TARGET: 's3://bucket/prod',
    DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity),
    DASHKEEP_AGE_IDENTITY_FILE: file,
  };
  await start();
  // By its schedule, which nothing else has to start.
  await eventually('the first backup', async () => (await service.call('GET', '/status')).json.lastBackup?.finished);
  await addSecret('first');
});
afterAll(async () => {
  await service?.stop();
  await Promise.all([s3?.close(), grafana?.close(), directory?.remove()]);
});

async function start(): Promise<void> {
  // The schedule is for the pages to change.
  const given = { ...environment, DASHKEEP_SCHEDULE: undefined };
  service = await startService({ grafanaUrl: grafana.url, directory: directory.path, environment: given });
}

async function addSecret(name: string): Promise<void> {
  const body = {
    ...{ uid: name, name, type: 'prometheus' },
    ...{ access: 'proxy', url: 'http://p' },
    secureJsonData: { basicAuthPassword: 'x' },
  };
  expect((await call(grafana, 'admin:admin', 'POST /api/datasources', body)).status).toBe(200);
}

async function report(): Promise<Readiness> {
  return (await service.call('GET', '/readiness')).json as Readiness;
}

async function line(code: ReadinessCode): Promise<ReadinessLine | undefined> {
  return (await report()).evidence.find((one) => one.code === code);
}

/** The environment of a command line beside the service. */
function cli(): Record<string, string> {
  const state = { DASHKEEP_STATE_DIR: join(directory.path, 'state'), DASHKEEP_KUBERNETES: 'off' };
  return { HOME: directory.path, GRAFANA_URL: grafana.url, ...environment, ...state };
}

function bucketClient(): S3Client {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_REGION } = s3.environment;
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  return new S3Client({ endpoint: s3.url, region: AWS_REGION!, forcePathStyle: true, credentials });
}

/** Those that are not ok, with their level. */
async function broken(): Promise<string[]> {
  return (await report()).evidence.filter(({ level }) => level !== 'ok').map(({ code, level }) => `${code} ${level}`);
}

async function run(kind: string, more: object = {}): Promise<Record<string, unknown>> {
  for (;;) {
    const { json, status } = await service.call('POST', '/runs', { kind, ...more });
    if (status === 202) {
      return service.ended(json.id);
    }
    expect(json.error.code).toBe('DK_BUSY');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const confirm = async (what: string): Promise<void> =>
  void expect((await service.call('POST', '/readiness/confirmations', { line: what })).status).toBe(200);

it('is not ready before anything was proved, and says what to do about each line', async () => {
  const { evidence, level } = await report();
  expect(level).not.toBe('ready');
  const open = evidence.filter((one) => one.level !== 'ok');
  expect(open.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['verification', 'restore-test', 'second-copy', 'private-key']),
  );
  expect(open.filter(({ hint }) => hint === '')).toEqual([]);
});

it('is ready when everything was backed up, verified, restored for a test, and confirmed', async () => {
  await run('backup');
  await run('verify', { readData: true });
  await run('drill');
  for (const what of ['second-copy', 'private-key', 'secrets']) {
    await confirm(what);
  }
  expect(await broken()).toEqual([]);
  const { level, evidence } = await report();
  expect(level).toBe('ready');
  expect(evidence.find(({ code }) => code === 'verification')?.detail).toMatch(/read and match their hash: [1-9]/);
  expect(evidence.find(({ code }) => code === 'restore-test')?.detail).toMatch(/(\d+) of \1 .*; not tested: [1-9]/);
});

it('gives the command line the same answer, with its exit code', async () => {
  const ready = await runMain(['readiness', '--json'], cli());
  const levels = ({ evidence }: Readiness): string[] => evidence.map(({ code, level }) => `${code} ${level}`);
  expect(levels(ready.json)).toEqual(levels(await report()));
  expect(ready.exit).toBe(0);
  const printed = await runMain(['readiness'], { ...cli(), DASHKEEP_SCHEDULE: 'off' });
  expect(printed.out).toContain('warning  schedule: no schedule for backups is set');
  expect(printed.exit).toBe(3);
  expect(printed.out).toContain('org 1, data-source first: basicAuthPassword');
});

it('backup and coverage: a kind that cannot be read', async () => {
  grafana.setFaults({ match: 'GET *playlists*', action: { kind: 'status', status: 403 } });
  await run('backup');
  expect(await broken()).toEqual(['backup warning', 'coverage warning']);
  expect((await line('coverage'))?.detail).toContain('playlist');
  grafana.setFaults();
  await run('backup');
  expect(await broken()).toEqual([]);
});

inDepth('coverage: an organization that backups leave out', async () => {
  const created = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  await run('backup');
  expect(await broken()).toEqual(['coverage warning']);
  expect((await line('coverage'))?.detail).toContain('Second');
  await call(grafana, 'admin:admin', `DELETE /api/orgs/${created.body.orgId}`);
  await run('backup');
  expect(await broken()).toEqual([]);
});

it('target: a bucket without versioning', async () => {
  const client = bucketClient();
  const version = (Status: 'Enabled' | 'Suspended') =>
    client.send(new PutBucketVersioningCommand({ Bucket: 'bucket', VersioningConfiguration: { Status } }));
  await version('Suspended');
  expect(await line('target')).toMatchObject({
    level: 'ok',
    detail: expect.stringContaining('no noncurrent versions'),
  });
  await version('Enabled');
  client.destroy();
});

it('target: a bucket that does not respond', async () => {
  s3.options.deny = () => true;
  const { level, evidence } = await report();
  expect(evidence.find(({ code }) => code === 'target')).toMatchObject({ level: 'bad' });
  expect(level).toBe('not-ready');
  s3.options.deny = undefined;
  expect(await broken()).toEqual([]);
});

it('secrets: one that was added since someone confirmed that all are stored elsewhere', async () => {
  await addSecret('second');
  await run('backup');
  expect(await broken()).toEqual(['secrets warning']);
  expect((await line('secrets'))?.items?.map(({ title, detail }) => `${title}: ${detail}`)).toEqual([
    'first: basicAuthPassword',
    'second: basicAuthPassword',
  ]);
  await confirm('secrets');
  expect(await broken()).toEqual([]);
});

it('private key: other recipients than those that someone confirmed', async () => {
  const own = environment['DASHKEEP_AGE_RECIPIENTS'];
  const restart = async (recipients: string): Promise<void> => {
    await service.stop();
    environment['DASHKEEP_AGE_RECIPIENTS'] = recipients;
    await start();
    await run('backup');
  };
  await restart(`${own},${await identityToRecipient(await generateIdentity())}`);
  expect(await broken()).toEqual(['private-key warning']);
  await restart(own!);
  expect(await broken()).toEqual([]);
});

inDepth('plugins: a list of plugins that Grafana does not give out', async () => {
  grafana.setFaults({ match: 'GET /api/plugins?*', action: { kind: 'status', status: 403 } });
  await run('backup');
  expect(await line('plugins')).toMatchObject({ level: 'unknown' });
  grafana.setFaults();
  await run('backup');
  expect(await broken()).toEqual([]);
});

it('version of Grafana: a Grafana that does not respond', async () => {
  grafana.setFaults({ match: 'GET /api/health', action: { kind: 'status', status: 503 } });
  expect(await broken()).toEqual(['grafana unknown']);
  grafana.setFaults();
  expect(await broken()).toEqual([]);
});

inDepth('schedule: none', async () => {
  const { schedule } = (await service.call('GET', '/settings')).json.values;
  const save = async (backup: string): Promise<void> =>
    void expect(
      (await service.call('PUT', '/settings', { values: { schedule: { ...schedule, backup } } })).status,
    ).toBe(200);
  await save('');
  expect(await broken()).toEqual(['schedule warning']);
  await save(schedule.backup);
  expect(await broken()).toEqual([]);
});

inDepth('restore test: one that fails', async () => {
  grafana.setFaults({ match: /^(POST|PUT) .*\/dashboards/, action: { kind: 'status', status: 400 } });
  await run('drill');
  grafana.setFaults();
  expect(await broken()).toEqual(['restore-test warning']);
  await run('drill');
  expect(await broken()).toEqual([]);
});

it('signatures: one of the newest snapshot that someone deletes', async () => {
  const { snapshot } = await run('backup');
  const client = bucketClient();
  const signature = { Bucket: 'bucket', Key: `prod/signatures/snapshots/${String(snapshot)}.json.gz.age.sig` };
  const { Body } = await client.send(new GetObjectCommand(signature));
  const bytes = await Body!.transformToByteArray();
  await client.send(new DeleteObjectCommand(signature));
  expect(await broken()).toContain('signatures bad');
  const command = /dashkeep (trust --repository \S+)/.exec((await line('signatures'))?.hint ?? '')?.[1] ?? '';
  await client.send(new PutObjectCommand({ ...signature, Body: bytes }));
  client.destroy();
  expect((await runMain(command.split(' '), cli())).exit).toBe(0);
  expect(await broken()).toEqual([]);
});

it('verification: an object that cannot be read back', async () => {
  s3.options.deny = (action, key) => action === 's3:GetObject' && key.includes('/objects/');
  await run('verify', { readData: true });
  s3.options.deny = undefined;
  await run('verify', { snapshot: (await service.call('GET', '/snapshots')).json.items[0].id });
  expect(await broken()).toEqual(['verification bad']);
  await run('verify', { readData: true });
  expect(await broken()).toEqual([]);
});

it('shows the level of each line to Prometheus', async () => {
  const values = async (): Promise<string[]> => {
    const text = await (await fetch(`${service.opsUrl}/metrics`)).text();
    return [...text.matchAll(/^dashkeep_readiness\{line="([a-z-]+)"\} (\d)$/gm)].map(
      ([, name, value]) => `${name} ${value}`,
    );
  };
  await expect.poll(values, { timeout: 20_000 }).toContain('backup 0');
});

it('secrets: still those of the last full backup when Grafana has lost nearly everything', async () => {
  grafana.seedDashboards({ count: 40, folders: 1, v2Share: 0 });
  await run('backup');
  await confirm('secrets');
  const before = (await line('secrets'))?.items;
  expect(before).not.toEqual([]);
  const found = await call(grafana, 'admin:admin', 'GET /api/search?type=dash-db');
  for (const { uid } of found.body as { uid: string }[]) {
    await call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${uid}`);
  }
  for (const name of ['first', 'second']) {
    await call(grafana, 'admin:admin', `DELETE /api/datasources/uid/${name}`);
  }
  await run('backup');
  expect(await broken()).toEqual(['backup warning']);
  expect((await line('secrets'))?.items).toEqual(before);
});
