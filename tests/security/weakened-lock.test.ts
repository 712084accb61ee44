import { GetObjectRetentionCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { startS3Server, type S3Server } from '../support/s3/server.ts';
import { removeDirectory, startService, type TestResponse, type TestService } from '../support/service.ts';
import { variants } from '../support/budget.ts';

const DAY = 86_400_000;

let grafana: Simulator;
let server: S3Server;
let directory: string;
let service: TestService | undefined;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 2, folders: 1 });
  server = await startS3Server({ buckets: [{ name: 'locked', objectLock: true }] });
  directory = await mkdtemp(join(tmpdir(), 'dashkeep-lock-'));
});
afterEach(async () => {
  await service?.stop();
  service = undefined;
  await Promise.all([grafana.close(), server.close()]);
  await removeDirectory(directory);
});

async function start(environment: Record<string, string | undefined> = {}): Promise<TestService> {
  await service?.stop();
  const given = { ...server.environment, DASHKEEP_TARGET: 's3://locked/prod', HOME: directory, ...environment };
  service = await startService({ grafanaUrl: grafana.url, directory, environment: given });
  return service;
}

const settings = async () => (await service!.call('GET', '/settings')).json;
const put = (values: object): Promise<TestResponse> => service!.call('PUT', '/settings', { values });

async function saveLock(mode: string, days: number): Promise<TestResponse> {
  const { target } = (await settings()).values;
  return put({ target: { ...target, objectLock: { mode, days } } });
}

/** How the snapshots of the bucket are locked, in whole days from now. */
async function locks(): Promise<string[]> {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_REGION } = server.environment;
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  const client = new S3Client({ endpoint: server.url, region: AWS_REGION!, forcePathStyle: true, credentials });
  const Bucket = 'locked';
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'prod/snapshots/' }));
  const found = [];
  for (const { Key } of Contents) {
    const { Retention } = await client.send(new GetObjectRetentionCommand({ Bucket, Key }));
    const days = Math.round((Retention!.RetainUntilDate!.getTime() - Date.now()) / DAY);
    found.push(`${Retention!.Mode}:${days}`);
  }
  client.destroy();
  return found;
}

async function backUp(): Promise<void> {
  const { json } = await service!.call('POST', '/runs', { kind: 'backup' });
  expect(await service!.ended(json.id)).toMatchObject({ status: 'complete' });
}

