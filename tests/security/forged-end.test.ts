import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Run, RunPage } from '../../pkg/contract/api/runs.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/** Someone with write access to the bucket makes a backup that failed look as if it had completed. */
let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  service = await startService({ grafanaUrl: grafana.url });
});
afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

async function backUp(): Promise<Run> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  return (await service.ended(json.id)) as unknown as Run;
}

it('the pages show it as this service ended it', async () => {
  await backUp();
  grafana.setFaults({ match: 'GET /api*', action: { kind: 'status', status: 401 } });
  const { id, started, finished, failure } = await backUp();
  expect(failure?.code).toBe('DK_GRAFANA_UNAUTHORIZED');
  const forged = { format: 1, id, kind: 'backup', trigger: 'manual', status: 'complete', started, finished };
  const record = { ...forged, counts: { stored: 1 }, errors: [] };
  await mkdir(join(service.directory, 'target', 'runs'), { recursive: true });
  await writeFile(join(service.directory, 'target', 'runs', `${id}.json`), JSON.stringify(record));
  // Nothing of it is kept in memory then.
  await service.stop();
  grafana.setFaults();
  service = await startService({ grafanaUrl: grafana.url, directory: service.directory });
  const run = (await service.call('GET', `/runs/${id}`)).json as Run;
  expect([run.status, run.failure?.code]).toEqual(['failed', 'DK_GRAFANA_UNAUTHORIZED']);
  const { items } = (await service.call('GET', '/runs')).json as RunPage;
  expect(items.find((one) => one.id === id)?.status).toBe('failed');
});
