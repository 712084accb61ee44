import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../pkg/lib/json/json.ts';
import { call, grafana, start } from './harness.ts';
import { call as http } from './http.ts';

describe('annotations', () => {
  async function annotate(count: number): Promise<void> {
    for (let index = 1; index <= count; index++) {
      await call('POST /api/annotations', { text: `a${index}`, time: index * 1000, tags: ['deploy'] });
    }
  }

  it('come 100 at a time, the latest end first, and are paged by moving `to` back', async () => {
    await start('13.2');
    await annotate(130);
    const first = (await call('GET /api/annotations')).body;
    expect([first.length, first[0].text, first[99].text]).toEqual([100, 'a130', 'a31']);
    const rest = (await call(`GET /api/annotations?from=1&to=${first[99].timeEnd - 1}`)).body;
    expect(rest.map((one: { text: string }) => one.text)).toHaveLength(30);
  });

  it('are not filtered by time when only one end is given', async () => {
    await start('12.4');
    await annotate(5);
    expect((await call('GET /api/annotations?to=2000')).body).toHaveLength(5);
    expect((await call('GET /api/annotations?from=1&to=2000')).body).toHaveLength(2);
  });

  it('have alert state changes among them unless the type is asked for', async () => {
    await start('11.6');
    await annotate(1);
    const [only] = grafana.state.org(1).annotations.values();
    grafana.state.org(1).annotations.set(999, { ...only!, id: 999, alertName: 'Down' });
    expect((await call('GET /api/annotations')).body).toHaveLength(2);
    expect((await call('GET /api/annotations?type=annotation')).body).toHaveLength(1);
  });

  /** Dashboards by title; annotations of the organization and of the dashboards with these numbers. */
  async function annotatePages(dashboards: number, ofOrganization: number, on: number[]): Promise<void> {
    await start('12.4');
    const { annotations, ...org } = grafana.state.org(1);
    await call('POST /api/dashboards/db', { dashboard: { uid: 'd0', title: 'D 00000' } });
    await call('POST /api/annotations', { text: 'x', time: 1000 });
    const [dashboard] = org.dashboards.values();
    const [note] = annotations.values();
    for (let index = 0; index < dashboards; index++) {
      const title = `D ${String(index).padStart(5, '0')}`;
      org.dashboards.set(`d${index}`, { ...dashboard!, uid: `d${index}`, title });
    }
    annotations.clear();
    const places = [...Array.from({ length: ofOrganization }, () => ''), ...on.map((index) => `d${index}`)];
    places.forEach((dashboardUid, id) => annotations.set(id + 1, { ...note!, id: id + 1, dashboardUid }));
  }

  async function listed(limit: number): Promise<{ rows: number; unique: number }> {
    const items: { id: number }[] = (await call(`GET /api/annotations?limit=${limit}`)).body;
    return { rows: items.length, unique: new Set(items.map(({ id }) => id)).size };
  }

  it('of the organization come again with each thousand dashboards, and use up the room of others', async () => {
    await annotatePages(2001, 3, [0, 1000, 2000]);
    // 3 + 1, then 3 + 1 again are more than the six that there are: the third thousand is never looked at.
    expect(await listed(100)).toEqual({ rows: 8, unique: 5 });
    await annotatePages(2001, 1, [1000, 2000, 2000]);
    expect(await listed(100)).toEqual({ rows: 6, unique: 4 });
  });

  it('of dashboards behind the first thousand are left out when more than a thousand match', async () => {
    const on = Array.from({ length: 1001 }, () => 1000);
    await annotatePages(1001, 2, on);
    expect(await listed(5000)).toEqual({ rows: 2, unique: 2 });
    expect(await listed(1000)).toEqual({ rows: 1002, unique: 1000 });
  });

  it('go with their dashboard', async () => {
    await start('13.2');
    await call('POST /api/dashboards/db', { dashboard: { uid: 'd', title: 'D' } });
    await call('POST /api/annotations', { text: 'x', dashboardUID: 'd', panelId: 2 });
    await call('DELETE /api/dashboards/uid/d');
    expect((await call('GET /api/annotations')).body).toEqual([]);
    expect((await call('POST /api/annotations', { text: 'x', dashboardUID: 'd' })).status).toBe(500);
  });
});

