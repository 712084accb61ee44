import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiffEntry } from '../../pkg/contract/api/diff.ts';
import type { ResourceVersion, VersionPage } from '../../pkg/contract/api/versions.ts';
import { call } from '../simulator/http.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

let grafana: Simulator;
let service: TestService;
let second: number;
const snapshots: string[] = [];

const inOrg = (org: number, route: string, body?: unknown) =>
  call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });

async function save(title: string, panels: unknown[], message = ''): Promise<void> {
  const dashboard = { uid: 'board', title, panels, schemaVersion: 41 };
  await inOrg(1, 'POST /api/dashboards/db', { dashboard, message, overwrite: true });
}

async function backup(): Promise<void> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  snapshots.push(String((await service.ended(json.id))['snapshot']));
}

const panel = (title: string, expr = 'up') => ({
  id: 1,
  type: 'timeseries',
  title,
  gridPos: { x: 0, y: 0, w: 12, h: 8 },
  targets: [{ refId: 'A', expr }],
});

async function versions(query = '', uid = 'board', kind = 'dashboard', org = 1): Promise<VersionPage> {
  const { status, json } = await service.call('GET', `/resources/${org}/${kind}/${uid}/versions${query}`);
  expect([status, json.error]).toEqual([200, undefined]);
  return json as VersionPage;
}

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  second = Number((await inOrg(1, 'POST /api/orgs', { name: 'Second' })).body.orgId);
  await inOrg(second, 'POST /api/dashboards/db', {
    dashboard: { uid: 'secret', title: 'Board of others', panels: [] },
  });
  await inOrg(1, 'POST /api/folders', { uid: 'here', title: 'Here' });
  service = await startService({ grafanaUrl: grafana.url, environment: { DASHKEEP_ORGS: 'all' } });
  await save('Board', [panel('Checkout latency')]);
  await backup();
  await backup();
  await save('Board', [panel('Checkout latency', 'rate(up[5m])')], 'smoother');
  await backup();
  await inOrg(1, 'DELETE /api/dashboards/uid/board');
  await backup();
  await save('Board again', [panel('Checkout latency', 'rate(up[5m])')]);
  await backup();
});
afterAll(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

describe('the versions of a dashboard', () => {
  it('are its changes, newest first, with what changed and for how long it stayed so', async () => {
    const page = await versions();
    expect(page).toMatchObject({
      org: 1,
      kind: 'dashboard',
      uid: 'board',
      title: 'Board again',
      deleted: false,
      total: 4,
      indexed: { snapshots: 5, pending: 0, unreadable: 0 },
    });
    expect(page.items.map(({ what }) => what)).toEqual(['returned', 'deleted', 'changed', 'first-seen']);
    const [returned, deleted, changed, first] = page.items as [
      ResourceVersion,
      ResourceVersion,
      ResourceVersion,
      ResourceVersion,
    ];
    expect(returned).toMatchObject({ title: 'Board again', renamedFrom: 'Board' });
    expect(returned).not.toHaveProperty('until');
    expect(deleted).toMatchObject({ title: 'Board', until: returned.time, after: changed.time });
    expect(deleted).not.toHaveProperty('bytes');
    expect(changed).toMatchObject({
      snapshots: { first: snapshots[2], last: snapshots[2], count: 1 },
      comment: 'smoother',
      until: deleted.time,
      lived: Date.parse(deleted.time) - Date.parse(changed.time),
      changes: [{ change: 'changed', params: { panel: 'Checkout latency' } }],
    });
    expect(changed.updatedBy).toMatch(/./);
    // Grafana names nobody who changed what was only created yet.
    expect(first.updatedBy).toBe(changed.updatedBy);
    expect(first).toMatchObject({ snapshots: { first: snapshots[0], last: snapshots[1], count: 2 } });
    expect(first).not.toHaveProperty('changes');
  });

  it('are compared with the time and the author of each side', async () => {
    const { items } = await versions();
    const sides = `from=${snapshots[0]}&to=${snapshots[2]}`;
    const { json } = await service.call('GET', `/diff/resource?${sides}&kind=dashboard&uid=board`);
    const [changed, first] = [items[2]!, items[3]!];
    expect(json).toMatchObject({
      from: { time: first.time, updatedBy: first.updatedBy, by: first.by },
      to: { time: changed.time, updatedBy: changed.updatedBy, by: changed.by, updated: changed.updated },
    });
    expect(json.to.by).toMatch(/./);
    const live = await service.call('GET', `/diff/resource?from=${snapshots[2]}&to=live&kind=dashboard&uid=board`);
    expect(live.json).toMatchObject({ change: 'changed', to: { by: items[0]!.by }, sameAs: snapshots[4] });
    expect(live.json.to).not.toHaveProperty('time');
  });

  it('come in pages, and without what changed where that is not asked for', async () => {
    const first = await versions('?limit=3&changes=false');
    expect(first.items.map(({ what }) => what)).toEqual(['returned', 'deleted', 'changed']);
    expect(first.items.every((one) => one.changes === undefined)).toBe(true);
    const rest = await versions(`?limit=3&cursor=${first.next}`);
    expect(rest.items.map(({ what }) => what)).toEqual(['first-seen']);
    expect(rest.next).toBeUndefined();
  });

  it('are the same after the service was started again, and when the index is gone', async () => {
    const { items } = await versions();
    const { directory } = service;
    await service.stop();
    service = await startService({ grafanaUrl: grafana.url, directory, environment: { DASHKEEP_ORGS: 'all' } });
    expect((await versions()).items).toEqual(items);
    await rm(`${directory}/target/cache/versions.json.gz`);
    expect((await versions()).items).toEqual(items);
  });
});

describe('what cannot be found', () => {
  it('is answered with what may have been meant', async () => {
    const { status, json } = await service.call('GET', '/resources/1/dashboard/bord/versions');
    expect([status, json.error.code]).toEqual([404, 'DK_NOT_FOUND']);
    expect(json.error.hint).toContain('dashboard/board (Board again)');
  });

  it('is the same for what another organization has: not even a near name is given', async () => {
    for (const path of [`/resources/${second}/dashboard/secret/versions`, '/resources/1/dashboard/secret/versions']) {
      const { status, text } = await service.call('GET', path);
      expect([path, status]).toEqual([path, 404]);
      expect(text).not.toContain('Board of others');
    }
  });

  it('is refused where kind or org are none', async () => {
    for (const path of ['/resources/1/dashbord/board/versions', '/resources/one/dashboard/board/versions']) {
      const { status, json } = await service.call('GET', path);
      expect([path, status, json.error.code]).toEqual([path, 400, 'DK_USAGE']);
    }
  });
});

it('takes a uid with slashes, encoded or decoded on its way', async () => {
  for (const uid of ['some%2Fgroup', 'some/group']) {
    const { status, json } = await service.call('GET', `/resources/1/alert-rule-group/${uid}/versions`);
    expect([status, json.error.message]).toEqual([
      404,
      "no snapshot has ever contained alert-rule-group 'some/group' of organization 1",
    ]);
  }
});

describe('the versions of a folder with what is below it', () => {
  it('are in one list, page by page, each with what it is about', async () => {
    await inOrg(1, 'POST /api/folders', { uid: 'shelf', title: 'Shelf' });
    const dashboard = { uid: 'book', title: 'Book', panels: [panel('One')], schemaVersion: 41 };
    await inOrg(1, 'POST /api/dashboards/db', { dashboard, folderUid: 'shelf' });
    await backup();
    const changed = { ...dashboard, panels: [panel('Two')] };
    await inOrg(1, 'POST /api/dashboards/db', { dashboard: changed, folderUid: 'shelf', overwrite: true });
    await backup();
    const all = await versions('?below=true', 'shelf', 'folder');
    expect(all).toMatchObject({ kind: 'folder', uid: 'shelf', title: 'Shelf', deleted: false });
    expect(all.items[0]).toMatchObject({
      ...{ what: 'changed', title: 'Book', folder: 'Shelf', resource: { kind: 'dashboard', uid: 'book' } },
      changes: [{ code: 'panel-title' }],
    });
    const named = all.items.map(({ resource }) => `${resource?.kind}/${resource?.uid}`);
    expect(named).toEqual(expect.arrayContaining(['folder/shelf', 'dashboard/book']));
    const first = await versions('?below=true&limit=1', 'shelf', 'folder');
    const rest = await versions(`?below=true&cursor=${first.next}`, 'shelf', 'folder');
    expect([...first.items, ...rest.items]).toEqual(all.items);
    expect((await versions('', 'shelf', 'folder')).items.every(({ resource }) => resource === undefined)).toBe(true);
  });

  it('are refused for what is no folder, and for the folders of others', async () => {
    for (const [path, status] of [
      ['/resources/1/dashboard/board/versions?below=true', 400],
      [`/resources/${second}/folder/shelf/versions?below=true`, 404],
      ['/resources/1/folder/nobody/versions?below=true', 404],
    ] as const) {
      expect((await service.call('GET', path)).status, path).toBe(status);
    }
  });
});

describe('who saved a version', () => {
  const by = async (uid: string): Promise<unknown[]> => (await versions('', uid)).items.map((one) => one.by);
  const people = async (uid: string) => {
    const { items } = (await service.call('GET', '/snapshots?limit=1')).json;
    const query = `org=1&kind=dashboard&uid=${uid}`;
    const { createdBy, updatedBy } = (await service.call('GET', `/snapshots/${items[0].id}/resource?${query}`)).json;
    return { createdBy, updatedBy };
  };

  it('is a login, until the account is gone; of no other organization', async () => {
    const made = await inOrg(1, 'POST /api/admin/users', { login: 'grace', password: 'a-long-one', OrgId: 1 });
    const dashboard = { uid: 'signed', title: 'Signed', panels: [], schemaVersion: 41 };
    const asGrace = (title: string) =>
      call(grafana, 'grace:a-long-one', 'POST /api/dashboards/db', {
        dashboard: { ...dashboard, title },
        overwrite: true,
      });
    await inOrg(1, 'PATCH /api/org/users/' + String(made.body.id), { role: 'Editor' });
    await inOrg(1, 'POST /api/dashboards/db', { dashboard });
    expect((await asGrace('Signed by her')).status).toBe(200);
    await backup();
    expect(await by('signed')).toEqual(['grace']);
    expect(await people('signed')).toEqual({ createdBy: 'admin', updatedBy: 'grace' });

    // She goes to the other organization, which is none of this one's business.
    await inOrg(1, `POST /api/orgs/${second}/users`, { loginOrEmail: 'grace', role: 'Editor' });
    const left = await inOrg(1, `DELETE /api/orgs/1/users/${String(made.body.id)}`);
    expect(left.status).toBe(200);
    await service.stop();
    service = await startService({
      grafanaUrl: grafana.url,
      directory: service.directory,
      environment: { DASHKEEP_ORGS: 'all' },
    });
    expect(await by('signed')).toEqual([null]);
    expect((await people('signed')).updatedBy).toBeNull();
  });
});

it('names who started the restore that saved a version', async () => {
  const uids = ['restored', 'restored-next'];
  for (const uid of uids) {
    const dashboard = { uid, title: `As ${uid} was`, panels: [], schemaVersion: 41 };
    await inOrg(1, 'POST /api/dashboards/db', { dashboard });
  }
  await backup();
  const [snapshot] = snapshots.slice(-1);
  for (const uid of uids) {
    await inOrg(1, `DELETE /api/dashboards/uid/${uid}`);
  }
  await backup();
  const restore = async (uid: string, login: string): Promise<string> => {
    const selection = { type: 'resources', resources: [{ org: 1, kind: 'dashboard', uid }] };
    const planned = await service.call('POST', '/restores', { snapshot, selection });
    const as = { 'x-grafana-context': JSON.stringify({ login }) };
    const { json } = await service.call('POST', `/restores/${planned.json.id}/apply`, {}, as);
    return String((await service.ended(json.id))['id']);
  };
  const run = await restore('restored', 'ada');
  // Its safety snapshot does not read the first one again.
  await restore('restored-next', 'grace');
  await backup();
  const [returned, deleted, first] = (await versions('', 'restored')).items;
  expect(returned).toMatchObject({ what: 'returned', restored: { run, by: 'ada' } });
  expect([deleted, first].filter((one) => one?.restored !== undefined)).toEqual([]);
  const feed = await service.call('GET', '/changes?limit=100');
  const named = feed.json.items.flatMap(({ resource, restored }: ResourceVersion) =>
    restored === undefined ? [] : [`${resource!.uid} ${restored.by}`],
  );
  expect(named.sort()).toEqual(['restored ada', 'restored-next grace']);
  const graces = (await service.call('GET', '/changes?person=Grace&kind=dashboard')).json as {
    items: ResourceVersion[];
  };
  expect(graces.items.map(({ resource, what }) => [resource?.uid, what])).toEqual([['restored-next', 'returned']]);
  const sides = `from=${snapshots.at(-2)}&to=${snapshots.at(-1)}`;
  const { items } = (await service.call('GET', `/diff?${sides}&kind=dashboard`)).json;
  const differing = items.map(({ uid, restored }: DiffEntry) => `${uid} ${restored?.by}`);
  expect(differing.sort()).toEqual(['restored ada', 'restored-next grace']);
  for (const to of [snapshots.at(-1), 'live']) {
    const uid = `org=1&kind=dashboard&uid=restored`;
    const one = await service.call('GET', `/diff/resource?from=${snapshots.at(-3)}&to=${to}&${uid}`);
    expect([one.json.from.restored, one.json.to.restored]).toEqual([undefined, { run, by: 'ada' }]);
  }
});
