import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChangePage } from '../../../pkg/contract/api/changes.ts';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

const SECOND_TOKEN = 'token-of-the-second-0123456789abcdef';

let grafana: Simulator;
let service: TestService;
let second: number;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  second = Number((await api('POST /api/orgs', { name: 'Second' }))['orgId']);
  await api('POST /api/folders', { uid: 'ops', title: 'Ops' });
  service = await startService({
    grafanaUrl: grafana.url,
    environment: { DASHKEEP_ORGS: 'all', [`DASHKEEP_API_TOKEN_ORG_${second}`]: SECOND_TOKEN },
  });
});
afterEach(async () => {
  await service.stop();
  await removeDirectory(service.directory);
  await grafana.close();
});

async function api(route: string, body?: unknown, org = 1): Promise<Record<string, unknown>> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body as Record<string, unknown>;
}

const save = (uid: string, more: object = {}, folderUid = '', org = 1) =>
  api(
    'POST /api/dashboards/db',
    { dashboard: { uid, title: uid, panels: [], ...more }, folderUid, overwrite: true },
    org,
  );

async function backUp(): Promise<string> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  const run = await service.ended(json.id);
  expect(run).toMatchObject({ status: 'complete' });
  return String(run['snapshot']);
}

const page = async (query = '', token = service.token): Promise<ChangePage> => {
  const headers = { authorization: `Bearer ${token}` };
  const { status, json } = await service.call('GET', `/changes${query}`, undefined, headers);
  expect([status, json.error]).toEqual([200, undefined]);
  return json as ChangePage;
};

it('GET /changes lists what any backup shows, newest first, by folder, kind and person, to each organization its own', async () => {
  await save('old', {}, 'ops');
  await backUp();
  await save('old', { title: 'Newer' }, 'ops');
  await save('loose');
  await save('theirs', {}, '', second);
  await backUp();
  await api('POST /api/playlists', { name: 'Tour', interval: '5m', items: [] });
  await api('DELETE /api/dashboards/uid/loose');
  await backUp();
  const all = await page();
  const short = ({ items }: ChangePage) => items.map(({ what, title, resource }) => [what, resource?.kind, title]);
  expect(short(await page('?kind=dashboard,playlist'))).toEqual([
    ['deleted', 'dashboard', 'loose'],
    ['created', 'playlist', 'Tour'],
    ['created', 'dashboard', 'loose'],
    ['changed', 'dashboard', 'Newer'],
  ]);
  expect(all.indexed).toEqual({ snapshots: 3, pending: 0, unreadable: 0 });
  expect(all.items.some(({ what }) => what === 'first-seen')).toBe(false);
  const inOps = await page('?folder=ops');
  expect(short(inOps).filter(([, kind]) => kind === 'dashboard')).toEqual([['changed', 'dashboard', 'Newer']]);
  const [changed] = inOps.items;
  expect(changed?.changes?.map(({ code }) => code)).toEqual(['title']);
  expect(changed?.snapshots.before).toBeTypeOf('string');
  // Grafana says when it was deleted in whole seconds, which may be those of the backup before.
  expect(short(await page('?kind=dashboard&person=ADM')).filter(([what]) => what !== 'deleted')).toEqual([
    ['created', 'dashboard', 'loose'],
    ['changed', 'dashboard', 'Newer'],
  ]);
  expect((await page('?person=nobody')).items).toEqual([]);
  const theirs = await page('?kind=dashboard', SECOND_TOKEN);
  expect(short(theirs)).toEqual([['created', 'dashboard', 'theirs']]);
  const first = await page('?kind=dashboard&limit=2');
  const next = await page(`?kind=dashboard&limit=2&cursor=${first.next}`);
  expect([...short(first), ...short(next)]).toEqual(short(await page('?kind=dashboard')));
  expect(next.next).toBeUndefined();
});

it('GET /changes names the outermost folder with which something was deleted, and where that was', async () => {
  await api('POST /api/folders', { uid: 'inner', title: 'Inner', parentUid: 'ops' });
  await api('POST /api/folders', { uid: 'prod', title: 'Prod', parentUid: 'ops' });
  await backUp();
  await api('DELETE /api/folders/prod');
  await save('deep', {}, 'inner');
  await save('early', {}, 'ops');
  await save('loose');
  await backUp();
  await api('DELETE /api/dashboards/uid/early');
  await backUp();
  await api('DELETE /api/dashboards/uid/loose');
  await api('DELETE /api/folders/ops');
  await backUp();
  const { items } = await page('?kind=dashboard,folder');
  const deleted = items.filter(({ what }) => what === 'deleted');
  const ops = { kind: 'folder', uid: 'ops', title: 'Ops', folder: '' };
  expect(Object.fromEntries(deleted.map(({ resource, deletedWith }) => [resource?.uid, deletedWith]))).toEqual({
    ...{ ops, inner: ops, deep: ops },
    ...{ loose: undefined, early: undefined, prod: { kind: 'folder', uid: 'prod', title: 'Prod', folder: 'Ops' } },
  });
});

