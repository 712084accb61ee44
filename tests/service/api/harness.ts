import { afterAll, beforeAll, expect } from 'vitest';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

/** The simulated Grafana behind the service. */
export let grafana: Simulator;
export let service: TestService;
export let snapshot: string;

/** Starts a service on a Grafana with twelve dashboards, and backs up once. */
export function setUp(): void {
  beforeAll(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    grafana.seedDashboards({ count: 12, folders: 4, v2Share: 0 });
    service = await startService({ grafanaUrl: grafana.url });
    const { json } = await service.call('POST', '/runs', { kind: 'backup' });
    const run = await service.ended(json.id);
    expect(run).toMatchObject({ status: 'complete', kind: 'backup', trigger: 'manual' });
    snapshot = String(run['snapshot']);
  });
  afterAll(async () => {
    await service?.stop();
    await grafana?.close();
    await removeDirectory(service.directory);
  });
}
