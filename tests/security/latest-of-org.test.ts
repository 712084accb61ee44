import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SnapshotDetail } from '../../pkg/contract/api/snapshots.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { Forger, madeUp, readStored } from '../support/repository/forger.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';
import { call } from '../simulator/http.ts';

/**
 * Someone with write access to the bucket puts a snapshot there that its organization is shown as the latest, when the
 * newest backup does not cover that organization.
 */
const TOKEN = 'api-token-of-the-other-0123456789';
let grafana: Simulator;
let service: TestService;
let other: number;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  other = Number((await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Other' })).body.orgId);
  service = await start({});
});
afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

function start(given: Record<string, string>, directory?: string): Promise<TestService> {
  const environment = { DASHKEEP_ORGS: 'all', [`DASHKEEP_API_TOKEN_ORG_${other}`]: TOKEN, ...given };
  return startService({ grafanaUrl: grafana.url, environment, directory });
}

async function backUp(): Promise<string> {
  const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
  return String((await service.ended(run.id))['snapshot']);
}

const inOther = (path: string) => service.call('GET', path, undefined, { authorization: `Bearer ${TOKEN}` });

it('the latest snapshot of an organization is the newest that a trusted key signed', async () => {
  const good = await backUp();
  const forger = new Forger(join(service.directory, 'target'));
  const { orgs } = await readStored(forger, `snapshots/${good}.json.gz`);
  const forged = `${good.slice(0, -8)}ffffffff`;
  await forger.putManifest({ ...madeUp(forged, []), orgs });
  await service.stop();
  service = await start({ DASHKEEP_ORGS: '1' }, service.directory);
  const newest = await backUp();
  await service.stop();
  service = await start({}, service.directory);
  const { json: all } = await service.call('GET', '/snapshots');
  expect(all.items.map(({ id }: SnapshotDetail) => id).sort()).toEqual([newest, forged, good].sort());
  const { status, json: latest } = await inOther('/snapshots/latest');
  expect([status, latest.id, latest.foreign]).toEqual([200, good, undefined]);
});
