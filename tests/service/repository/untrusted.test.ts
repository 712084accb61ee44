import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../../support/cli.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  service = await startService({ grafanaUrl: grafana.url, environment: fewKinds() });
});

afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

/** On another machine, which signs with its own key, unless it is that of the service. */
function elsewhere(args: string[], state = 'elsewhere'): ReturnType<typeof runCli> {
  return runCli(args, {
    GRAFANA_URL: grafana.url,
    GRAFANA_ADMIN_USER: 'admin',
    GRAFANA_ADMIN_PASSWORD: 'admin',
    DASHKEEP_TARGET: `file://${join(service.directory, 'target')}`,
    DASHKEEP_STATE_DIR: join(service.directory, state),
  });
}

it('a service reports snapshots of untrusted keys in its repository, and who signed them', async () => {
  const { id } = (await service.call('POST', '/runs', { kind: 'backup' })).json;
  await service.ended(id);
  expect((await service.call('GET', '/status')).json.warnings).not.toContainEqual(
    expect.objectContaining({ code: 'DK_SNAPSHOT_FOREIGN' }),
  );
  await elsewhere(['backup', '--json']);
  const { snapshots } = (await elsewhere(['snapshots', '--json'])).json;
  const signer = snapshots.find(({ signed }: { signed: boolean }) => signed)?.signer;
  service.service.freshness.snapshotsChanged();

  const why = { code: 'snapshots-untrusted', params: { count: '1', signers: signer, time: expect.any(String) } };
  await expect
    .poll(async () => (await service.call('GET', '/status')).json.warnings, { timeout: 20_000, interval: 200 })
    .toContainEqual(expect.objectContaining({ code: 'DK_SNAPSHOT_FOREIGN', why }));
  const { checks } = (await service.call('GET', '/doctor')).json;
  expect(checks).toContainEqual(
    expect.objectContaining({ status: 'warning', detail: expect.stringContaining(signer) }),
  );
  expect((await service.call('GET', '/status')).json.protection).toBe('yes');

  // A page that is open shows soon that someone trusts it in another process.
  await elsewhere(['trust', signer], 'state');
  await expect
    .poll(async () => (await service.call('GET', '/status')).json.warnings, { timeout: 9_000, interval: 200 })
    .not.toContainEqual(expect.objectContaining({ code: 'DK_SNAPSHOT_FOREIGN' }));
});

it('trusts a key as soon as a person does beside it, though it has just found it untrusted', async () => {
  await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  const { snapshot } = (await elsewhere(['backup', '--json'])).json;
  const found = async (): Promise<unknown[]> => {
    // Otherwise the list is some seconds old.
    service.service.freshness.snapshotsChanged();
    const { items } = (await service.call('GET', '/snapshots')).json;
    const plan = await service.call('POST', '/restores', { snapshot, selection: { type: 'everything' } });
    return [
      (await service.call('GET', `/snapshots/${snapshot}`)).json.signed,
      items.find(({ id }: { id: string }) => id === snapshot)?.signed,
      plan.status,
    ];
  };
  expect(await found()).toEqual([false, false, 409]);
  await elsewhere(['trust', (await elsewhere(['keys', '--json'])).json.own], 'state');
  await expect.poll(found, { timeout: 20_000, interval: 100 }).toEqual([true, true, 201]);
});

it('a plan of everything says that there are snapshots that it cannot restore', async () => {
  const { id } = (await service.call('POST', '/runs', { kind: 'backup' })).json;
  const { snapshot } = await service.ended(id);
  await elsewhere(['backup', '--json']);
  service.service.freshness.snapshotsChanged();
  const planned = async (selection: object): Promise<unknown[]> =>
    (await service.call('POST', '/restores', { snapshot, selection })).json.warned;
  const signer = (await elsewhere(['keys', '--json'])).json.own;
  const why = { code: 'snapshots-untrusted', params: { count: '1', signers: signer, time: expect.any(String) } };
  const advice = {
    code: 'trust-or-remove',
    params: { trust: `dashkeep trust ${signer}`, command: 'dashkeep keys' },
  };
  expect(await planned({ type: 'everything' })).toEqual(expect.arrayContaining([why, advice]));
  expect(await planned({ type: 'kinds', kinds: ['dashboard'] })).not.toContainEqual(why);
});

it('no longer reports what someone else wrote as soon as a person deletes it', async () => {
  await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  const { snapshot } = (await elsewhere(['backup', '--json'])).json;
  service.service.freshness.snapshotsChanged();
  const codes = async (): Promise<string[]> =>
    (await service.call('GET', '/status')).json.warnings.map(({ code }: { code: string }) => code);
  await expect.poll(codes, { timeout: 20_000, interval: 200 }).toContain('DK_SNAPSHOT_FOREIGN');
  const deleted = await service.call('DELETE', `/snapshots/${snapshot}?confirm=${snapshot}`);
  expect(deleted.status).toBeLessThan(300);
  await expect.poll(codes, { timeout: 9_000, interval: 200 }).not.toContain('DK_SNAPSHOT_FOREIGN');
});
