import { describe, expect, it } from 'vitest';
import { become, call, grafana, start } from './harness.ts';

describe('folders', () => {
  it('nest only with the toggle on 10.4: without it a parent is ignored', async () => {
    await start('10.4');
    await call('POST /api/folders', { uid: 'a', title: 'A' });
    await call('POST /api/folders', { uid: 'b', title: 'B', parentUid: 'a' });
    expect((await call('GET /api/folders/b')).body).not.toHaveProperty('parentUid');
    grafana.tuning.nestedFolders = true;
    await call('POST /api/folders', { uid: 'c', title: 'C', parentUid: 'a' });
    expect((await call('GET /api/folders/c')).body).toMatchObject({ parentUid: 'a', parents: [{ uid: 'a' }] });
  });

  it.each([
    ['11.6', 8],
    ['12.4', 4],
    ['13.2', 4],
  ] as const)('on %s go %i levels deep', async (profile, depth) => {
    await start(profile);
    let status = 200;
    let made = 0;
    for (let level = 0; status === 200; level++) {
      const parentUid = level === 0 ? '' : `f${level - 1}`;
      ({ status } = await call('POST /api/folders', { uid: `f${level}`, title: `F${level}`, parentUid }));
      made += status === 200 ? 1 : 0;
    }
    expect([made, status]).toEqual([depth, 400]);
  });

  it.each([
    ['10.4', 409, 409],
    ['11.6', 412, 200],
    ['13.2', 412, 200],
  ] as const)('on %s answer %i to a uid and %i to a title that exists', async (profile, sameUid, sameTitle) => {
    await start(profile);
    await call('POST /api/folders', { uid: 'a', title: 'A' });
    expect((await call('POST /api/folders', { uid: 'a', title: 'Other' })).status).toBe(sameUid);
    expect((await call('POST /api/folders', { uid: 'b', title: 'A' })).status).toBe(sameTitle);
  });

  it('take everything inside with them when deleted through /api, and must be empty under /apis', async () => {
    await start('13.2');
    await call('POST /api/folders', { uid: 'a', title: 'A' });
    await call('POST /api/folders', { uid: 'b', title: 'B', parentUid: 'a' });
    await call('POST /api/dashboards/db', { dashboard: { uid: 'd', title: 'D' }, folderUid: 'b' });
    expect((await call('GET /api/folders/a/counts')).body).toMatchObject({ folder: 1, dashboard: 1 });
    expect((await call('DELETE /apis/folder.grafana.app/v1/namespaces/default/folders/a')).status).toBe(400);
    expect((await call('DELETE /api/folders/a')).status).toBe(200);
    expect(grafana.state.org(1).folders.size + grafana.state.org(1).dashboards.size).toBe(0);
  });

  it('come flat and all together under /apis, and move by their annotation', async () => {
    await start('12.4');
    const path = '/apis/folder.grafana.app/v1beta1/namespaces/default/folders';
    for (const [name, parent] of [['a'], ['b'], ['c', 'b']]) {
      const annotations = parent ? { 'grafana.app/folder': parent } : {};
      await call(`POST ${path}`, { metadata: { name, annotations }, spec: { title: name } });
    }
    const { items } = (await call(`GET ${path}`)).body;
    expect(items).toHaveLength(3);
    const moved = { ...items[2], metadata: { ...items[2].metadata, annotations: { 'grafana.app/folder': 'a' } } };
    expect((await call(`PUT ${path}/c`, moved)).status).toBe(200);
    expect((await call(`PUT ${path}/c`, moved)).status).toBe(409);
    expect((await call('GET /api/folders?parentUid=a')).body).toMatchObject([{ uid: 'c' }]);
  });

  it('belong to admins alone when a PUT created them, and to all when a POST did', async () => {
    await start('12.4');
    const all = '/apis/folder.grafana.app/v1beta1/namespaces/default/folders';
    const named = (name: string) => ({ metadata: { name }, spec: { title: name } });
    expect((await call(`PUT ${all}/put`, named('put'))).status).toBe(201);
    expect((await call(`POST ${all}`, named('post'))).status).toBe(201);
    const managed = async (uid: string) => {
      const { body } = await call(`GET /api/access-control/folders/${uid}`);
      return body.filter((entry: { isManaged: boolean }) => entry.isManaged).length;
    };
    expect([await managed('put'), await managed('post')]).toEqual([0, 3]);
    become({ role: 'Viewer' });
    expect((await call('GET /api/folders/put')).status).toBe(403);
    expect((await call('GET /api/folders/post')).status).toBe(200);
  });

  it('move by their own call through /api, never into themselves', async () => {
    await start('11.6');
    await call('POST /api/folders', { uid: 'a', title: 'A' });
    await call('POST /api/folders', { uid: 'b', title: 'B', parentUid: 'a' });
    expect((await call('POST /api/folders/a/move', { parentUid: 'b' })).status).toBe(400);
    await call('POST /api/folders/b/move', { parentUid: '' });
    expect((await call('GET /api/folders')).body).toHaveLength(2);
  });
});
