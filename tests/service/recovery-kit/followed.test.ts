import { execFile, spawnSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks } from './text.ts';
import { runMain } from '../../support/cli.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';
import { depth } from '../../support/budget.ts';
import { startReader, type Reader } from '../../docs/reader.ts';

const run = promisify(execFile);
const has = (tool: string): boolean => spawnSync('sh', ['-c', `command -v ${tool} && ${tool} --version`]).status === 0;

/** The blocks of a part of the kit, in their order. */
function blocksOf(kit: string, from: string, to?: string): string[] {
  const start = kit.indexOf(`<h2>${from}`);
  const end = to === undefined ? kit.length : kit.indexOf(`<h2>${to}`);
  expect(start, from).toBeGreaterThan(0);
  return codeBlocks(kit.slice(start, end));
}

describe('the rescue part, followed on an empty machine', () => {
  let grafana: Simulator;
  let s3: S3Server;
  let home: Awaited<ReturnType<typeof temporaryDirectory>>;
  let environment: Record<string, string>;
  const dashboards = () => [...grafana.state.org(1).dashboards.values()];

  beforeAll(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    // A program is started for each object.
    grafana.seedDashboards({ count: 10, folders: 2 });
    s3 = await startS3Server({ buckets: ['bucket', 'other'] });
    home = await temporaryDirectory();
    environment = {
      ...s3.environment,
      HOME: home.path,
      GRAFANA_URL: grafana.url,
      GRAFANA_ADMIN_USER: 'admin',
      GRAFANA_ADMIN_PASSWORD: 'admin',
      DASHKEEP_KUBERNETES: 'off',
    };
  });
  afterAll(async () => {
    await Promise.all([s3?.close(), grafana?.close()]);
    await home?.remove();
  });

  /** Backs up, and follows the kit in an empty directory, with nothing but keys for the bucket. */
  async function followed(target: string, access: string, more: Record<string, string> = {}) {
    const given = { ...environment, ...more, DASHKEEP_TARGET: target };
    expect((await runMain(['backup'], given)).exit).toBe(0);
    const { out: kit } = await runMain(['recovery-kit'], given);
    const { json } = await runMain(['keys', '--json'], given);
    const empty = await temporaryDirectory();
    const ways = ['aws s3 cp', 'curl -sS', 'cat "$DIRECTORY'];
    const steps = blocksOf(kit, 'Rescue').filter(
      (text) => text.includes(access) || ways.every((way) => !text.includes(way)),
    );
    // The AWS command line takes a second to start, so for each of hundreds of objects.
    const isWhole = access !== 'aws s3 cp';
    const toSend = dashboards().find(({ folderUid }) => folderUid === '');
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = s3.environment;
    const fresh = await startGrafana({ profile: '13.2' });
    const { stdout } = await run(
      'bash',
      ['-euc', `set -o pipefail\n${steps.slice(0, isWhole ? undefined : -1).join('\n')}`],
      {
        cwd: empty.path,
        env: {
          ...{ PATH: process.env['PATH'], HOME: empty.path, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY },
          ...{ DASHBOARD: toSend?.uid, TOKEN: fresh.token({ role: 'Admin' }), GRAFANA_URL: fresh.url },
          ...{ IDENTITY: more['DASHKEEP_AGE_IDENTITY_FILE'] },
        },
      },
    );
    expect(stdout).toContain(`signed by ${json.own}\nas signed`);
    expect(stdout).not.toContain('missing:');
    if (isWhole) {
      expect(await readdir(join(empty.path, 'restored/dashboard'))).toHaveLength(dashboards().length);
    }
    expect([...fresh.state.org(1).dashboards.values()].map(({ title }) => title)).toEqual([toSend?.title]);
    await fresh.close();
    await empty.remove();
    return stdout;
  }

  it('with curl', async () => {
    expect(await followed('s3://bucket/with/prefix', 'curl -sS')).toContain('unchanged');
  });

  it.runIf(has('aws') && depth() === 'all')('with the AWS command line, in a bucket without a prefix', async () => {
    expect(await followed('s3://other', 'aws s3 cp')).toContain('unchanged');
  });

  it.runIf(has('age'))('encrypted, in a directory', async () => {
    const identity = join(home.path, 'identity.txt');
    await run('age-keygen', ['-o', identity]);
    const [, recipient = ''] = /public key: (\S+)/.exec(await readFile(identity, 'utf8')) ?? [];
    await followed(`file://${home.path}/it's here`, 'cat "$DIRECTORY', {
      DASHKEEP_AGE_RECIPIENTS: recipient,
      DASHKEEP_AGE_IDENTITY_FILE: identity,
    });
  });
});

// It starts the program many times.
describe.runIf(depth() === 'all')(
  'the kit, followed on a machine that knows nothing, for a Grafana that is empty',
  () => {
    let reader: Reader;

    beforeAll(async () => {
      reader = await startReader();
      reader.grafana.tuning.alertingWarmUpMs = 1_000;
    });
    afterAll(() => reader.leave());

    it('brings everything back', async () => {
      const { grafana, s3 } = reader;
      const given = {
        GRAFANA_URL: grafana.url,
        GRAFANA_ADMIN_USER: 'admin',
        GRAFANA_ADMIN_PASSWORD_FILE: 'admin-password',
        DASHKEEP_TARGET: 's3://my-bucket/grafana',
      };
      const made = await reader.shell('dashkeep backup && dashkeep recovery-kit > kit.html', {
        ...given,
        ...s3.environment,
      });
      expect(made.code, made.text).toBe(0);
      const kit = await readFile(join(reader.directory, 'kit.html'), 'utf8');
      const titles = () => [...grafana.state.org(1).dashboards.values()].map(({ title }) => title).sort();
      const before = titles();
      expect(before.length).toBeGreaterThan(5);
      grafana.burn();
      await pause(grafana.tuning.alertingWarmUpMs);

      // All that the reader has besides the kit are keys.
      const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = s3.environment;
      const keys = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
      const elsewhere = { ...keys, DASHKEEP_STATE_DIR: join(reader.directory, 'another-state') };
      const [restore = '', choose = '', ...after] = blocksOf(kit, 'Disaster recovery', 'Rescue');
      const asked = await reader.shell(`${choose}\n${restore}`, { ...elsewhere, ...given, ...s3.environment });
      const [, confirmation] = /--confirm '([^']+)'/.exec(asked.text) ?? [];
      expect(confirmation, asked.text).toBeDefined();
      const confirmed = restore.replace(/--apply/, `$& --confirm '${confirmation}'`);
      const followed = await reader.shell([confirmed, choose, ...after].join('\n'), elsewhere);
      expect(followed.code, followed.text).toBe(0);
      expect(titles()).toEqual(before);
      expect(followed.text).toContain('nothing is missing');
    });
  },
);
