import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

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

const timing = (name: string, year: string) => ({ name, time_intervals: [{ years: [year] }] });

async function send(route: string, body: object, headers: Record<string, string> = {}): Promise<void> {
  const answer = await call(grafana, 'admin:admin', route, body, headers);
  expect(answer.status, answer.text).toBeLessThan(300);
}

it('a plan names the updates that Terraform or another program may change back, once', async () => {
  const inUi = { 'x-disable-provenance': 'true' };
  for (const [name, headers] of [
    ['nights', {}],
    ['weekends', {}],
    ['by hand', inUi],
  ] as const) {
    await send('POST /api/v1/provisioning/mute-timings', timing(name, '2026'), headers);
  }
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  const { snapshot } = await service.ended(json.id);
  for (const [name, headers] of [
    ['nights', {}],
    ['weekends', {}],
    ['by hand', inUi],
  ] as const) {
    await send(`PUT /api/v1/provisioning/mute-timings/${encodeURIComponent(name)}`, timing(name, '2030'), headers);
  }
  const planned = async (overwrite: boolean) => {
    const selection = { type: 'kinds', kinds: ['mute-timing'] };
    return (await service.call('POST', '/restores', { snapshot, selection, options: { overwrite } })).json;
  };
  const plan = await planned(true);
  expect(plan.counts.update).toBe(3);
  expect(plan.warned).toEqual([{ code: 'plan-changes-api', params: { titles: 'nights, weekends' } }]);
  expect((await planned(false)).warned).toEqual([]);
  const items = await service.call('GET', `/restores/${plan.id}/items`);
  expect(JSON.stringify(items.json)).not.toContain('manager');
});
