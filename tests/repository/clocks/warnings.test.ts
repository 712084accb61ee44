import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { realClock } from '../../support/ports.ts';

const HOUR = 3_600_000;

let grafana: Simulator;
let directory: string;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  directory = (await memoryDirectory()).path;
});

afterEach(async () => {
  await grafana.close();
  await rm(directory, { recursive: true, force: true });
});

function dashkeep(target: string, args: string[], off = 0): ReturnType<typeof runMain> {
  const environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: target,
    DASHKEEP_STATE_DIR: join(directory, 'state'),
    ...fewKinds(),
  };
  return runMain(args, environment, { clock: { ...realClock, now: () => new Date(Date.now() + off) } });
}

it('an hour behind Grafana, names the clock, and no snapshot to remove from a directory', async () => {
  const target = `file://${directory}/repository`;
  expect((await dashkeep(target, ['backup'])).exit).toBe(0);
  const refused = await dashkeep(target, ['backup'], -HOUR);
  expect([refused.exit, refused.error]).toEqual([5, expect.stringMatching(/ahead of Dashkeep’s clock.*Correct the/s)]);
  const ignored = await dashkeep(target, ['backup', '--ignore-clock'], -HOUR);
  expect([ignored.exit, ignored.error]).toEqual([0, expect.stringContaining('ahead of Dashkeep’s clock')]);
  expect(refused.error + ignored.error).not.toContain('dashkeep forget');
});
