import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compactTime } from '../../../pkg/repository/layout.ts';
import { call } from '../../simulator/http.ts';
import { runCli } from '../../support/cli.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { eventually, realClock } from '../../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

const MINUTE = 60_000;

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
  return cliWith('state', 0, ...args);
}

/** A command with another state or clock, as on another machine. */
function cliWith(state: string, ahead: number, ...args: string[]) {
  const environment = {
    ...{ HOME: service.directory, DASHKEEP_KUBERNETES: 'off', DASHKEEP_TARGET: `file://${service.directory}/target` },
    ...{ GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' },
    DASHKEEP_STATE_DIR: join(service.directory, state),
    ...fewKinds(),
  };
  const clock = { ...realClock, now: () => new Date(Date.now() + ahead) };
  return runCli([...args, '--json'], environment, { clock });
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
  await cliWith('laptop', 0, 'backup');
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  await service.ended(json.id);
  await call(grafana, 'admin:admin', 'DELETE /api/dashboards/uid/lost');
  await cliWith('laptop', 0, 'restore', 'latest', '--only', 'dashboard/lost', '--apply');
  const lastRestore = async () => {
    later += 31_000;
    const { items } = (await service.call('GET', '/runs?limit=5')).json;
    const restore = items.find(({ kind }: { kind: string }) => kind === 'restore');
    return { listed: restore?.id, last: (await service.call('GET', '/status')).json.lastRestore?.id };
  };
  const { listed, last } = await lastRestore();
  expect([typeof listed, last]).toEqual(['string', undefined]);

  await cli('trust', (await cliWith('laptop', 0, 'keys')).json.own);

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

it('an undo follows the restore of a faster clock, but no record that someone planted', async () => {
  await call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard: { uid: 'lost', title: 'Lost' } });
  await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  const started = new Date(Date.now() + 4 * MINUTE);
  const planted = `${compactTime(started)}-00000000`;
  const record = { id: planted, kind: 'restore', status: 'complete', trigger: 'manual', counts: {}, errors: [] };
  const text = JSON.stringify({ ...record, started: started.toISOString() });
  await writeFile(join(service.directory, 'target', 'runs', `${planted}.json`), text);
  await call(grafana, 'admin:admin', 'DELETE /api/dashboards/uid/lost');
  const { run } = (await cliWith('state', 2 * MINUTE, 'restore', 'latest', '--only', 'dashboard/lost', '--apply')).json;

  const { id, confirm } = (await service.call('POST', `/runs/${run}/undo`)).json;
  const undo = (await service.call('POST', `/restores/${id}/apply`, { confirm })).json.id;
  expect(await service.ended(undo)).toMatchObject({ status: 'complete' });

  expect([planted, undo, run].toSorted()).toEqual([run, undo, planted]);
  expect((await service.call('GET', `/runs/${run}`)).json).toMatchObject({ undone: true, continuedBy: undo });
});

it('an undo of one organization does not count as one of all that the command line restored', async () => {
  const { body } = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  const orgs = [1, body.orgId].map((id) => ({ 'X-Grafana-Org-Id': String(id) }));
  const inBoth = (route: string, request?: unknown) =>
    Promise.all(orgs.map((headers) => call(grafana, 'admin:admin', route, request, headers)));
  await inBoth('POST /api/dashboards/db', { dashboard: { uid: 'lost', title: 'Lost' } });
  await cli('backup', '--orgs', 'all');
  await inBoth('DELETE /api/dashboards/uid/lost');
  const { run } = (await cli('restore', 'latest', '--everything', '--apply')).json;

  const { id } = (await service.call('POST', `/runs/${run}/undo`)).json;
  const { json: plan } = await service.call('GET', `/restores/${id}`);
  expect(plan.warned).toContainEqual({
    code: 'undo-of-this-org',
    params: { command: `dashkeep restore --undo ${run}` },
  });
  const { id: undo } = (await service.call('POST', `/restores/${id}/apply`, { confirm: plan.confirm })).json;
  expect(await service.ended(undo)).toMatchObject({ status: 'complete' });
  expect((await inBoth('GET /api/dashboards/uid/lost')).map(({ status }) => status)).toEqual([404, 200]);
  const left = (await service.call('GET', `/runs/${run}`)).json;
  expect(left).not.toHaveProperty('undone');
  expect(left).toMatchObject({ undoable: true });

  const { confirm } = (await cli('restore', '--undo', run)).json;
  const whole = await cli('restore', '--undo', run, '--apply', '--confirm', confirm);
  expect(whole.exit).toBe(0);
  later = 31_000;
  expect((await inBoth('GET /api/dashboards/uid/lost')).map(({ status }) => status)).toEqual([404, 404]);
  expect((await service.call('GET', `/runs/${run}`)).json).toMatchObject({ undone: true, continuedBy: whole.json.run });
});
