import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli } from '../../support/cli.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { inDepth } from '../../support/budget.ts';

let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4', seed: 3 });
  service = await startService({ grafanaUrl: grafana.url, environment: fewKinds() });
});

afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

/** As another service that shares the target, or beside this one with its state. */
function cli(args: string[], state = 'elsewhere'): ReturnType<typeof runCli> {
  return runCli(args, {
    GRAFANA_URL: grafana.url,
    GRAFANA_ADMIN_USER: 'admin',
    GRAFANA_ADMIN_PASSWORD: 'admin',
    DASHKEEP_TARGET: `file://${join(service.directory, 'target')}`,
    DASHKEEP_STATE_DIR: join(service.directory, state),
    ...fewKinds(),
  });
}

const statusOf = async () => (await service.call('GET', '/status')).json;

async function backUp(more: object = {}): Promise<string> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup', ...more });
  return (await service.ended(json.id)).snapshot as string;
}

it('a backup of an emptied Grafana is compared with those that a person trusts only later', async () => {
  grafana.seedDashboards({ count: 20, folders: 4 });
  const full = (await cli(['backup', '--json'])).json.snapshot;
  grafana.state.org(1).dashboards.clear();
  const small = await backUp();
  await expect.poll(async () => (await statusOf()).newest?.id, { timeout: 20_000 }).toBe(small);
  expect((await statusOf()).protection).toBe('yes');
  const lineOfBackup = async () => {
    const { evidence } = (await service.call('GET', '/readiness')).json;
    return evidence.find(({ subject }: { subject: { code: string } }) => subject.code === 'ready-of-backup');
  };
  expect(await lineOfBackup()).toMatchObject({ level: 'ok' });

  await cli(['trust', (await cli(['keys', '--json'])).json.own], 'state');
  const lacking = {
    protection: 'shrunk',
    shrunk: { since: full, losses: expect.arrayContaining([{ org: 1, kind: 'dashboard', before: 21, gone: 21 }]) },
    lastFull: full,
  };
  await expect.poll(statusOf, { timeout: 20_000 }).toMatchObject(lacking);
  expect(await lineOfBackup()).not.toMatchObject({ level: 'ok' });
  const { snapshots } = (await cli(['snapshots', '--json'], 'state')).json;
  expect(snapshots[0]).toMatchObject({ id: small, shrunk: { since: full } });
  const { json: plan } = await service.call('POST', '/restores', {
    snapshot: small,
    selection: { type: 'everything' },
  });
  expect(plan).toMatchObject({
    warned: expect.arrayContaining([expect.objectContaining({ code: 'snapshot-shrunk' })]),
    notFull: { lastFull: full },
  });
  const planned = await cli(['restore', 'latest', '--everything', '--json'], 'state');
  expect(planned.json).toMatchObject({ shrunk: { since: full }, lastFull: full });
  const forgotten = await cli(['forget', '--keep-last', '1', '--json'], 'state');
  expect(forgotten.json.forgotten).toEqual([]);
  expect(forgotten.json.kept.map(({ id }: { id: string }) => id)).toEqual([small, full]);

  // The next one says so itself.
  const next = await backUp();
  await expect.poll(statusOf, { timeout: 20_000 }).toMatchObject({ ...lacking, newest: { id: next } });
  expect((await service.call('GET', `/snapshots/${next}`)).json.shrunk).toMatchObject({ since: full });
  const accepted = await backUp({ acceptLoss: next });
  await expect.poll(statusOf, { timeout: 20_000 }).toMatchObject({ protection: 'yes', newest: { id: accepted } });
  const last = await backUp();
  await expect.poll(statusOf, { timeout: 20_000 }).toMatchObject({ protection: 'yes', newest: { id: last } });
});

it('a loss that a person accepted is not reported again where keys are trusted later', async () => {
  grafana.seedDashboards({ count: 20, folders: 4 });
  await cli(['backup', '--json'], 'early');
  await cli(['backup', '--json']);
  for (const uid of [...grafana.state.org(1).dashboards.keys()].slice(0, 15)) {
    await call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${uid}`);
  }
  const small = await cli(['backup', '--json']);
  expect(small.exit).toBe(3);
  expect((await cli(['backup', '--accept-loss', small.json.snapshot])).exit).toBe(0);
  // On another machine, and on the same one the key of a third.
  for (const [key, state] of [
    ['elsewhere', 'laptop'],
    ['early', 'elsewhere'],
  ] as const) {
    await cli(['trust', (await cli(['keys', '--json'], key)).json.own], state);
    expect((await cli(['restore', 'latest', '--everything', '--json'], state)).json.shrunk).toBeUndefined();
    expect((await cli(['backup'], state)).exit).toBe(0);
  }
});

inDepth('a person accepts such a backup immediately', async () => {
  grafana.seedDashboards({ count: 20, folders: 4 });
  await cli(['backup', '--json']);
  grafana.state.org(1).dashboards.clear();
  const small = await backUp();
  await cli(['trust', (await cli(['keys', '--json'])).json.own], 'state');
  await expect.poll(statusOf, { timeout: 20_000 }).toMatchObject({ protection: 'shrunk' });
  const accepted = await backUp({ acceptLoss: small });
  await expect.poll(statusOf, { timeout: 20_000 }).toMatchObject({ protection: 'yes', newest: { id: accepted } });
});
