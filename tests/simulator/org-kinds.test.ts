import { describe, expect, it } from 'vitest';
import { become, call, grafana, start } from './harness.ts';

const PROMETHEUS = { uid: 'prom', name: 'Prometheus', type: 'prometheus', access: 'proxy', url: 'http://prom:9090' };

describe('data sources', () => {
  it('never give a secret out, and keep those that an update leaves out', async () => {
    await start('13.2');
    const secureJsonData = { password: 'hunter2', token: 'abc' };
    await call('POST /api/datasources', { ...PROMETHEUS, secureJsonData });
    await call('PUT /api/datasources/uid/prom', {
      ...PROMETHEUS,
      url: 'http://new:9090',
      secureJsonData: { token: 'x' },
    });
    const read = await call('GET /api/datasources/uid/prom');
    expect(read.body).toMatchObject({ url: 'http://new:9090', secureJsonFields: { password: true, token: true } });
    expect(read.text).not.toContain('hunter2');
    expect(grafana.state.org(1).dataSources.get('prom')?.secureJsonData).toEqual({ password: 'hunter2', token: 'x' });
  });

  it('lack fields in the list that a single read has', async () => {
    await start('11.6');
    await call('POST /api/datasources', { ...PROMETHEUS, basicAuthUser: 'u', withCredentials: true });
    const [item] = (await call('GET /api/datasources')).body;
    for (const field of ['basicAuthUser', 'withCredentials', 'secureJsonFields', 'version']) {
      expect(item).not.toHaveProperty(field);
      expect((await call('GET /api/datasources/uid/prom')).body).toHaveProperty(field);
    }
  });

  it('refuse a stale version, a taken name and a write to a provisioned one', async () => {
    await start('12.4');
    await call('POST /api/datasources', PROMETHEUS);
    await call('PUT /api/datasources/uid/prom', { ...PROMETHEUS, version: 1 });
    expect((await call('PUT /api/datasources/uid/prom', { ...PROMETHEUS, version: 1 })).status).toBe(409);
    expect((await call('POST /api/datasources', { ...PROMETHEUS, uid: 'other' })).status).toBe(409);
    grafana.state.org(1).dataSources.get('prom')!.readOnly = true;
    expect((await call('PUT /api/datasources/uid/prom', PROMETHEUS)).status).toBe(403);
  });

  it.each([
    ['11.6', 200],
    ['12.4', 400],
  ] as const)('with a uid outside letters, digits, - and _ on %s: %i', async (profile, status) => {
    await start(profile);
    expect((await call('POST /api/datasources', { ...PROMETHEUS, uid: 'my.prom' })).status).toBe(status);
  });

  // Seen in 12.4; datasources/service/store.go UpdateDataSource writes the flag as it is given.
  it('have at most one default: the first one, until it gives that up or another one takes it', async () => {
    await start('13.2');
    const isDefault = async (): Promise<unknown> => (await call('GET /api/datasources/uid/prom')).body.isDefault;
    await call('POST /api/datasources', { ...PROMETHEUS, isDefault: false });
    expect(await isDefault()).toBe(true);
    await call('PUT /api/datasources/uid/prom', { ...PROMETHEUS, isDefault: false });
    expect(await isDefault()).toBe(false);
    await call('PUT /api/datasources/uid/prom', { ...PROMETHEUS, isDefault: true });
    await call('POST /api/datasources', { ...PROMETHEUS, uid: 'b', name: 'B', isDefault: true });
    expect(await isDefault()).toBe(false);
  });
});

describe('library panels', () => {
  const panel = { uid: 'lib', name: 'CPU', kind: 1, model: { type: 'timeseries', title: 'CPU' } };

  it('keep their uid, refuse twins with 400 and stale versions with 412', async () => {
    await start('13.2');
    expect((await call('POST /api/library-elements', panel)).body.result).toMatchObject({ uid: 'lib', version: 1 });
    expect((await call('POST /api/library-elements', panel)).status).toBe(400);
    expect((await call('PATCH /api/library-elements/lib', { ...panel, version: 1 })).status).toBe(200);
    expect((await call('PATCH /api/library-elements/lib', { ...panel, version: 1 })).status).toBe(412);
  });

  it('cannot be deleted while a dashboard uses them', async () => {
    await start('13.2');
    await call('POST /api/library-elements', panel);
    const panels = [{ id: 1, gridPos: {}, libraryPanel: { uid: 'lib', name: 'CPU' } }];
    await call('POST /api/dashboards/db', { dashboard: { uid: 'd', title: 'D', panels } });
    expect((await call('DELETE /api/library-elements/lib')).status).toBe(403);
    await call('DELETE /api/dashboards/uid/d');
    expect((await call('DELETE /api/library-elements/lib')).status).toBe(200);
  });

  it('are filled into dashboards that are read, and taken out of those that are saved, before 12', async () => {
    await start('11.6');
    await call('POST /api/library-elements', panel);
    const panels = [{ id: 1, gridPos: {}, type: 'stale', libraryPanel: { uid: 'lib', name: 'CPU' } }];
    await call('POST /api/dashboards/db', { dashboard: { uid: 'd', title: 'D', panels } });
    expect(grafana.state.org(1).dashboards.get('d')?.body.text()).not.toContain('stale');
    expect((await call('GET /api/dashboards/uid/d')).body.dashboard.panels[0]).toMatchObject({ type: 'timeseries' });
  });

  it('come in pages of 100 by default', async () => {
    await start('11.6');
    for (let index = 0; index < 101; index++) {
      await call('POST /api/library-elements', { ...panel, uid: `l${index}`, name: `L${index}` });
    }
    const { result } = (await call('GET /api/library-elements')).body;
    expect([result.totalCount, result.elements.length]).toEqual([101, 100]);
  });
});