it('GET /changes groups what belonged to a deleted dashboard with it, or with the folder', async () => {
  for (const [uid, folderUid] of [
    ['noted', 'ops'],
    ['lone', ''],
    ['kept', ''],
  ] as const) {
    await save(uid, {}, folderUid);
    for (const text of [`${uid} deployed`, `${uid} failed`]) {
      await api('POST /api/annotations', { dashboardUID: uid, time: 1_700_000_000_000, text });
    }
    await api(`POST /api/dashboards/uid/${uid}/public-dashboards`, { isEnabled: true });
  }
  await api('POST /api/annotations', { time: 1_700_000_000_000, text: 'everywhere' });
  await backUp();
  await api('DELETE /api/dashboards/uid/lone');
  await api('DELETE /api/folders/ops');
  await backUp();
  const headOf = ({ deletedWith }: ChangePage['items'][number]) => `${deletedWith?.kind}/${deletedWith?.uid}`;
  const entries = ({ items }: ChangePage) =>
    [...new Set(items.map(headOf))].map((head) => {
      const members = items.filter((one) => headOf(one) === head);
      return [head, members[0]?.resource?.uid, ...members.map(({ title }) => title).sort()];
    });
  const lone = ['lone', 'lone deployed', 'lone failed', 'lone'];
  const ops = ['Ops', 'noted', 'noted deployed', 'noted failed', 'noted'];
  const all = await page('?limit=2');
  expect(entries(all).sort()).toEqual([
    ['dashboard/lone', 'lone', ...lone.toSorted()],
    ['folder/ops', 'ops', ...ops.toSorted()],
  ]);
  expect(new Set(all.items.map(({ together }) => together))).toEqual(new Set([4, 5]));
  // Those of the dashboard that is not listed stay single.
  const notes = (await page('?kind=annotation')).items;
  expect(notes.map(({ title, deletedWith }) => [title, deletedWith?.uid]).sort()).toEqual([
    ['lone deployed', undefined],
    ['lone failed', undefined],
    ['noted deployed', 'ops'],
    ['noted failed', 'ops'],
  ]);
});

it('GET /changes counts a deleted folder with its contents as one, without permissions, whatever the page', async () => {
  const permissions = (path: string) => api(`POST ${path}`, { items: [{ role: 'Viewer', permission: 1 }] });
  await permissions('/api/folders/ops/permissions');
  const boards = Array.from({ length: 60 }, (_, at) => `board-${String(at).padStart(2, '0')}`);
  for (const uid of [...boards, 'zoo', 'alone']) {
    await save(uid, {}, uid.startsWith('board') ? 'ops' : '');
    await permissions(`/api/dashboards/uid/${uid}/permissions`);
  }
  await backUp();
  await api('DELETE /api/dashboards/uid/alone');
  await api('DELETE /api/folders/ops');
  await api('DELETE /api/dashboards/uid/zoo');
  await backUp();
  const pages: ChangePage[] = [];
  for (let query = '?limit=2'; ;) {
    const one = await page(query);
    pages.push(one);
    if (one.next === undefined) {
      break;
    }
    query = `?limit=2&cursor=${one.next}`;
  }
  const entries = pages.map(({ items }) => [
    ...new Set(items.map(({ title, deletedWith }) => deletedWith?.title ?? title)),
  ]);
  expect(entries).toEqual([['alone', 'Ops'], ['zoo']]);
  expect(pages.map(({ total }) => total)).toEqual([63, 63]);
  const folder = pages[0]?.items.filter(({ deletedWith }) => deletedWith !== undefined) ?? [];
  expect(folder[0]?.resource).toEqual({ kind: 'folder', uid: 'ops' });
  expect([folder.length, new Set(folder.map(({ together }) => together))]).toEqual([20, new Set([61])]);
  const byKind = (await page('?limit=1&kind=dashboard')).items;
  expect(byKind.map(({ title }) => title)).toEqual(['alone']);
  expect((await page('?kind=dashboard')).items.find(({ deletedWith }) => deletedWith)).toMatchObject({
    together: 60,
    deletedWith: { uid: 'ops', title: 'Ops' },
  });
});

it('between two snapshots, GET /changes lists how they differ, not the states in between', async () => {
  await save('back', { title: 'Before' });
  await save('gone');
  const since = await backUp();
  await save('back', { title: 'In between' });
  await save('gone', { title: 'In between' });
  await save('brief');
  await save('new', { title: 'In between' });
  await backUp();
  await save('back', { title: 'Before' });
  await api('DELETE /api/dashboards/uid/gone');
  await api('DELETE /api/dashboards/uid/brief');
  await save('new', { title: 'New' });
  const until = await backUp();
  await save('new', { title: 'Later' });
  await backUp();
  const { items, total, counts } = await page(`?kind=dashboard&since=${since}&until=${until}`);
  expect(items.map(({ what, title, snapshots }) => [what, title, snapshots.before])).toEqual([
    ['deleted', 'gone', since],
    ['created', 'New', undefined],
  ]);
  expect([total, counts]).toEqual([2, { added: 1, changed: 0, removed: 1 }]);
});