describe('playlists', () => {
  it('get a new uid from the legacy API and keep it under /apis', async () => {
    await start('13.2');
    const made = (await call('POST /api/playlists', { uid: 'mine', name: 'P', interval: '5m', items: [] })).body;
    expect(made.uid).not.toBe('mine');
    const path = '/apis/playlist.grafana.app/v1/namespaces/default/playlists';
    const spec = { title: 'Q', interval: '1m', items: [{ type: 'dashboard_by_tag', value: 'prod' }] };
    expect((await call(`POST ${path}`, { metadata: { name: 'mine' }, spec })).status).toBe(201);
    expect((await call('GET /api/playlists/mine')).body).toMatchObject({ name: 'Q', interval: '1m' });
  });
});

describe('public dashboards', () => {
  it('accept the uid and access token they had', async () => {
    await start('12.4');
    await call('POST /api/dashboards/db', { dashboard: { uid: 'd', title: 'D' } });
    const path = '/api/dashboards/uid/d/public-dashboards';
    expect((await call(`GET ${path}`)).status).toBe(404);
    const accessToken = 'ab'.repeat(16);
    const made = (await call(`POST ${path}`, { uid: 'pub', accessToken, isEnabled: true })).body;
    expect(made).toMatchObject({ uid: 'pub', accessToken, share: 'public' });
    expect((await call(`POST ${path}`, { isEnabled: true })).status).toBe(400);
    await call(`PATCH ${path}/pub`, { annotationsEnabled: true });
    expect((await call(`GET ${path}`)).body).toMatchObject({ isEnabled: true, annotationsEnabled: true });
    expect((await call('GET /api/dashboards/public-dashboards')).body).toMatchObject({ totalCount: 1 });
  });
});

describe('correlations', () => {
  it('get a new uid, come 100 at a time, and are in no list without their data sources', async () => {
    await start('13.2');
    for (const uid of ['a', 'b']) {
      await call('POST /api/datasources', { uid, name: uid, type: 'prometheus' });
    }
    const path = '/api/datasources/uid/a/correlations';
    const body = { uid: 'mine', targetUID: 'b', label: 'logs', type: 'query', config: { field: 'x', target: {} } };
    expect((await call(`POST ${path}`, body)).body.result.uid).not.toBe('mine');
    const list = (await call('GET /api/datasources/correlations')).body;
    expect(list).toMatchObject({ limit: 100, totalCount: 1, correlations: [{ type: 'query', sourceUID: 'a' }] });
    await call('DELETE /api/datasources/uid/b');
    expect((await call('GET /api/datasources/correlations')).body).toMatchObject({ correlations: [], totalCount: 1 });
    await call('DELETE /api/datasources/uid/a');
    expect((await call('GET /api/datasources/correlations')).body).toMatchObject({ correlations: [], totalCount: 0 });
  });

  it('have their type inside the config before 11', async () => {
    await start('10.4');
    await call('POST /api/datasources', { uid: 'a', name: 'a', type: 'prometheus' });
    const config = { type: 'query', field: 'x', target: {} };
    const made = await call('POST /api/datasources/uid/a/correlations', { targetUID: 'a', config });
    expect(made.body.result).toMatchObject({ config: { type: 'query' } });
    expect(made.body.result).not.toHaveProperty('type');
  });
});

describe('dashboard snapshots', () => {
  it('take the key and delete key that are sent, but only of a dashboard that exists', async () => {
    await start('13.2');
    const snapshot = { key: 'k', deleteKey: 'secret', name: 'S', dashboard: { uid: 'd', title: 'S' } };
    expect((await call('POST /api/snapshots', snapshot)).status).toBe(400);
    await call('POST /api/dashboards/db', { dashboard: { uid: 'd', title: 'D' } });
    expect((await call('POST /api/snapshots', snapshot)).body).toMatchObject({ key: 'k', deleteKey: 'secret' });
    const list = await call('GET /api/dashboard/snapshots');
    expect(list.body).toMatchObject([{ key: 'k', name: 'S' }]);
    expect(list.text).not.toContain('secret');
    expect((await call('GET /api/snapshots/k')).body.dashboard).toMatchObject({ uid: 'd', title: 'S' });
    expect((await call('POST /api/snapshots', snapshot)).status).toBe(500);
    await call('DELETE /api/dashboards/uid/d');
    expect((await fetch(`${grafana.url}/api/snapshots/k`)).status).toBe(200);
  });
});