describe('permissions', () => {
  it('of a new root folder are creator admin, editors edit, viewers view, and pass on to what is inside', async () => {
    await start('13.2');
    await call('POST /api/folders', { uid: 'a', title: 'A' });
    await call('POST /api/folders', { uid: 'b', title: 'B', parentUid: 'a' });
    const entries = (await call('GET /api/access-control/folders/b')).body;
    const inherited = entries.filter((entry: { isInherited: boolean }) => entry.isInherited);
    expect(inherited.map((entry: { permission: string }) => entry.permission)).toEqual(['Admin', 'Edit', 'View']);
    expect(entries.filter((entry: { isManaged: boolean }) => !entry.isManaged)).toHaveLength(1);
  });

  it('are replaced by the legacy call and set one by one by the newer one', async () => {
    await start('12.4');
    await call('POST /api/folders', { uid: 'a', title: 'A' });
    const own = () => grafana.state.org(1).folders.get('a')!.acl.length;
    await call('POST /api/access-control/folders/a', { permissions: [{ builtInRole: 'Viewer', permission: 'Edit' }] });
    expect(own()).toBe(3);
    await call('POST /api/access-control/folders/a', { permissions: [{ builtInRole: 'Viewer', permission: '' }] });
    expect(own()).toBe(2);
    await call('POST /api/folders/a/permissions', { items: [{ role: 'Viewer', permission: 1 }] });
    expect(own()).toBe(1);
  });

  it('decide what a viewer may see', async () => {
    await start('13.2');
    await call('POST /api/folders', { uid: 'open', title: 'Open' });
    await call('POST /api/folders', { uid: 'shut', title: 'Shut' });
    await call('POST /api/folders/shut/permissions', { items: [] });
    become({ role: 'Viewer' });
    expect((await call('GET /api/folders')).body).toHaveLength(1);
    expect((await call('GET /api/folders/shut')).body).toMatchObject({ title: 'Access denied' });
    const list = await call('GET /apis/folder.grafana.app/v1/namespaces/default/folders');
    expect(list.body.items).toHaveLength(1);
  });

  it('of data sources are not served by the open source edition', async () => {
    await start('13.2');
    await call('POST /api/datasources', PROMETHEUS);
    expect((await call('GET /api/access-control/datasources/prom')).status).toBe(404);
    grafana.tuning.enterprise = true;
    await call('POST /api/datasources', { ...PROMETHEUS, uid: 'new', name: 'New' });
    const entries = async () =>
      (await call('GET /api/access-control/datasources/new')).body
        .filter((entry: { isManaged: boolean }) => entry.isManaged)
        .map((entry: { builtInRole?: string; permission: string }) => [entry.builtInRole, entry.permission]);
    const creator = [undefined, 'Admin'];
    expect(await entries()).toEqual([creator, ['Editor', 'Query'], ['Viewer', 'Query']]);
    await call('POST /api/access-control/datasources/new', {
      permissions: [{ builtInRole: 'Viewer', permission: '' }],
    });
    expect(await entries()).toEqual([creator, ['Editor', 'Query']]);
  });
});

describe('teams', () => {
  it('get a new id, and a bulk write of members removes anyone who is not named', async () => {
    await start('13.2');
    const { state } = grafana;
    for (const login of ['ann', 'bob', 'eve']) {
      state.org(1).members.set(state.addUser({ login, email: `${login}@x` }).id, 'Viewer');
    }
    const { teamId } = (await call('POST /api/teams', { name: 'Ops', email: 'ops@x' })).body;
    await call(`PUT /api/teams/${teamId}/members`, { members: ['bob@x'], admins: ['ann@x'] });
    await call(`PUT /api/teams/${teamId}/members`, { members: ['eve@x'], admins: ['ann@x'] });
    const members = (await call(`GET /api/teams/${teamId}/members`)).body;
    expect(members.map((one: { login: string; permission: number }) => [one.login, one.permission])).toEqual([
      ['eve', 0],
      ['ann', 4],
    ]);
    expect((await call('POST /api/teams', { name: 'Ops' })).status).toBe(409);
  });
});
