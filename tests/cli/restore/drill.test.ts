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

function dashkeep(...args: string[]): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const admin = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
  return runCli([...args, ...where, '--grafana-url', grafana.url], admin);
}

it('names the organization of what a restore test leaves out, if there are several', async () => {
  const robot = { name: 'robot', role: 'Viewer' };
  await call(grafana, 'admin:admin', 'POST /api/serviceaccounts', robot);
  await dashkeep('backup');
  expect((await dashkeep('drill')).out).toContain('left out: service-account (1): a restore test creates no accounts');
  const made = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  const second = String(made.body.orgId);
  await call(grafana, 'admin:admin', 'POST /api/serviceaccounts', robot, { 'x-grafana-org-id': second });
  await dashkeep('backup');
  const { out } = await dashkeep('drill');
  for (const org of ['1', second]) {
    expect(out).toContain(`left out: service-account (1), organization ${org}: a restore test creates no accounts`);
  }
  expect(out).toContain('left out: org (2): belongs to the whole server');
});
