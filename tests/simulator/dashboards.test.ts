import { describe, expect, it } from 'vitest';
import { PROFILE_NAMES } from '../support/grafana/profiles/profiles.ts';
import { call, grafana, start } from './harness.ts';
import { type HttpResponse } from './http.ts';

const APIS = '/apis/dashboard.grafana.app';

function save(dashboard: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<HttpResponse> {
  return call('POST /api/dashboards/db', { dashboard: { title: 'D', ...dashboard }, ...more });
}

const V2 = {
  metadata: { name: 'new' },
  spec: {
    title: 'Tabs',
    elements: {
      'panel-1': { kind: 'Panel', spec: { id: 1, title: 'P', vizConfig: { kind: 'VizConfig', group: 'stat' } } },
    },
    layout: { kind: 'TabsLayout', spec: { tabs: [] } },
  },
};

describe('legacy save', () => {
  it('raises the version and moves a dashboard to the root when no folder is named', async () => {
    await start('13.2');
    await call('POST /api/folders', { uid: 'f', title: 'F' });
    expect((await save({ uid: 'd' }, { folderUid: 'f' })).body).toMatchObject({ status: 'success', version: 1 });
    expect((await save({ uid: 'd' }, { overwrite: true })).body).toMatchObject({ version: 2, folderUid: '' });
  });

  it.each([
    ['10.4', 412],
    ['11.6', 412],
    ['12.4', 412],
    ['13.2', 409],
  ] as const)('refuses a stale version on %s with %i unless told to overwrite', async (profile, status) => {
    await start(profile);
    await save({ uid: 'd' });
    await save({ uid: 'd', version: 1 });
    expect((await save({ uid: 'd', version: 1 })).status).toBe(status);
    expect((await save({ uid: 'd', version: 1 }, { overwrite: true })).body.version).toBe(3);
  });

  it('refuses unknown ids, ids and uids that disagree, unknown folders and empty titles', async () => {
    await start('11.6');
    const { id } = (await save({ uid: 'a' })).body;
    await save({ uid: 'b', title: 'B' });
    expect((await save({ id: 4711 })).status).toBe(404);
    expect((await save({ id, uid: 'b' }, { overwrite: true })).status).toBe(400);
    expect((await save({ uid: 'c', title: 'C' }, { folderUid: 'nowhere' })).status).toBe(400);
    expect((await save({ title: '' })).status).toBe(400);
    expect((await save({ uid: 'x'.repeat(41) })).status).toBe(400);
  });

  it('on 10.4 replaces the dashboard of the same title in the folder, whatever its uid', async () => {
    await start('10.4');
    await save({ uid: 'first' });
    expect((await save({ uid: 'second' })).body).toMatchObject({ status: 'name-exists' });
    expect((await save({ uid: 'second' }, { overwrite: true })).body.uid).toBe('first');
  });

  it('lets two dashboards of one title live in one folder from 11 on', async () => {
    await start('11.6');
    await save({ uid: 'first' });
    expect((await save({ uid: 'second' })).status).toBe(200);
  });

  it.each(PROFILE_NAMES)('refuses provisioned dashboards on %s even with overwrite', async (profile) => {
    await start(profile);
    await save({ uid: 'd' });
    const stored = grafana.state.org(1).dashboards.get('d')!;
    stored.managedBy = { kind: 'classic-file-provisioning', id: 'default' };
    expect((await save({ uid: 'd' }, { overwrite: true })).status).toBe(400);
    expect((await call('GET /api/dashboards/uid/d')).body.meta.provisioned).toBe(true);
    stored.managedBy.allowsEdits = true;
    expect((await save({ uid: 'd' }, { overwrite: true })).status).toBe(200);
  });

  it('takes a whole Kubernetes-style object on 13 only, and never a bare v2 spec', async () => {
    await start('12.4');
    const object = { apiVersion: 'dashboard.grafana.app/v2', kind: 'Dashboard', ...V2 };
    expect((await call('POST /api/dashboards/db', { dashboard: object })).status).toBe(400);
    await grafana.close();
    await start('13.2');
    expect((await call('POST /api/dashboards/db', { dashboard: object })).body.uid).toBe('new');
    expect((await call('POST /api/dashboards/db', { dashboard: V2.spec })).status).toBe(400);
  });

  it('keeps numbers as they were written', async () => {
    await start('13.2');
    const text = '{"dashboard":{"uid":"d","title":"D","big":12345678901234567890,"exact":1.0,"tiny":1e-7}}';
    await call('POST /api/dashboards/db', text);
    const read = (await call('GET /api/dashboards/uid/d')).text;
    expect(read).toContain('"big":12345678901234567890,"exact":1.0,"tiny":1e-7');
  });
});

describe('v2 dashboards', () => {
  it('are converted by the legacy read on 12.4 and come inside `dashboard` on 13.2', async () => {
    await start('12.4');
    await call(`POST ${APIS}/v2beta1/namespaces/default/dashboards`, V2);
    const converted = (await call('GET /api/dashboards/uid/new')).body;
    expect([converted.meta.apiVersion, converted.dashboard.panels.length]).toEqual(['v0alpha1', 1]);
    await grafana.close();
    await start('13.2');
    await call(`POST ${APIS}/v2/namespaces/default/dashboards`, V2);
    const { dashboard, meta } = (await call('GET /api/dashboards/uid/new')).body;
    expect([meta.apiVersion, dashboard.layout.kind]).toEqual(['v2', 'TabsLayout']);
    expect((await call('GET /api/dashboards/uid/new?apiVersion=v1')).body.dashboard.panels).toHaveLength(1);
  });

  it('lose their tabs when read as v1, and the answer says what they are stored as', async () => {
    await start('13.2');
    await call(`POST ${APIS}/v2/namespaces/default/dashboards`, V2);
    const v1 = (await call(`GET ${APIS}/v1/namespaces/default/dashboards/new`)).body;
    expect(v1.status.conversion).toEqual({ failed: false, storedVersion: 'v2' });
    expect(JSON.stringify(v1.spec)).not.toContain('TabsLayout');
    const v2 = (await call(`GET ${APIS}/v2/namespaces/default/dashboards/new`)).body;
    expect(v2.status).not.toHaveProperty('conversion');
    expect(v2.spec).toMatchObject({ ...V2.spec, cursorSync: 'Off', preload: false });
  });
});

describe('classic dashboards', () => {
  it('are migrated when read as v1 and untouched as v0alpha1', async () => {
    await start('12.4');
    await save({ uid: 'd', schemaVersion: 36 });
    const at = async (version: string) =>
      (await call(`GET ${APIS}/${version}/namespaces/default/dashboards/d`)).body.spec.schemaVersion;
    expect([await at('v0alpha1'), await at('v1beta1')]).toEqual([36, 42]);
  });

  it('lose members that v2 does not know when read as v2', async () => {
    await start('13.2');
    await save({ uid: 'd', panels: [{ id: 1, type: 'stat', title: 'P', customField: true }] });
    const text = (await call(`GET ${APIS}/v2/namespaces/default/dashboards/d`)).text;
    expect(text).toContain('"panel-1"');
    expect(text).not.toContain('customField');
  });
});

describe('/apis writes', () => {
  const path = `${APIS}/v1beta1/namespaces/default/dashboards`;
  const object = { metadata: { name: 'd' }, spec: { title: 'D', schemaVersion: 42, panels: [] } };

  it('refuse a name that exists, a stale resourceVersion and a folder that does not exist', async () => {
    await start('13.2');
    const made = await call(`POST ${path}`, object);
    expect(made.status).toBe(201);
    expect(await call(`POST ${path}`, object)).toMatchObject({ status: 409, body: { reason: 'AlreadyExists' } });
    const { resourceVersion } = made.body.metadata;
    const next = { ...object, metadata: { name: 'd', resourceVersion } };
    expect((await call(`PUT ${path}/d`, next)).body.metadata.generation).toBe(2);
    expect(await call(`PUT ${path}/d`, next)).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
    const annotations = { 'grafana.app/folder': 'nowhere' };
    expect((await call(`POST ${path}`, { ...object, metadata: { name: 'e', annotations } })).status).toBe(404);
  });

  it('give default permissions only when asked to', async () => {
    await start('13.2');
    await call(`POST ${path}`, object);
    const annotations = { 'grafana.app/grant-permissions': 'default' };
    await call(`POST ${path}`, { ...object, metadata: { name: 'open', annotations } });
    const acl = (uid: string) => grafana.state.org(1).dashboards.get(uid)!.acl.length;
    expect([acl('d'), acl('open')]).toEqual([0, 3]);
    expect((await call(`GET ${path}/open`)).text).not.toContain('grant-permissions');
  });

  it('really write with dryRun=All', async () => {
    await start('13.2');
    await call(`POST ${path}?dryRun=All`, object);
    expect(grafana.state.org(1).dashboards.has('d')).toBe(true);
  });

  it('refuse objects whose manager allows no edits', async () => {
    await start('13.2');
    const annotations = { 'grafana.app/managedBy': 'terraform', 'grafana.app/managerId': 'tf' };
    const made = await call(`POST ${path}`, { ...object, metadata: { name: 'd', annotations } });
    expect(made.body.metadata.annotations).toMatchObject(annotations);
    expect((await call(`PUT ${path}/d`, made.body)).status).toBe(403);
  });
});

describe('seeded dashboards', () => {
  it('are the same for the same seed, edits stick, and awkward titles are among them', async () => {
    const texts: string[] = [];
    for (const round of [1, 2]) {
      await start('13.2');
      const seeded = grafana.seedDashboards({ count: 120, folders: 7, bytes: 5000, seed: 5 });
      const org = grafana.state.org(1);
      texts.push(seeded.dashboards.map((uid) => uid + org.dashboards.get(uid)!.body.text()).join());
      const titles = [...org.dashboards.values()].map((dashboard) => dashboard.title);
      expect(titles).toContain('../../etc/passwd');
      expect(titles.filter((title) => title === 'twin')).toHaveLength(2);
      if (round === 1) {
        await grafana.close();
      }
    }
    expect(texts[0]).toBe(texts[1]);
    const [uid = ''] = [...grafana.state.org(1).dashboards.keys()];
    await save({ uid, title: 'Edited' }, { overwrite: true });
    expect((await call(`GET /api/dashboards/uid/${uid}`)).body.dashboard.title).toBe('Edited');
  });

  it('can be edited in bulk, again and again', async () => {
    await start('13.2');
    grafana.seedDashboards({ count: 50, bytes: 2000 });
    const [uid = ''] = grafana.touchDashboards(5, 1);
    expect(grafana.touchDashboards(5, 1)).toContain(uid);
    const { generation, body } = grafana.state.org(1).dashboards.get(uid)!;
    expect([generation, body.text().match(/edited, round/g)]).toEqual([3, ['edited, round']]);
  });
});
