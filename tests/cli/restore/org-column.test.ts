import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4', searchDelayMs: 0, alertingWarmUpMs: 0, alertingWriteMs: 0 });
  directory = await memoryDirectory();
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

function dashkeep(args: string[]): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const environment = { GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
  return runCli([...args, ...where], environment);
}

it('the table of a plan names the organization where there are several', async () => {
  await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  for (const org of ['1', '2']) {
    await call(grafana, 'admin:admin', 'POST /api/folders', { uid: 'twin', title: 'T' }, { 'x-grafana-org-id': org });
  }
  await dashkeep(['backup']);
  await call(grafana, 'admin:admin', 'DELETE /api/folders/twin', undefined, { 'x-grafana-org-id': '2' });
  expect((await dashkeep(['restore', 'latest'])).out).toMatch(/^create +2 +folder +twin/m);
  expect((await dashkeep(['restore', 'latest', '--folder', 'twin', '--orgs', '2'])).out).toMatch(/^create +folder/m);
});
