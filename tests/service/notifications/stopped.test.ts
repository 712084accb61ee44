import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { eventually } from '../../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { startWebhook, type Webhook } from '../../support/webhook.ts';

let grafana: Simulator;
let webhook: Webhook;
let service: TestService;
let environment: Record<string, string>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 4, folders: 1 });
  webhook = await startWebhook();
  environment = { ...fewKinds(), DASHKEEP_WEBHOOK_URL: webhook.url, DASHKEEP_STOP_SECONDS: '1' };
  service = await startService({ grafanaUrl: grafana.url, environment });
});
afterEach(async () => {
  await Promise.all([webhook.close(), grafana.close(), removeDirectory(service.directory)]);
});

/** Starts a restore whose second write is never answered. */
async function restoring(): Promise<void> {
  const { dashboards } = grafana.state.org(1);
  await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  const { items } = (await service.call('GET', '/snapshots')).json;
  [...dashboards.keys()].forEach((uid) => dashboards.delete(uid));
  const request = { snapshot: items[0].id, selection: { type: 'kinds', kinds: ['folder', 'dashboard'] } };
  const plan = (await service.call('POST', '/restores', request)).json;
  grafana.setFaults({ match: /^POST .*dashboard/, action: { kind: 'hang' }, skip: 1 });
  await service.call('POST', `/restores/${plan.id}/apply`, {});
  await eventually('something to be written', () => dashboards.size > 0 || undefined);
}

it('reports what is lost although the service stops right after the backup', async () => {
  grafana.seedDashboards({ count: 60, folders: 1 });
  const backUp = async () => service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  await backUp();
  for (const uid of grafana.state.org(1).folders.keys()) {
    await call(grafana, 'admin:admin', `DELETE /api/folders/${uid}`);
  }
  // Grafana is slow to say where people open it, for the link.
  grafana.setFaults({ match: /frontend\/settings/, action: { kind: 'slow', ms: 1500 } });
  expect((await backUp())['warned']).toMatchObject([{ code: 'snapshot-shrunk' }]);
  await service.stop();
  expect(webhook.taken).toMatchObject([{ event: 'shrunk' }]);
});

it('reports a restore that the stop of the service interrupts', async () => {
  await restoring();
  await service.stop();
  expect(webhook.taken).toMatchObject([{ event: 'failed', text: expect.stringContaining('interrupted') }]);
});

it('stops beside a receiver that never responds, says why nothing was delivered, and delivers it when it starts again, once', async () => {
  webhook.always('hang');
  await restoring();
  await service.stop();
  expect(webhook.heard).toHaveLength(1);
  const { reason } = JSON.parse(service.lines.find((line) => line.includes('not notified')) ?? '{}');
  expect(reason).toMatch(/AbortError/);
  webhook.always(200);
  const { directory } = service;
  for (const expected of [1, 0]) {
    webhook.taken.length = 0;
    service = await startService({ grafanaUrl: grafana.url, directory, environment });
    await service.ended((await service.call('POST', '/runs', { kind: 'verify' })).json.id);
    await service.stop();
    expect(webhook.taken.filter(({ event }) => event === 'failed')).toHaveLength(expected);
  }
});
