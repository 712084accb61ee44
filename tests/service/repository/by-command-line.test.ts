import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli } from '../../support/cli.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { eventually, realClock } from '../../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let service: TestService;
/** How much later than now it is for the service's memory, in milliseconds. */
let later = 0;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  later = 0;
  const monotonic = (): number => realClock.monotonic() + later;
  service = await startService({
    grafanaUrl: grafana.url,
    clock: { ...realClock, monotonic },
    environment: fewKinds(),
  });
});
afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

/** A command beside the service, as in its container. */
function cli(...args: string[]) {
  return cliWith('state', ...args);
}

/** A command with another state, as on another machine. */
function cliWith(state: string, ...args: string[]) {
  return runCli([...args, '--json'], {
    ...{ HOME: service.directory, DASHKEEP_KUBERNETES: 'off', DASHKEEP_TARGET: `file://${service.directory}/target` },
    ...{ GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' },
    DASHKEEP_STATE_DIR: join(service.directory, state),
    ...fewKinds(),
  });
}

it('the overview knows what the command line did, as soon as its list of runs does', async () => {
  await call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard: { uid: 'lost', title: 'Lost' } });
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  const { snapshot } = await service.ended(json.id);
  await eventually('the status', async () => (await service.call('GET', '/status')).json.newest?.id === snapshot);

  await call(grafana, 'admin:admin', 'DELETE /api/dashboards/uid/lost');
  await cli('restore', 'latest', '--only', 'dashboard/lost', '--apply');
  await cli('backup');
  later = 31_000;
  const [backup, restore] = (await service.call('GET', '/runs?limit=5')).json.items;

  const seen = await eventually(
    'the same in the status',
    async () => {
      const { newest, lastRestore, snapshots } = (await service.call('GET', '/status')).json;
      return newest.id === backup.snapshot && lastRestore !== undefined && { lastRestore, snapshots };
    },
    20_000,
  );
  expect(restore).toMatchObject({ kind: 'restore', status: 'complete' });
  expect(seen).toEqual({ lastRestore: restore, snapshots: 3 });
});

it('the overview knows the restore of a machine whose key is trusted only later', async () => {
  await call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard: { uid: 'lost', title: 'Lost' } });
  await cliWith('laptop', 'backup');
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  await service.ended(json.id);
  await call(grafana, 'admin:admin', 'DELETE /api/dashboards/uid/lost');
  await cliWith('laptop', 'restore', 'latest', '--only', 'dashboard/lost', '--apply');
  const lastRestore = async () => {
    later += 31_000;
    const { items } = (await service.call('GET', '/runs?limit=5')).json;
    const restore = items.find(({ kind }: { kind: string }) => kind === 'restore');
    return { listed: restore?.id, last: (await service.call('GET', '/status')).json.lastRestore?.id };
  };
  const { listed, last } = await lastRestore();
  expect([typeof listed, last]).toEqual(['string', undefined]);

  await cli('trust', (await cliWith('laptop', 'keys')).json.own);

  expect(await lastRestore()).toEqual({ listed, last: listed });
});

it('the overview counts the snapshots that a list of them shows', async () => {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  await service.ended(json.id);
  await eventually('the status', async () => (await service.call('GET', '/status')).json.snapshots === 1);
  await cli('backup');
  await cli('backup');
  later = 31_000;
  expect((await service.call('GET', '/snapshots')).json.items).toHaveLength(3);
  await eventually('the same count', async () => (await service.call('GET', '/status')).json.snapshots === 3, 30_000);
});
