import { afterEach, beforeEach, expect, it } from 'vitest';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  // A drill counts what it has just written.
  grafana = await startGrafana({ profile: '13.2', searchDelayMs: 200 });
  grafana.seedDashboards({ count: 12, folders: 4 });
  service = await startService({ grafanaUrl: grafana.url });
});
afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

async function ended(kind: string): Promise<Record<string, unknown>> {
  const { json } = await service.call('POST', '/runs', { kind });
  return service.ended(json.id);
}

async function drillMetric(): Promise<string | undefined> {
  const text = await (await fetch(`${service.opsUrl}/metrics`)).text();
  return /^dashkeep_drill_success (\S+)$/m.exec(text)?.[1];
}

it('a drill of the service says in history and metrics whether everything came back', async () => {
  expect(await ended('drill')).toMatchObject({ status: 'failed' });
  const backup = await ended('backup');
  const run = await ended('drill');
  expect(run).toMatchObject({ kind: 'drill', status: 'complete', snapshot: backup['snapshot'], errors: [] });
  expect(Number((run['counts'] as Record<string, number>)['verified'])).toBeGreaterThanOrEqual(16);
  expect(await drillMetric()).toBe('1');
  expect(grafana.state.org(1).dashboards.size).toBe(12);
  expect(grafana.state.org(1).folders.size).toBe(4);

  const match = /^(POST|PUT) .*\/dashboards/;
  grafana.setFaults({ match, action: { kind: 'status', status: 500 } });
  expect(await ended('drill')).toMatchObject({ status: 'partial' });
  expect(await drillMetric()).toBe('0');
  expect(grafana.state.org(1).folders.size).toBe(4);
  expect((await service.call('GET', '/snapshots')).json).toMatchObject({ total: 1 });
});
