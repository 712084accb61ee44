import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startS3Server, type S3Server } from '../support/s3/server.ts';
import { depth } from '../support/budget.ts';

/** Follows docs/rescue.md word by word, on the golden repositories. */
const run = promisify(execFile);
const golden = join(import.meta.dirname, '../golden');
const page = readFileSync(join(import.meta.dirname, '../../docs/rescue.md'), 'utf8');
const blocks = new Map([...page.matchAll(/```sh (\S+)\n(.*?)```/gs)].map(([, name, text]) => [name!, text!]));

const has = (tool: string): boolean => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
const hasAge = has('age');

function block(name: string): string {
  const text = blocks.get(name);
  if (text === undefined) {
    throw new Error(`docs/rescue.md has no block '${name}'`);
  }
  return text;
}

let work: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'dashkeep-rescue-'));
});

afterEach(() => {
  rmSync(work, { recursive: true });
});

async function follow(access: string, environment: Record<string, string>, signed = false): Promise<string> {
  const check = signed ? ['signature'] : [];
  const steps = [
    'unpack',
    'snapshots',
    'manifest',
    ...check,
    'find',
    'body',
    'dashboard',
    'proof',
    'import',
    'everything',
  ];
  const script = [access, ...steps].map(block).join('\n');
  const { stdout } = await run('sh', ['-euc', script], {
    cwd: work,
    env: { ...process.env, ...environment, DASHBOARD: 'changes', IDENTITY: join(golden, 'identity.txt') },
  });
  return stdout;
}

function expectEverything(stdout: string, plain: boolean): void {
  expect(stdout).toContain('partial, scheduled: 4 resources, 1 errors');
  expect(stdout).toContain('dashboard\tnumbers\tOperations / Öl 🛢\tNumbers');
  expect(stdout.includes('unchanged')).toBe(plain);
  expect(JSON.parse(readFileSync(join(work, 'dashboard.json'), 'utf8'))).toMatchObject({ uid: 'changes', v: 2 });
  expect(JSON.parse(readFileSync(join(work, 'import.json'), 'utf8'))).toMatchObject({
    dashboard: { id: null, uid: 'changes' },
    folderUid: '',
    overwrite: true,
  });
  expect(readdirSync(join(work, 'restored')).sort()).toEqual(['dashboard', 'data-source', 'folder']);
  expect(readFileSync(join(work, 'restored/dashboard/1-1-numbers.json'), 'utf8')).toContain('12345678901234567890');
  expect(stdout).not.toContain('missing');
}

describe('the rescue page works', () => {
  it('on a directory', async () => {
    expectEverything(await follow('directory', { DIRECTORY: join(golden, 'format-1-plain') }), true);
  });

  it('where a snapshot is on hold', async () => {
    const repository = join(work, 'repository');
    cpSync(join(golden, 'format-1-plain'), repository, { recursive: true });
    writeFileSync(join(repository, 'snapshots/hold-20250101T000000Z-00012345.0123abcd.json.gz'), 'an older manifest');
    expectEverything(await follow('directory', { DIRECTORY: repository }), true);
  });

  it('gives a dashboard of schema v2 its folder', async () => {
    const resources = ['in', 'top'].map((uid) => ({
      kind: 'dashboard',
      uid,
      ...(uid === 'in' && { folderUid: 'ops' }),
    }));
    writeFileSync(join(work, 'manifest.json'), JSON.stringify({ resources }));
    const imported = async (uid: string): Promise<unknown> => {
      writeFileSync(
        join(work, 'dashboard.json'),
        JSON.stringify({ kind: 'Dashboard', metadata: { name: uid }, spec: {} }),
      );
      const env = { ...process.env, DASHBOARD: uid };
      await run('sh', ['-euc', block('import-v2')], { cwd: work, env });
      return JSON.parse(readFileSync(join(work, 'import.json'), 'utf8'));
    };
    const annotations = { 'grafana.app/folder': 'ops' };
    expect(await imported('in')).toMatchObject({ kind: 'Dashboard', metadata: { name: 'in', annotations } });
    expect(await imported('top')).toMatchObject({ metadata: { name: 'top' } });
  });

  it.skipIf(!hasAge)('on an encrypted directory, with age', async () => {
    const script = follow('directory', { DIRECTORY: join(golden, 'format-1-encrypted') });
    expectEverything(await script, false);
  });

  it.skipIf(!has('openssl'))('and says who signed a snapshot', async () => {
    const stdout = await follow('directory', { DIRECTORY: join(golden, 'format-1-signed-plain') }, true);
    expectEverything(stdout, true);
    expect(stdout).toContain('Signature Verified Successfully');
    expect(stdout).toContain('signed by 4be2e4bd04e9e91974ba5afc9a9d01df\nas signed\n');
  });

  it.skipIf(!has('openssl'))('of an encrypted one without opening it', async () => {
    const script = ['directory', 'signature'].map(block).join('\n');
    const snapshot = 'snapshots/20261124T153000Z-0001b042.json.gz.age';
    const environment = { DIRECTORY: join(golden, 'format-1-signed-encrypted'), snapshot };
    const { stdout } = await run('sh', ['-euc', script], { cwd: work, env: { ...process.env, ...environment } });
    expect(stdout).toContain('Signature Verified Successfully');
    expect(stdout).toContain('signed by 221d1b14e5c92d85406a9b2943a1b2f2\nas signed\n');
  });

  describe.runIf(depth() === 'all')('on a bucket', () => {
    let server: S3Server;
    let environment: Record<string, string>;

    beforeAll(async () => {
      server = await startS3Server({ buckets: ['backups'] });
      environment = {
        ...server.environment,
        ENDPOINT: server.url,
        AWS_ENDPOINT_URL: server.url,
        REGION: server.environment['AWS_REGION'] ?? '',
        BUCKET: 'backups',
        PREFIX: 'grafana/prod',
      };
      await upload(join(golden, 'format-1-plain'), environment);
    });

    afterAll(() => server.close());

    it('with curl', async () => {
      expectEverything(await follow('curl', environment), true);
    });

    it.skipIf(!has('aws'))('with the AWS command line', async () => {
      expectEverything(await follow('aws', environment), true);
    });
  });
});

async function upload(directory: string, environment: Record<string, string>): Promise<void> {
  for (const file of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) {
      const path = join(file.parentPath, file.name);
      await run('curl', [
        ...[
          '-sS',
          '--fail',
          '-H',
          'x-amz-content-sha256: UNSIGNED-PAYLOAD',
          '--aws-sigv4',
          `aws:amz:${environment['REGION']}:s3`,
        ],
        ...['--user', `${environment['AWS_ACCESS_KEY_ID']}:${environment['AWS_SECRET_ACCESS_KEY']}`],
        ...['-T', path, `${environment['ENDPOINT']}/backups/grafana/prod/${relative(directory, path)}`],
      ]);
    }
  }
}
