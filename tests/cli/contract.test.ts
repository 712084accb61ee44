import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KIND_NAMES } from '../../pkg/contract/kinds.ts';
import type { Clock } from '../../pkg/contract/ports.ts';
import { fastClock } from '../support/fast-clock.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { startS3Server, type S3Server } from '../support/s3/server.ts';
import { runMain } from '../support/cli.ts';
import { eventually } from '../support/ports.ts';
import { program } from '../support/program.ts';
import { inDepth } from '../support/budget.ts';

let grafana: Simulator;
let s3: S3Server;
let directory: string;
let environment: Record<string, string>;

function dashkeep(args: string[], extra: Record<string, string> = {}, clock?: Clock): ReturnType<typeof runMain> {
  return runMain(args, { HOME: directory, ...environment, ...extra }, clock && { clock });
}

/** The started program, interrupted from its terminal as soon as Grafana has been asked for something. */
async function interrupted(...args: string[]): Promise<number | null> {
  const env = { PATH: process.env['PATH'], HOME: directory, ...environment };
  const child = spawn(process.execPath, [await program(), ...args], { env, stdio: 'ignore' });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  await eventually('the first request', () => grafana.requests.length > 0 || undefined);
  child.kill('SIGINT');
  return (await ended)[0];
}

beforeAll(async () => {
  s3 = await startS3Server({ buckets: ['bucket'] });
});

