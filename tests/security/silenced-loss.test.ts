import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';
import { startWebhook, type Webhook } from '../support/webhook.ts';

/** Someone with an editor's rights saves something that no backup can read, and then deletes many dashboards. */
const UNREADABLE = /^GET \/api\/library-elements/;

let grafana: Simulator;
let webhook: Webhook;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 40, folders: 2 });
  webhook = await startWebhook();
  service = await startService({
    grafanaUrl: grafana.url,
    environment: { DASHKEEP_WEBHOOK_URL: webhook.url, DASHKEEP_WEBHOOK_EVENTS: 'shrunk,mass-change' },
  });
});
afterEach(async () => {
  await service.stop();
  await removeDirectory(service.directory);
  await Promise.all([webhook.close(), grafana.close()]);
});

async function backUp(): Promise<unknown> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  return (await service.ended(json.id))['status'];
}

it('a partial backup hides no message about a mass deletion', async () => {
  expect(await backUp()).toBe('complete');
  grafana.setFaults({ match: UNREADABLE, action: { kind: 'status', status: 403 } });
  expect(await backUp()).toBe('partial');
  const gone = [...grafana.state.org(1).dashboards.keys()].slice(0, 12);
  for (const uid of gone) {
    await call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${uid}`);
  }
  expect(await backUp()).toBe('partial');
  expect(await webhook.took(1)).toMatchObject([{ event: 'mass-change' }]);
});
