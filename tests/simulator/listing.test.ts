import { afterEach, describe, expect, it } from 'vitest';
import { startGrafana, type SimulatorOptions } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { call } from './http.ts';

const LIST = '/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards';

let grafana: Simulator;
let token: string;
afterEach(() => grafana.close());

async function start(options: SimulatorOptions): Promise<void> {
  grafana = await startGrafana(options);
  token = grafana.token();
}

/** Follows `continue` to its end; the sizes of the pages. */
async function pages(query: string): Promise<number[]> {
  const sizes: number[] = [];
  let next = '';
  do {
    const page = await call(grafana, token, `GET ${LIST}?${query}&continue=${next}`);
    sizes.push(page.body.items.length);
    next = page.body.metadata.continue ?? '';
  } while (next !== '');
  return sizes;
}

describe('legacy search', () => {
  it('gives 1000 hits by default, 5000 at most, and the rest on further pages', async () => {
    await start({ profile: '11.6' });
    grafana.seedDashboards({ count: 5500, bytes: 1000, awkward: false });
    expect((await call(grafana, token, 'GET /api/search?type=dash-db')).body).toHaveLength(1000);
    expect((await call(grafana, token, 'GET /api/search?type=dash-db&limit=5000')).body).toHaveLength(5000);
    expect((await call(grafana, token, 'GET /api/search?type=dash-db&limit=5000&page=2')).body).toHaveLength(500);
    expect((await call(grafana, token, 'GET /api/search?limit=5001')).status).toBe(422);
  });

  it('shows a new dashboard only after a while where the index lags', async () => {
    await start({ profile: '13.2', searchDelayMs: 60_000 });
    await call(grafana, token, 'POST /api/dashboards/db', { dashboard: { uid: 'fresh', title: 'Fresh' } });
    expect((await call(grafana, token, 'GET /api/search')).body).toHaveLength(0);
    grafana.advance(60_001);
    expect((await call(grafana, token, 'GET /api/search')).body).toHaveLength(1);
  });
});

describe('legacy folder listing', () => {
  it('gives direct children only, 1000 by default', async () => {
    await start({ profile: '13.2' });
    for (let index = 0; index < 3; index++) {
      await call(grafana, token, 'POST /api/folders', { uid: `f${index}`, title: 'F', parentUid: index ? 'f0' : '' });
    }
    grafana.seedDashboards({ count: 0, folders: 3100 });
    const root = [...grafana.state.org(1).folders.values()].filter((folder) => folder.parentUid === '').length;
    expect(root).toBeGreaterThan(1000);
    expect((await call(grafana, token, 'GET /api/folders')).body).toHaveLength(1000);
    expect((await call(grafana, token, 'GET /api/folders?page=2')).body).toHaveLength(root - 1000);
    expect((await call(grafana, token, 'GET /api/folders?parentUid=f0')).body).toHaveLength(2);
  });
});

