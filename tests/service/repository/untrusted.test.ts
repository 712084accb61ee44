import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../../support/cli.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2', searchDelayMs: 0 });
  service = await startService({ grafanaUrl: grafana.url });
});

afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

/** Another machine, which signs with its own key. */
function elsewhere(args: string[]): ReturnType<typeof runCli> {
  return runCli(args, {
    GRAFANA_URL: grafana.url,
    GRAFANA_ADMIN_USER: 'admin',
    GRAFANA_ADMIN_PASSWORD: 'admin',
    DASHKEEP_TARGET: `file://${join(service.directory, 'target')}`,
    DASHKEEP_STATE_DIR: join(service.directory, 'elsewhere'),
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

  const why = { code: 'snapshots-untrusted', params: { count: '1', signers: signer } };
  await expect
    .poll(async () => (await service.call('GET', '/status')).json.warnings, { timeout: 20_000, interval: 200 })
    .toContainEqual(expect.objectContaining({ code: 'DK_SNAPSHOT_FOREIGN', why }));
  const { checks } = (await service.call('GET', '/doctor')).json;
  expect(checks).toContainEqual(
    expect.objectContaining({ status: 'warning', detail: expect.stringContaining(signer) }),
  );
  expect((await service.call('GET', '/status')).json.protection).toBe('yes');
});
