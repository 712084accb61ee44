import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';

let grafana: Simulator;
let s3: S3Server;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  s3 = await startS3Server({ buckets: ['bucket'], ignores: ['encryption'] });
  directory = await memoryDirectory();
});
afterEach(async () => {
  await Promise.all([grafana.close(), s3.close()]);
  await directory.remove();
});

const run = (command: string[], more: Record<string, string> = {}) =>
  runMain(command, {
    ...{ GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' },
    ...{ DASHKEEP_STATE_DIR: `${directory.path}/state`, DASHKEEP_TARGET: 's3://bucket/dashkeep' },
    ...{ DASHKEEP_KUBERNETES: 'off', ...s3.environment, ...more },
  });

it.each([
  ['DASHKEEP_S3_ENCRYPTION', 'AES256', 'without the encryption AES256'],
  ['DASHKEEP_AGE_RECIPIENTS', 'age1mistyped', 'is not an age recipient'],
])('a first backup that is refused for its %s leaves no repository', async (name, value, said) => {
  expect(await run(['backup'], { [name]: value })).toMatchObject({ exit: 2, error: expect.stringContaining(said) });

  expect((await run(['snapshots'])).error).toContain('there is no repository');
  expect((await run(['backup'])).exit).toBe(0);
});

it('a mistyped age recipient is refused before anything is said of those that can read', async () => {
  grafana.seedDashboards({ count: 1, folders: 1 });
  const recipient = await identityToRecipient(await generateIdentity());
  expect((await run(['backup'], { DASHKEEP_AGE_RECIPIENTS: recipient })).exit).toBe(0);
  const mistyped = { DASHKEEP_AGE_RECIPIENTS: recipient.slice(0, -1) };
  grafana.state.org(1).dashboards.clear();
  for (const command of [['backup'], ['restore', 'latest', '--apply']]) {
    const { exit, error } = await run(command, mistyped);
    expect(exit).toBe(2);
    expect(error).toContain('is not an age recipient');
    expect(error).not.toContain('can read');
  }
});
