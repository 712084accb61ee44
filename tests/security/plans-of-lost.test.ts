import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';
import { call } from '../simulator/http.ts';

/** Someone takes the newest snapshot out of the bucket, so that an organization restores an older one as the latest. */
const TOKEN = 'api-token-of-the-other-0123456789';
let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  const { body: org } = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Other' });
  const environment = { DASHKEEP_ORGS: 'all', [`DASHKEEP_API_TOKEN_ORG_${org.orgId}`]: TOKEN };
  service = await startService({ grafanaUrl: grafana.url, environment });
});
afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

async function backUp(): Promise<string> {
  const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
  return String((await service.ended(run.id))['snapshot']);
}

it('the plan of each organization says that a snapshot is missing', async () => {
  const older = await backUp();
  const newest = await backUp();
  const target = join(service.directory, 'target');
  await rm(join(target, 'snapshots', `${newest}.json.gz`));
  await rm(join(target, 'signatures', 'snapshots', `${newest}.json.gz.sig`));
  for (const token of [service.token, TOKEN]) {
    const body = { snapshot: older, selection: { type: 'everything' } };
    const { json: plan } = await service.call('POST', '/restores', body, {
      authorization: `Bearer ${token}`,
    });
    expect(plan.warned).toContainEqual({
      code: 'snapshot-lost',
      params: expect.objectContaining({ snapshot: newest }),
    });
  }
});
