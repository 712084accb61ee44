import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ResourceDiff } from '../../pkg/contract/api/diff.ts';
import type { SnapshotDetail, SnapshotRow } from '../../pkg/contract/api/snapshots.ts';
import { panelsOf } from '../../src/lib/panels/panelsOf.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { Forger, idIn, madeUp } from '../support/repository/forger.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';
import { call } from '../simulator/http.ts';

/**
 * Someone with write access to the bucket forges a snapshot, so that an admin who compares it has its queries run as
 * themselves: no answer of the service hands it out unmarked, and no panel of it is drawn.
 */
let grafana: Simulator;
let service: TestService;
let good: string;
/** What it made up for the same dashboard. */
const invented = idIn(7_200_000);
const forged = idIn(3_600_000);
const panel = (rawSql: string) => ({ id: 1, type: 'table', title: 'Orders', targets: [{ refId: 'A', rawSql }] });

async function backUp(rawSql: string): Promise<string> {
  const dashboard = { uid: 'board', title: 'Board', panels: [panel(rawSql)] };
  await call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard, overwrite: true });
  const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
  return String((await service.ended(run.id))['snapshot']);
}

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  service = await startService({ grafanaUrl: grafana.url });
  good = await backUp('select 1');
  const forger = new Forger(join(service.directory, 'target'));
  const entry = { org: 1, kind: 'dashboard' as const, uid: 'board', title: 'Board', folder: '' };
  const { json: page } = await service.call('GET', `/snapshots/${good}/resources?kind=dashboard`);
  const { object, bytes } = page.items.find(({ uid }: { uid: string }) => uid === 'board');
  await forger.putManifest(madeUp(forged, [{ ...entry, object, bytes }]));
  const body = await forger.putObject({ uid: 'board', title: 'Board', panels: [panel('select secret from users')] });
  await forger.putManifest(madeUp(invented, [{ ...entry, ...body }]));
  // It keeps the list of snapshots for a while.
  const { directory } = service;
  await service.stop();
  service = await startService({ grafanaUrl: grafana.url, directory });
});

afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

const get = async <T>(path: string): Promise<T> => (await service.call('GET', path)).json as T;

it('the list and the details of a snapshot say who signed it', async () => {
  const { items } = await get<{ items: SnapshotRow[] }>('/snapshots');
  const signatures = (rows: SnapshotRow[]) => rows.map(({ id, signed, foreign }) => ({ id, signed, foreign }));
  const expected = [
    { id: invented, signed: false, foreign: true },
    { id: forged, signed: false, foreign: true },
    { id: good, signed: true },
  ];
  expect(signatures(items)).toEqual(expected);
  const details = [
    await get<SnapshotDetail>(`/snapshots/${invented}`),
    await get<SnapshotDetail>(`/snapshots/${forged}`),
    await get<SnapshotDetail>(`/snapshots/${good}`),
  ];
  expect(signatures(details)).toEqual(expected);
});

it('so do the content of a resource, and what differs', async () => {
  const resource = 'org=1&kind=dashboard&uid=board';
  expect((await get<{ foreign?: true }>(`/snapshots/${forged}/resource?${resource}`)).foreign).toBe(true);
  expect(await get(`/snapshots/${good}/resource?${resource}`)).not.toHaveProperty('foreign');
  for (const [from, to, foreign] of [
    ['latest', forged, ['to']],
    [forged, good, ['from']],
    [forged, 'live', ['from']],
    [good, 'live', []],
  ] as const) {
    for (const path of ['/diff?', `/diff/resource?${resource}&`]) {
      expect([path, (await get<{ foreign: string[] }>(`${path}from=${from}&to=${to}`)).foreign]).toEqual([
        path,
        foreign,
      ]);
    }
  }
});

it('what no snapshot that counts holds is not shown', async () => {
  const resource = 'org=1&kind=dashboard&uid=board';
  for (const path of [
    `/snapshots/${invented}/resource?${resource}`,
    `/snapshots/${invented}/download?${resource}`,
    `/diff/resource?${resource}&from=${good}&to=${invented}`,
    `/diff/resource?${resource}&from=${invented}&to=live`,
  ]) {
    const { json } = await service.call('GET', path);
    expect([path, json]).toMatchObject([path, { error: { code: 'DK_SNAPSHOT_FOREIGN' } }]);
  }
});

it('its panels are not drawn beside those of a snapshot that counts', async () => {
  const drawn = async (from: string, to: string): Promise<unknown[] | undefined> => {
    const { json } = await service.call('GET', `/diff/resource?org=1&kind=dashboard&uid=board&from=${from}&to=${to}`);
    return panelsOf(ResourceDiff.parse(json))?.pairs;
  };
  const later = await backUp('select 2');
  expect(await drawn(good, later)).toHaveLength(1);
  expect(await drawn(later, forged)).toBeUndefined();
  expect(await drawn(forged, later)).toBeUndefined();
  expect(await drawn(forged, 'live')).toBeUndefined();
});
