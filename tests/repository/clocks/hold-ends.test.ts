import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Clock } from '../../../pkg/contract/ports.ts';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { realClock } from '../../support/ports.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';
import { variants } from '../../support/budget.ts';

const [DAY, YEAR] = [86_400_000, 31_536_000_000];

let grafana: Simulator;
let s3: S3Server;
let directory: string;
let environment: Record<string, string>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 30, folders: 1 });
  s3 = await startS3Server({ buckets: ['bucket'] });
  directory = (await memoryDirectory()).path;
  environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: 's3://bucket/dashkeep',
    DASHKEEP_STATE_DIR: join(directory, 'state'),
    ...s3.environment,
    ...fewKinds(),
  };
});

afterEach(async () => {
  await Promise.all([grafana.close(), s3.close()]);
  await rm(directory, { recursive: true, force: true });
});

function clockOff(milliseconds: number): Clock {
  return { ...realClock, now: () => new Date(Date.now() + milliseconds) };
}

function dashkeep(args: readonly string[], off = 0, more: Record<string, string> = {}): Promise<Ended> {
  return runCli([...args, '--json'], { ...environment, ...more }, { clock: clockOff(off) });
}

it.each(variants([YEAR, -YEAR]))(
  'a hold before a mass change ends 90 days later by the clock of the bucket, if the clock here is off by %i ms',
  async (off) => {
    const { snapshot } = (await dashkeep(['backup'])).json;
    for (const uid of [...grafana.state.org(1).dashboards.keys()].slice(0, 25)) {
      await call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${uid}`, undefined, {});
    }
    expect((await dashkeep(['backup', '--ignore-clock'], off)).json.shrunk).toBeDefined();

    const { snapshots } = (await dashkeep(['snapshots'])).json;
    const { hold } = snapshots.find(({ id }: { id: string }) => id === snapshot);
    const days = (Date.parse(hold.until) - Date.now()) / DAY;
    expect(days).toBeGreaterThan(89);
    expect(days).toBeLessThan(91);
  },
);
