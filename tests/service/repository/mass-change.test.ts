import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { startWebhook, type Webhook } from '../../support/webhook.ts';

const SECOND_TOKEN = 'token-of-the-second-0123456789abcdef';

let grafana: Simulator;
let webhook: Webhook;
let service: TestService;
let second: number;

async function api(route: string, body?: unknown, org = 1): Promise<Record<string, unknown>> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body as Record<string, unknown>;
}

async function backUp(more: object = {}): Promise<string> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup', ...more });
  const { snapshot, ...rest } = await service.ended(json.id);
  expect(snapshot, JSON.stringify({ json, rest })).toBeDefined();
  await expect.poll(async () => (await statusOf()).newest?.id, { timeout: 20_000 }).toBe(snapshot);
  return snapshot as string;
}

const statusOf = async () => (await service.call('GET', '/status')).json;
const theirs = async (method: string, path: string, body?: unknown) =>
  service.call(method, path, body, { authorization: `Bearer ${SECOND_TOKEN}` });

async function metric(name: string): Promise<string | undefined> {
  const text = await (await fetch(`${service.opsUrl}/metrics`)).text();
  return new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1];
}

/** Where both are shown, with a plan that puts back exactly what was lost. */
const overview = (): unknown => expect.stringMatching(/^http.*\/a\/dashkeep-backup-app$/);

const uids = (): string[] => [...grafana.state.org(1).dashboards.keys()].sort();

/** Grafana with the same contents at any version. */
async function startAt(profile: '12.4' | '13.2', port?: number): Promise<void> {
  grafana = await startGrafana({ profile, seed: 3, ...(port === undefined ? {} : { port }) });
  grafana.seedDashboards({ count: 60, folders: 4 });
  const isUp = (): Promise<boolean> =>
    fetch(`${grafana.url}/api/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(isUp).toBe(true);
  second = Number((await api('POST /api/orgs', { name: 'Second' }))['orgId']);
  await api('POST /api/folders', { uid: 'theirs', title: 'Theirs' }, second);
}

beforeEach(async () => {
  await startAt('12.4');
  webhook = await startWebhook();
  service = await startService({
    grafanaUrl: grafana.url,
    environment: {
      DASHKEEP_WEBHOOK_URL: webhook.url,
      DASHKEEP_ORGS: 'all',
      ...fewKinds(),
      [`DASHKEEP_API_TOKEN_ORG_${second}`]: SECOND_TOKEN,
    },
  });
});

afterEach(async () => {
  await service.stop();
  await removeDirectory(service.directory);
  await webhook.close();
  await grafana.close();
});

it('is reported by status, metric and webhook until a person accepts it, and put back by a plan', async () => {
  const good = await backUp();
  const hit = uids().slice(0, 20);
  for (const uid of hit) {
    await api('POST /api/dashboards/db', { dashboard: { uid, title: `spoiled ${uid}` }, overwrite: true });
  }
  const bad = await backUp();
  expect(await statusOf()).toMatchObject({
    protection: 'shrunk',
    shrunk: { since: good, losses: [], overwritten: [{ org: 1, kind: 'dashboard', changed: 20 }] },
    lastFull: good,
  });
  expect([await metric('dashkeep_backup_mass_change'), await metric('dashkeep_backup_shrunk')]).toEqual(['1', '0']);
  await expect.poll(() => webhook.taken).toMatchObject([{ event: 'mass-change', link: overview() }]);
  const held = (await service.call('GET', `/snapshots/${good}`)).json;
  expect(held.hold ?? held.snapshot?.hold).toMatchObject({ by: 'Dashkeep' });
  // It concerns one organization alone.
  expect((await theirs('GET', '/status')).text).not.toMatch(/shrunk|overwritten/);

  const request = { snapshot: good, selection: { type: 'lost', in: bad }, options: { overwrite: true } };
  const { json: plan } = await service.call('POST', '/restores', request);
  expect(plan.selection.type).toBe('resources');
  const { json: items } = await service.call('GET', `/restores/${plan.id}/items?action=create,update,delete&limit=100`);
  expect(items.items.map(({ uid }: { uid: string }) => uid).sort()).toEqual(hit);
  expect((await theirs('POST', '/restores', request)).status).toBe(404);

  await backUp({ acceptLoss: bad });
  expect(await metric('dashkeep_backup_mass_change')).toBe('0');
  expect((await statusOf()).protection).not.toBe('shrunk');
});

it('shows what an upgrade lost until the snapshot before it is released', async () => {
  const before = await backUp();
  const port = Number(new URL(grafana.url).port);
  await grafana.close();
  await startAt('13.2', port);
  const [gone = '', changed = ''] = uids();
  await api(`DELETE /api/dashboards/uid/${gone}`);
  await api('POST /api/dashboards/db', { dashboard: { uid: changed, title: 'spoiled' }, overwrite: true });
  const first = await backUp();
  const orgs = [{ id: 1, gone: 1, older: 0, changed: 1 }];
  expect((await statusOf()).upgrade).toMatchObject({ since: before, first, orgs });
  const request = { snapshot: before, selection: { type: 'lost', in: first } };
  const { json: plan } = await service.call('POST', '/restores', request);
  expect(plan.selection.resources).toEqual([expect.objectContaining({ kind: 'dashboard', uid: gone })]);
  const upgraded = (): unknown => webhook.taken.find(({ event }) => event === 'upgraded');
  await expect.poll(upgraded).toMatchObject({ link: overview() });
  expect((await theirs('GET', '/status')).text).not.toContain('upgrade"');
  await backUp();
  expect((await statusOf()).upgrade).toMatchObject({ since: before, first, orgs });
  expect((await service.call('DELETE', `/snapshots/${before}/hold`)).status).toBeLessThan(300);
  await expect.poll(async () => (await statusOf()).upgrade, { timeout: 20_000 }).toBeUndefined();
});
