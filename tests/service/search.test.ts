import { access, rename, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchPage } from '../../pkg/contract/api/search.ts';
import { call } from '../simulator/http.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

let grafana: Simulator;
let service: TestService;
const snapshots: string[] = [];

const inOrg = (org: number, route: string, body?: unknown) =>
  call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });

const panel = (title: string, expr: string) => ({
  id: 1,
  type: 'timeseries',
  title,
  gridPos: { x: 0, y: 0, w: 12, h: 8 },
  targets: [{ refId: 'A', expr }],
});

async function save(org: number, uid: string, title: string, panels: unknown[]): Promise<void> {
  await inOrg(org, 'POST /api/dashboards/db', {
    dashboard: { uid, title, panels, tags: ['shop'], schemaVersion: 41 },
    overwrite: true,
  });
}

async function backup(): Promise<void> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  snapshots.push(String((await service.ended(json.id))['snapshot']));
}

async function find(text: string, query = ''): Promise<SearchPage> {
  const { status, json } = await service.call('GET', `/search?q=${encodeURIComponent(text)}${query}`);
  expect([status, json.error]).toEqual([200, undefined]);
  return json as SearchPage;
}

const start = (directory?: string) =>
  startService({
    grafanaUrl: grafana.url,
    ...(directory === undefined ? {} : { directory }),
    environment: { DASHKEEP_ORGS: 'all' },
  });

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  const second = Number((await inOrg(1, 'POST /api/orgs', { name: 'Second' })).body.orgId);
  await save(second, 'others', 'Board of others', [panel('Checkout latency of others', 'up')]);
  await save(1, 'board', 'Board', [panel('Checkout latency', 'rate(latency_bucket[5m])')]);
  await save(1, 'gone', 'Gone board', [panel('Checkout latency', 'rate(old_bucket[5m])')]);
  await inOrg(1, 'POST /api/datasources', {
    uid: 'prom',
    name: 'Prometheus of the shop',
    type: 'prometheus',
    access: 'proxy',
    url: 'http://prom',
    secureJsonData: { httpHeaderValue1: 's3cr3t-of-prom' },
  });
  service = await start();
  await backup();
  await save(1, 'board', 'Board', [panel('Payments', 'rate(latency_bucket[5m])')]);
  await inOrg(1, 'DELETE /api/dashboards/uid/gone');
  await backup();
});
afterAll(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

describe('a search through time', () => {
  it('says where the panel went, and what was deleted', async () => {
    const page = await find('checkout latency');
    expect(page).toMatchObject({
      total: 2,
      searched: 'content',
      indexed: { snapshots: 2, pending: 0, unreadable: 0 },
      cut: 0,
      unread: 0,
      truncated: false,
    });
    expect(page.items.map(({ uid, deleted, found }) => [uid, deleted, found[0]!.now, found[0]!.snapshot])).toEqual([
      ['board', false, false, snapshots[0]],
      ['gone', true, false, snapshots[0]],
    ]);
    expect(page.items[0]!.found[0]).toMatchObject({ where: 'panel', text: 'Checkout latency' });
    expect(page.items[0]!.found[0]!.until).toMatch(/Z$/);
  });

  it('finds what is there now, by query, tag and data source', async () => {
    expect((await find('latency_bucket')).items[0]).toMatchObject({
      uid: 'board',
      found: [
        { where: 'query', panel: 'Payments', now: true },
        { where: 'query', panel: 'Checkout latency', now: false },
      ],
    });
    expect((await find('SHOP', '&kind=dashboard')).items.map(({ uid }) => uid)).toEqual(['board', 'gone']);
    expect((await find('shop', '&kind=data-source')).items).toMatchObject([
      { uid: 'prom', found: [{ where: 'title' }] },
    ]);
    expect((await find('board', '&deleted=true')).items.map(({ uid }) => uid)).toEqual(['gone']);
  });

  it('says as of which backup: what was deleted since is still found in it, and an organization sees its own', async () => {
    const { json: newest } = await service.call('GET', '/snapshots/latest');
    await inOrg(1, 'DELETE /api/dashboards/uid/board');
    const page = await find('Payments');
    await save(1, 'board', 'Board', [panel('Payments', 'rate(latency_bucket[5m])')]);
    expect(page.items[0]).toMatchObject({ uid: 'board', deleted: false });
    expect(page.asOf).toBe(newest.time);
  });

  it('comes in pages', async () => {
    const first = await find('checkout latency', '&limit=1');
    expect(first.items.map(({ uid }) => uid)).toEqual(['board']);
    const rest = await find('checkout latency', `&limit=1&cursor=${first.next}`);
    expect(rest.items.map(({ uid }) => uid)).toEqual(['gone']);
    expect(rest.next).toBeUndefined();
  });

  it('finds nothing of another organization, and no secret', async () => {
    for (const text of ['of others', 'others', 's3cr3t-of-prom', 'httpHeaderValue1']) {
      expect([text, (await find(text)).total]).toEqual([text, 0]);
    }
  });

  it('is the same after a restart, and when the index is gone', async () => {
    const expected = await find('latency');
    const { directory } = service;
    await service.stop();
    service = await start(directory);
    expect(await find('latency')).toEqual(expected);
    await rm(`${directory}/target/cache/texts.json.gz`);
    expect(await find('latency')).toEqual(expected);
  });

  it.each([
    ['q=', 'q'],
    ['', 'q'],
    ['q=%20%20', 'too short'],
    [`q=${'x'.repeat(201)}`, '200'],
    ['q=board&kind=dashbord', 'kind'],
    ['q=board&limit=0', 'limit'],
    ['q=board&cursor=%25', 'cursor'],
  ])('refuses %s', async (query, reason) => {
    const { status, json } = await service.call('GET', `/search?${query}`);
    expect([status, json.error.code]).toEqual([400, 'DK_USAGE']);
    expect(JSON.stringify(json.error)).toContain(reason);
    expect(json.error.hint).toMatch(/./);
  });
});

describe('a search after a restore', () => {
  it('does not call deleted what the restore has brought back, until that is undone', async () => {
    const apply = async (plan: { id: string; confirm?: string }): Promise<string> => {
      const { json } = await service.call('POST', `/restores/${plan.id}/apply`, { confirm: plan.confirm });
      expect(await service.ended(json.id)).toMatchObject({ status: 'complete' });
      return json.id;
    };
    const gone = async (): Promise<unknown> => {
      const { items } = await find('gone board');
      const { total } = await find('gone board', '&deleted=true');
      return [items.map(({ deleted, restored }) => [deleted, restored]), total];
    };
    expect(await gone()).toEqual([[[true, undefined]], 1]);

    const selection = { type: 'resources', resources: [{ org: 1, kind: 'dashboard', uid: 'gone' }] };
    const { json: plan } = await service.call('POST', '/restores', { snapshot: snapshots[0], selection });
    const run = await apply(plan);
    expect(await gone()).toEqual([[[false, true]], 0]);

    await apply((await service.call('POST', `/runs/${run}/undo`)).json);
    expect(await gone()).toEqual([[[true, undefined]], 1]);
  });
});

describe('a search after a first backup of more than a publishing indexes', () => {
  it('reads no body: the backup was followed by that', async () => {
    const filled = await startGrafana({ profile: '13.2' });
    filled.seedDashboards({ count: 250, awkward: false, v2Share: 0 });
    const own = await startService({ grafanaUrl: filled.url });
    const target = `${own.directory}/target`;
    try {
      const { json: run } = await own.call('POST', '/runs', { kind: 'backup' });
      await own.ended(run.id);
      const isIndexed = () =>
        access(`${target}/cache/texts.json.gz`).then(
          () => true,
          () => false,
        );
      await expect.poll(isIndexed, { timeout: 20_000 }).toBe(true);
      await rename(`${target}/objects`, `${target}/objects-away`);
      const { json } = await own.call('GET', '/search?q=rate');
      expect(json).toMatchObject({ indexed: { snapshots: 1, pending: 0, unreadable: 0 }, unread: 0 });
      expect(json.items.length).toBeGreaterThan(0);
    } finally {
      await own.stop();
      await filled.close();
      await removeDirectory(own.directory);
    }
  });
});