describe('/apis lists', () => {
  it('caps a list without a limit at 500 and says where to go on', async () => {
    await start({ profile: '12.4' });
    grafana.seedDashboards({ count: 600, bytes: 1000, awkward: false });
    expect(await pages('')).toEqual([500, 100]);
  });

  it('ends pages by size before the limit is reached', async () => {
    await start({ profile: '12.4', pageBytes: 100_000 });
    grafana.seedDashboards({ count: 25, bytes: 10_000, awkward: false });
    expect(await pages('limit=1000')).toEqual([10, 10, 5]);
  });

  it('can send an empty page with continue set', async () => {
    await start({ profile: '12.4', emptyPageEvery: 2 });
    grafana.seedDashboards({ count: 25, bytes: 1000, awkward: false });
    expect(await pages('limit=10')).toEqual([10, 0, 10, 0, 5]);
  });

  it('refuses a continue token that is too old with 410 and a new token in it', async () => {
    await start({ profile: '13.2' });
    grafana.seedDashboards({ count: 20, bytes: 1000, awkward: false });
    const first = await call(grafana, token, `GET ${LIST}?limit=15`);
    grafana.state.expireContinueTokens();
    const stale = await call(grafana, token, `GET ${LIST}?limit=15&continue=${first.body.metadata.continue}`);
    expect(stale).toMatchObject({ status: 410, body: { kind: 'Status', reason: 'Expired' } });
    const rest = await call(grafana, token, `GET ${LIST}?limit=15&continue=${stale.body.metadata.continue}`);
    expect(rest.body.items).toHaveLength(5);
  });

  it('show by their resource version that nothing was written to the resource in any org', async () => {
    await start({ profile: '13.2' });
    const folders = LIST.replace(/dashboard\.grafana.*/, 'folder.grafana.app/v1/namespaces/default/folders');
    const versionOf = async (path: string): Promise<string> =>
      (await call(grafana, token, `GET ${path}`)).body.metadata.resourceVersion;
    expect(await versionOf(LIST)).toBe('1');
    const [folder] = grafana.seedDashboards({ count: 20, folders: 1, bytes: 1000 }).folders;
    grafana.state.addOrg('Other');
    const first = await versionOf(LIST);
    const firstOfFolders = await versionOf(folders);
    const seen = [first];
    expect(first).toMatch(/^\d{16}$/);
    expect(await versionOf(`${LIST}?limit=1`)).toBe(first);

    const page = await call(grafana, token, `GET ${LIST}?limit=5`);
    const next = page.body.metadata.continue;
    for (const write of [
      () => call(grafana, token, 'POST /api/dashboards/db', { dashboard: { uid: 'fresh', title: 'Fresh' } }),
      () =>
        call(grafana, token, 'POST /api/dashboards/db', {
          dashboard: { uid: 'fresh', title: 'Other' },
          overwrite: true,
        }),
      () => call(grafana, token, 'DELETE /api/dashboards/uid/fresh'),
      async () => grafana.seedDashboards({ count: 1, orgId: 2, bytes: 1000 }),
    ]) {
      await write();
      seen.push(await versionOf(LIST));
    }

    expect(seen).toEqual([...new Set(seen)].sort());
    expect(await versionOf(`${LIST}?limit=5&continue=${next}`)).toBe(first);
    expect(await versionOf(folders)).toBe(firstOfFolders);
    await call(grafana, token, `DELETE /api/folders/${folder}`);
    expect(await versionOf(folders)).not.toBe(firstOfFolders);
  });

  it('show no such thing where they are read from elsewhere', async () => {
    await start({ profile: '12.4', listStorage: 'legacy' });
    const folders = LIST.replace(/dashboard\.grafana.*/, 'folder.grafana.app/v1beta1/namespaces/default/folders');
    const versionOf = async (path: string): Promise<string> =>
      (await call(grafana, token, `GET ${path}`)).body.metadata.resourceVersion;
    const { dashboards } = grafana.seedDashboards({ count: 20, folders: 1, bytes: 1000 });
    const legacy = await versionOf(LIST);
    await call(grafana, token, `DELETE /api/dashboards/uid/${dashboards[0]}`);
    expect(legacy).toMatch(/^\d{13}$/);
    expect(await versionOf(LIST)).toBe(legacy);
    expect(await versionOf(folders)).toBe('');

    grafana.tuning.listStorage = 'kv';
    const kv = await versionOf(LIST);
    grafana.seedDashboards({ count: 1, bytes: 1000, seed: 2 });
    expect(kv).toMatch(/^\d{19}$/);
    expect(await versionOf(LIST)).toBe(kv);
  });

  it('sends metadata alone when asked', async () => {
    const accept = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json' };
    await start({ profile: '13.2' });
    grafana.seedDashboards({ count: 3, bytes: 1000, awkward: false });
    const partial = await call(grafana, token, `GET ${LIST}`, undefined, accept);
    expect(partial.body.kind).toBe('PartialObjectMetadataList');
    expect(partial.body.items[0].spec).toBeUndefined();
  });
});