afterAll(() => s3.close());

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 12, folders: 2 });
  directory = await mkdtemp(join(tmpdir(), 'dashkeep-cli-'));
  environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory}/repository`,
    DASHKEEP_STATE_DIR: join(directory, 'state'),
  };
});

afterEach(async () => {
  await grafana.close();
  await rm(directory, { recursive: true, force: true });
});

describe('the command line', () => {
  it('backs up, lists, shows, prints, compares, restores and verifies, one JSON document each', async () => {
    grafana.demoSeed();
    const backup = await dashkeep(['backup', '--json']);
    expect(backup).toMatchObject({ exit: 0, json: { status: 'complete', errors: [] } });
    expect(Object.keys(backup.json.kinds)).toEqual([...KIND_NAMES]);
    expect(backup.json.kinds.dashboard).toMatchObject({ reused: 0, skipped: 0, failed: 0 });
    expect(backup.json.kinds.org.reason).toContain('GRAFANA_ADMIN_USER');

    const list = await dashkeep(['snapshots', '--json']);
    expect(list.json.snapshots).toEqual([
      expect.objectContaining({ id: backup.json.snapshot, status: 'complete', trigger: 'manual' }),
    ]);

    const show = await dashkeep(['show', 'latest', '--json']);
    const nested = show.json.resources.find(
      (entry: { kind: string; folder: string }) => entry.kind === 'dashboard' && entry.folder.includes(' / '),
    );
    expect(nested).toMatchObject({ org: 1, object: expect.any(String), bytes: expect.any(Number) });

    const cat = await dashkeep(['cat', 'latest', `dashboard/${nested.uid}`]);
    expect(JSON.stringify(JSON.parse(cat.out))).toContain(nested.title);

    const uid = show.json.resources.find((entry: { kind: string }) => entry.kind === 'folder').uid;
    await fetch(`${grafana.url}/api/folders/${uid}?forceDeleteRules=true`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${environment['GRAFANA_API_TOKEN']}` },
    });
    const diff = await dashkeep(['diff', 'latest', 'live', '--json']);
    expect(diff.json.removed).toContainEqual(expect.objectContaining({ kind: 'folder', uid }));

    const plan = await dashkeep(['restore', 'latest', '--json']);
    expect(plan).toMatchObject({ exit: 0, json: { applied: false, results: [] } });
    expect(plan.json.plan).toContainEqual(expect.objectContaining({ kind: 'folder', uid, action: 'create' }));

    const applied = await dashkeep(['restore', 'latest', '--apply', '--json']);
    expect(applied.json.applied).toBe(true);
    expect(applied.json.results).toContainEqual(expect.objectContaining({ kind: 'folder', uid, outcome: 'verified' }));
    expect((await dashkeep(['diff', 'latest', 'live', '--json'])).json).toMatchObject({ removed: [], changed: [] });

    const verify = await dashkeep(['verify', '--read-data', '--json']);
    expect(verify).toMatchObject({ exit: 0, json: { snapshots: 2, problems: [] } });
    const one = await dashkeep(['verify', backup.json.snapshot, '--read-data', '--json']);
    expect(one).toMatchObject({ exit: 0, json: { snapshots: 1, problems: [] } });
    expect((await dashkeep(['verify', '2020', '--json'])).exit).not.toBe(0);
    expect((await dashkeep(['forget', '--keep-last', '1', '--json'])).json).toMatchObject({ forgotten: [] });
  });

  it.each([
    ['an unknown command', ['backupp'], {}, 2],
    ['an unknown flag', ['backup', '--wrong'], {}, 2],
    ['no target', ['snapshots'], { DASHKEEP_TARGET: '' }, 2],
    ['a target that is no URL', ['snapshots'], { DASHKEEP_TARGET: 'somewhere' }, 2],
    ['no repository', ['snapshots'], {}, 2],
    ['no credentials', ['backup'], { GRAFANA_API_TOKEN: '' }, 2],
    ['an unknown kind', ['backup', '--kinds', 'dashboards'], {}, 2],
    ['a wrong token', ['backup'], { GRAFANA_API_TOKEN: 'glsa_wrong' }, 1],
    ['a Grafana that is not there', ['backup'], { GRAFANA_URL: 'http://127.0.0.1:9' }, 1],
  ])('says what to do about %s', async (_, args, extra, exit) => {
    const ended = await dashkeep(args, extra as Record<string, string>, fastClock());

    expect(ended.exit).toBe(exit);
    expect(ended.out).toBe('');
    expect(ended.error.trim().split('\n').length).toBeGreaterThan(1);
    expect(ended.error).not.toMatch(/\n\s+at /);
    expect(ended.error).not.toContain(environment['GRAFANA_API_TOKEN']);
  });

  it('ends with 3 when something could not be read, naming it', async () => {
    grafana.setFaults(
      { match: 'GET /api/playlists*', action: { kind: 'status', status: 500, body: { message: 'boom' } } },
      { match: /playlist\.grafana\.app/, action: { kind: 'status', status: 500, body: { message: 'boom' } } },
    );

    const { exit, json } = await dashkeep(['backup', '--json']);

    expect(exit).toBe(3);
    expect(json.status).toBe('partial');
    expect(json.errors).toEqual([
      expect.objectContaining({ kind: 'playlist', reason: expect.stringContaining('boom') }),
    ]);
  });

  it('ends with 4 when an object is damaged', async () => {
    await dashkeep(['backup']);
    const objects = join(directory, 'repository/objects');
    const [first = ''] = await readdir(objects);
    const [name = ''] = await readdir(join(objects, first));
    await writeFile(join(objects, first, name), 'damaged');

    const { exit, json } = await dashkeep(['verify', '--read-data', '--json']);

    expect(exit).toBe(4);
    expect(json.problems[0]).toMatchObject({ object: name.split('.')[0], resources: [expect.anything()] });
    expect((await dashkeep(['repair', '--read-data', '--json'])).exit).toBe(0);
    expect((await dashkeep(['verify', '--read-data', '--json'])).exit).toBe(0);
  });

  it('ends with 130 when interrupted, publishes nothing, and the next run succeeds', async () => {
    grafana.setFaults({ match: '*', action: { kind: 'hang' } });

    expect(await interrupted('backup')).toBe(130);
    grafana.setFaults();
    expect((await dashkeep(['snapshots', '--json'])).json).toEqual({ snapshots: [] });
    expect((await dashkeep(['backup'])).exit).toBe(0);
  });

  inDepth('encrypts what was plain by copying it, then lets another recipient in and the first out', async () => {
    const keys = await Promise.all(
      ['first', 'second'].map(async (name) => {
        const identity = await generateX25519Identity();
        await writeFile(join(directory, name), `${identity}\n`);
        return { recipient: await identityToRecipient(identity), file: join(directory, name) };
      }),
    );
    const [first, second] = keys as [(typeof keys)[0], (typeof keys)[0]];
    const copy = `file://${directory}/copy`;
    const inCopy = (file: string): Record<string, string> => ({
      DASHKEEP_TARGET: copy,
      DASHKEEP_AGE_IDENTITY_FILE: file,
      DASHKEEP_STATE_DIR: `${file}-state`,
    });
    const { json } = await dashkeep(['backup', '--json']);
    const { resources } = (await dashkeep(['show', 'latest', '--json'])).json;
    const { uid } = resources.find(({ kind }: { kind: string }) => kind === 'dashboard');
    const plain = (await dashkeep(['cat', 'latest', `dashboard/${uid}`])).out;

    const recipients = { DASHKEEP_AGE_RECIPIENTS: first.recipient };
    const copied = await dashkeep(['copy', copy, '--json'], recipients);
    expect(copied).toMatchObject({ exit: 0, json: { copied: [json.snapshot], present: [] } });
    const again = await dashkeep(['copy', copy, '--json'], recipients);
    expect(again).toMatchObject({ exit: 0, json: { copied: [], present: [json.snapshot], objects: 0 } });
    const files = (await readdir(join(directory, 'copy'), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    // Signatures hold hashes and a public key.
    expect(files.filter((name) => !/\.(?:age|sig|pub)$/.test(name))).toEqual(['dashkeep.json']);
    expect((await dashkeep(['cat', 'latest', `dashboard/${uid}`], inCopy(first.file))).out).toBe(plain);
    expect((await dashkeep(['verify', '--read-data'], inCopy(first.file))).exit).toBe(0);
    expect((await dashkeep(['cat', 'latest', `dashboard/${uid}`], inCopy(second.file))).exit).not.toBe(0);

    const forSecond = { ...inCopy(first.file), DASHKEEP_AGE_RECIPIENTS: second.recipient };
    // Who only read so far has to trust the key of who wrote before writing what takes its place.
    const refused = await dashkeep(['repair', '--rewrap', '--json'], forSecond);
    expect(refused).toMatchObject({ exit: 2, out: '' });
    expect(refused.error).toContain('dashkeep trust');
    const signers = (await dashkeep(['keys', '--json'], inCopy(first.file))).json.keys;
    const writer = signers.find(({ snapshots }: { snapshots: number }) => snapshots === 1);
    expect((await dashkeep(['trust', writer.fingerprint], inCopy(first.file))).exit).toBe(0);
    const rewrap = await dashkeep(['repair', '--rewrap', '--json'], forSecond);
    expect(rewrap).toMatchObject({ exit: 0, json: { failed: [] } });
    expect(rewrap.json.rewrapped).toBeGreaterThan(10);
    expect((await dashkeep(['cat', 'latest', `dashboard/${uid}`], inCopy(second.file))).out).toBe(plain);
    expect((await dashkeep(['verify', '--read-data'], inCopy(second.file))).exit).toBe(0);
    const out = await dashkeep(['cat', 'latest', `dashboard/${uid}`], inCopy(first.file));
    expect(out.exit).not.toBe(0);
    expect(out.out).toBe('');
  });

  it('shows no secret and no body in any log, at any level', async () => {
    grafana.demoSeed();
    const { error, out } = await dashkeep(['backup'], { DASHKEEP_LOG_LEVEL: 'debug' });

    for (const secret of [environment['GRAFANA_API_TOKEN'] ?? '', 'warehouse-secret', 'schemaVersion']) {
      expect(error + out).not.toContain(secret);
    }
  });

  it('takes a token from a file, and the files of the classic script for S3', async () => {
    await writeFile(join(directory, 'token'), `${environment['GRAFANA_API_TOKEN']}\n`);
    await writeFile(
      join(directory, 'config'),
      `[default]\nregion = us-east-1\noutput = json\nservices = scw-fr-par\ns3 =\n  max_concurrent_requests = 100\n\n[services scw-fr-par]\ns3 =\n  endpoint_url = ${s3.url}\n`,
    );
    await writeFile(
      join(directory, 'credentials'),
      '[default]\naws_access_key_id = test\naws_secret_access_key = testsecret\n',
    );

    const { exit, error } = await dashkeep(['backup'], {
      GRAFANA_API_TOKEN: '',
      GRAFANA_API_TOKEN_FILE: join(directory, 'token'),
      DASHKEEP_TARGET: 's3://bucket',
      AWS_CONFIG_FILE: join(directory, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(directory, 'credentials'),
    });

    expect(error).not.toMatch(/error|DK_/);
    expect(exit).toBe(0);
    const verify = await dashkeep(['verify', '--read-data'], {
      DASHKEEP_TARGET: 's3://bucket',
      ...s3.environment,
    });
    expect(verify.out).toContain('nothing is missing');
    expect(verify.error).toBe('');
    expect(s3.requests.some(({ key }) => key.startsWith('grafana-backups/dashboard-'))).toBe(true);
  });
});
