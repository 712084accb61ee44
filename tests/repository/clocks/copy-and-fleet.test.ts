import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { variants } from '../../support/budget.ts';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { realClock } from '../../support/ports.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';

const [MINUTE, HOUR, YEAR] = [60_000, 3_600_000, 31_536_000_000];

let grafana: Simulator;
let s3: S3Server;
let directory: string;
let snapshot: string;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  s3 = await startS3Server({ buckets: ['bucket'] });
  directory = (await memoryDirectory()).path;
  snapshot = (await dashkeep(['backup'])).json.snapshot;
});

afterEach(async () => {
  await Promise.all([grafana.close(), s3.close()]);
  await rm(directory, { recursive: true, force: true });
});

function dashkeep(args: string[], off = 0): ReturnType<typeof runMain> {
  const environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: 's3://bucket/dashkeep',
    DASHKEEP_STATE_DIR: join(directory, 'state'),
    ...s3.environment,
    ...fewKinds(),
  };
  const clock = { ...realClock, now: () => new Date(Date.now() + off) };
  return runMain([...args, '--json'], environment, { clock });
}

it.each(variants([HOUR, -YEAR, -HOUR, YEAR]))('off by %i ms, copies nothing unless clocks are ignored', async (off) => {
  for (const target of ['s3://bucket/copy', `file://${directory}/copy`]) {
    const refused = await dashkeep(['copy', target], off);
    expect([refused.exit, refused.error]).toEqual([
      5,
      expect.stringMatching(/clocks of Dashkeep and the target differ/),
    ]);
    const { json, exit } = await dashkeep(['copy', target, '--ignore-clock'], off);
    // A directory has no other clock than the one that is behind.
    const isFuture = off < 0 && target.startsWith('file:');
    const warned = ['clock-apart-target', ...(isFuture ? ['snapshot-future'] : [])].map((code) => ({ code }));
    expect([exit, json]).toMatchObject([0, { copied: [snapshot], warned }]);
  }
});

it.each(variants([HOUR, -YEAR, -HOUR, YEAR]))(
  'off by %i ms, a fleet is unknown unless clocks are ignored',
  async (off) => {
    const { exit, json } = await dashkeep(['fleet'], off);
    const alarms = [{ code: 'clock-apart-target' }];
    expect([exit, json.installations]).toMatchObject([1, [{ state: 'unknown', alarms }]]);
    const ignored = await dashkeep(['fleet', '--ignore-clock'], off);
    expect(ignored.json.installations[0].state).not.toBe('unknown');
  },
);

it('off by two minutes, is one warning of a copy and of a fleet', async () => {
  for (const args of [
    ['copy', 's3://bucket/copy'],
    ['fleet', 's3://bucket/*'],
  ]) {
    const { exit, error } = await dashkeep(args, 2 * MINUTE);
    expect(error.match(/clocks of Dashkeep and the target differ/g)).toEqual([expect.anything()]);
    expect([args, exit]).toEqual([args, args[0] === 'copy' ? 0 : 3]);
  }
});
