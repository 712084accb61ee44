import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
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
  s3 = await startS3Server({ buckets: ['bucket'] });
  directory = await memoryDirectory();
});
afterEach(async () => {
  await Promise.all([grafana.close(), s3.close()]);
  await directory.remove();
});

function run(...args: string[]) {
  return runMain(args, {
    ...{ GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' },
    ...{ DASHKEEP_STATE_DIR: `${directory.path}/state`, DASHKEEP_TARGET: 's3://bucket/dashkeep' },
    ...{ DASHKEEP_KUBERNETES: 'off', ...s3.environment },
  });
}

it('the doctor finds nothing wrong before the first backup and after a full one', async () => {
  grafana.seedDashboards({ count: 20, folders: 1 });
  expect((await run('doctor')).exit).toBe(0);
  await run('backup');
  const { exit, out } = await run('doctor');
  expect([exit, out]).toEqual([0, expect.not.stringMatching(/FAILED|warning/)]);
});

it('the doctor fails while the newest backup has lost most of Grafana, and names the last full one', async () => {
  grafana.seedDashboards({ count: 60, folders: 2 });
  const full = /snapshot (\S+) is/.exec((await run('backup')).out)?.[1];
  for (const uid of grafana.state.org(1).dashboards.keys()) {
    await call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${uid}`);
  }
  expect((await run('backup')).exit).toBe(3);
  const { exit, out } = await run('doctor');
  expect([exit, out]).toEqual([3, expect.stringMatching(new RegExp(`FAILED .*backup: .*${full}`))]);
});

it('the doctor fails after a partial backup', async () => {
  grafana.seedDashboards({ count: 3, folders: 1 });
  await run('backup');
  grafana.setFaults({ match: /^GET .*playlists/, action: { kind: 'status', status: 403 } });
  expect((await run('backup')).exit).toBe(3);
  grafana.setFaults();
  const { exit, out } = await run('doctor');
  expect([exit, out]).toEqual([3, expect.stringMatching(/FAILED .*backup: .*partial/)]);
});