describe('object lock that the deployment requires', () => {
  it('is shown as it is, and a page makes it stricter, never weaker', async () => {
    await start({ DASHKEEP_S3_OBJECT_LOCK: 'COMPLIANCE:3650' });
    const { values, owners } = await settings();
    expect(values.target.objectLock).toEqual({ mode: 'compliance', days: 3650 });
    for (const path of ['target.objectLock.mode', 'target.objectLock.days']) {
      expect(owners[path]).toEqual({
        owner: 'deployment',
        source: 'DASHKEEP_S3_OBJECT_LOCK',
        minimum: {
          code: 'lock-minimum',
          params: { lock: 'COMPLIANCE:3650', source: 'DASHKEEP_S3_OBJECT_LOCK' },
        },
      });
    }
    for (const [mode, days, field] of [
      ['governance', 1, 'mode'],
      ['governance', 36_500, 'mode'],
      ['compliance', 3649, 'days'],
      ['compliance', 0, 'days'],
      ['none', 0, 'mode'],
    ] as const) {
      const { status, json } = await saveLock(mode, days);
      expect([mode, days, status]).toEqual([mode, days, 400]);
      expect(json.error.fieldReasons[`target.objectLock.${field}`].code).toBe('lock-minimum');
      expect(json.error.fields[`target.objectLock.${field}`]).toContain('COMPLIANCE:3650 (DASHKEEP_S3_OBJECT_LOCK)');
    }
    await backUp();
    expect(new Set(await locks())).toEqual(new Set(['COMPLIANCE:3650']));

    expect((await saveLock('compliance', 4000)).status).toBe(200);
    expect((await settings()).owners['target.objectLock.days']).toMatchObject({ owner: 'ui' });
    await backUp();
    expect(await locks()).toContain('COMPLIANCE:4000');
  });

  it.each(
    variants(
      [
        ['COMPLIANCE:30', { mode: 'governance', days: 1 }, { mode: 'compliance', days: 30 }, 'COMPLIANCE:30'],
        ['GOVERNANCE:30', { mode: 'compliance', days: 7 }, { mode: 'governance', days: 30 }, 'GOVERNANCE:30'],
        ['COMPLIANCE:30', { mode: 'none', days: 0 }, { mode: 'compliance', days: 30 }, 'COMPLIANCE:30'],
        ['GOVERNANCE:30', { mode: 'compliance', days: 60 }, { mode: 'compliance', days: 60 }, 'COMPLIANCE:60'],
      ],
      2,
    ),
  )('%s holds against what was saved earlier: %j', async (required, saved, shown, lock) => {
    const target = { url: '', preset: 'other', endpoint: '', region: '', forcePathStyle: null, profile: '' };
    await mkdir(join(directory, 'state'), { mode: 0o700 });
    const text = JSON.stringify({ target: { ...target, objectLock: saved } });
    await writeFile(join(directory, 'state', 'settings.json'), text, { mode: 0o600 });
    await start({ DASHKEEP_S3_OBJECT_LOCK: required });
    const { values } = await settings();
    expect(values.target.objectLock).toEqual(shown);
    // It does not get in the way of anything else.
    expect((await put({ retention: { ...values.retention, keepLast: 3 } })).status).toBe(200);
    await backUp();
    expect(new Set(await locks())).toEqual(new Set([lock]));
  });

  it('is for the page to choose where the deployment requires none', async () => {
    await start();
    expect((await saveLock('governance', 1)).status).toBe(200);
    expect((await settings()).owners['target.objectLock.days']).toEqual({ owner: 'ui' });
    await backUp();
    expect(new Set(await locks())).toEqual(new Set(['GOVERNANCE:1']));
    expect((await saveLock('none', 0)).status).toBe(200);
  });
});

describe('what else the deployment requires', () => {
  it('includes encryption: a page writes no plain copies beside encrypted snapshots', async () => {
    const recipient = await identityToRecipient(await generateIdentity());
    await mkdir(join(directory, 'state'), { mode: 0o700 });
    const scope = { orgs: 'token', excludeKinds: [], plainCopies: 'on', fullReadEvery: 12 };
    await writeFile(join(directory, 'state', 'settings.json'), JSON.stringify({ scope }), { mode: 0o600 });
    await start({ DASHKEEP_AGE_RECIPIENTS: recipient });
    expect((await settings()).values.scope.plainCopies).toBe('auto');
    const refused = await put({ scope });
    expect(refused.json.error.fieldReasons['scope.plainCopies'].code).toBe('plain-copies-minimum');
    await backUp();
    expect(server.requests.filter(({ key }) => key.includes('grafana-backups/'))).toEqual([]);
    expect((await put({ scope: { ...scope, plainCopies: 'off' } })).status).toBe(200);

    await start({ DASHKEEP_AGE_RECIPIENTS: recipient, DASHKEEP_PLAIN_COPIES: 'true' });
    expect((await settings()).values.scope.plainCopies).toBe('on');
  });

  it('includes that everything stays: a page adds no rule that would remove snapshots', async () => {
    const rules = ['LAST', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
    await start(Object.fromEntries(rules.map((rule) => [`DASHKEEP_KEEP_${rule}`, '0'])));
    const { retention } = (await settings()).values;
    const refused = await put({ retention: { ...retention, keepWithin: '1h' } });
    expect(refused.json.error.fieldReasons['retention.keepWithin'].code).toBe('keep-all-minimum');

    await start(Object.fromEntries(rules.map((rule) => [`DASHKEEP_KEEP_${rule}`, '1'])));
    const given = (await settings()).values.retention;
    expect((await put({ retention: { ...given, keepWithin: '30d' } })).status).toBe(200);
  });
});
