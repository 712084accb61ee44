import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';

let grafana: Simulator;
let s3: S3Server;
let directory: string;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  s3 = await startS3Server({ buckets: ['bucket'] });
  directory = (await memoryDirectory()).path;
});

afterEach(async () => {
  await Promise.all([grafana.close(), s3.close()]);
  await rm(directory, { recursive: true, force: true });
});

it('an endpoint without TLS is a warning of the doctor and of backups only', async () => {
  const environment = {
    ...{ GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token(), DASHKEEP_KUBERNETES: 'off' },
    ...{ DASHKEEP_TARGET: 's3://bucket/dashkeep', DASHKEEP_STATE_DIR: join(directory, 'state') },
    ...s3.environment,
    // Reaches the same server, but does not look like an address of this machine.
    DASHKEEP_S3_ENDPOINT: s3.url.replace('127.0.0.1', '0.0.0.0'),
    ...fewKinds(),
  };
  const warning = 'is not encrypted (http://)';
  const backup = await runMain(['backup', '--json'], environment);
  expect(backup.error).toContain(warning);
  expect((await runMain(['doctor'], environment)).out).toContain(warning);
  const { snapshot } = backup.json;
  for (const command of [['snapshots'], ['show', snapshot], ['runs'], ['verify']]) {
    const { exit, error: said } = await runMain(command, environment);
    expect([command, exit, said]).toEqual([command, 0, expect.not.stringContaining(warning)]);
  }
});