describe('plugin settings', () => {
  it('are overwritten whole but for secrets, which are merged and never shown', async () => {
    await start('13.2');
    const path = '/api/plugins/dashkeep-backup-app/settings';
    const secureJsonData = { sidecarToken: 'sesame' };
    await call(`POST ${path}`, { enabled: true, pinned: true, jsonData: { sidecarUrl: 'http://x' }, secureJsonData });
    await call(`POST ${path}`, { enabled: true, secureJsonData: { other: '1' } });
    const read = await call(`GET ${path}`);
    expect(read.body).toMatchObject({ enabled: true, pinned: false, jsonData: null });
    expect(read.body.secureJsonFields).toEqual({ sidecarToken: true, other: true });
    expect(read.text).not.toContain('sesame');
  });

  it('are refused for a plugin that is not installed, and to disable one that is always on', async () => {
    await start('13.2');
    expect((await call('POST /api/plugins/nothing/settings', { enabled: true })).status).toBe(404);
    expect((await call('POST /api/plugins/grafana-lokiexplore-app/settings', { enabled: false })).status).toBe(400);
  });
});

describe('dashboards of an app', () => {
  const path = '/api/plugins/notes-app';
  const set = (enabled: boolean) => call(`POST ${path}/settings`, { enabled });
  const titles = () => [...grafana.state.org(1).dashboards.values()].map(({ title }) => title).sort();

  async function notes(): Promise<void> {
    await start('12.4');
    const dashboards: JsonObject[] = [{ uid: 'one', title: 'One' }, { title: 'Two' }];
    const app = { id: 'notes-app', name: 'Notes', type: 'app', version: '1.0.0', autoEnabled: false } as const;
    grafana.state.plugins.set(app.id, { ...app, dashboards });
  }

  it('are imported when it is enabled, and deleted when it is disabled, with what people changed', async () => {
    await notes();
    expect((await call(`GET ${path}/dashboards`)).status).toBe(404);
    await set(true);
    expect((await call(`GET ${path}/dashboards`)).body).toMatchObject([{ uid: 'one', imported: true }, {}]);
    const object = '/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards/one';
    const { body } = await call(`GET ${object}`);
    expect(body.metadata.annotations).toMatchObject({ 'grafana.app/managedBy': 'plugin' });
    expect((await call(`PUT ${object}`, { ...body, spec: { title: 'Mine' } })).status).toBe(200);
    expect((await call(`GET ${path}/dashboards`)).body).toMatchObject([{ imported: false }, {}, { removed: true }]);
    await set(false);
    expect(titles()).toEqual([]);
  });

  it('are no longer its own once they are saved through the old API, until it is enabled again', async () => {
    await notes();
    await set(true);
    await call('POST /api/dashboards/db', { dashboard: { uid: 'one', title: 'Mine' }, overwrite: true });
    await set(false);
    expect(titles()).toEqual(['Mine']);
    await set(true);
    expect(titles()).toEqual(['One', 'Two']);
  });
});

describe('server settings', () => {
  it('are for server admins with a password, and hide secrets', async () => {
    await start('13.2');
    expect((await call('GET /api/admin/settings')).status).toBe(403);
    const settings = await http(grafana, 'admin:admin', 'GET /api/admin/settings');
    expect(settings.body.security.admin_password).toBe('*********');
  });

  it('of single sign-on store the mask when it is written back, and forget themselves on delete', async () => {
    await start('13.2');
    const admin = (route: string, body?: unknown) => http(grafana, 'admin:admin', route, body);
    const path = '/api/v1/sso-settings/generic_oauth';
    const read = (await admin(`GET ${path}`)).body;
    expect(read).toMatchObject({ source: 'system', settings: { clientSecret: '*********' } });
    await admin(`PUT ${path}`, { settings: read.settings });
    expect(grafana.state.sso.get('generic_oauth')?.settings['clientSecret']).toBe('*********');
    await admin(`DELETE ${path}`);
    expect(grafana.state.sso.get('generic_oauth')?.settings['clientSecret']).toBe('oauth-secret');
  });
});

describe('preferences', () => {
  it('are replaced by a PUT, and need the home dashboard to exist', async () => {
    await start('13.2');
    await call('PUT /api/org/preferences', { theme: 'light', timezone: 'utc' });
    await call('PUT /api/org/preferences', { theme: 'dark' });
    expect((await call('GET /api/org/preferences')).body).toMatchObject({ theme: 'dark', timezone: '' });
    expect((await call('PUT /api/org/preferences', { homeDashboardUID: 'none' })).status).toBe(404);
  });
});
