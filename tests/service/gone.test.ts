import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangePage } from '../../pkg/contract/api/changes.ts';
import { fewKinds } from '../support/few-kinds.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

describe('what was deleted between two backups', () => {
  let grafana: Simulator;
  let service: TestService;
  let uid: string;
  let before: string;
  let after: string;

  async function backUp(): Promise<string> {
    const { json } = await service.call('POST', '/runs', { kind: 'backup' });
    return String((await service.ended(json.id))['snapshot']);
  }

  const remove = (path: string) =>
    fetch(`${grafana.url}${path}`, { method: 'DELETE', headers: { authorization: `Bearer ${grafana.token()}` } });

  /** Applies a plan and gives the id of its run. */
  async function apply(plan: { id: string; confirm?: string }): Promise<string> {
    const { json } = await service.call('POST', `/restores/${plan.id}/apply`, { confirm: plan.confirm });
    expect(await service.ended(json.id)).toMatchObject({ status: 'complete' });
    return json.id;
  }

  async function gone(hideRestored: string): Promise<string[]> {
    const { json } = await service.call(
      'GET',
      `/diff?from=${before}&to=${after}&change=removed&kind=dashboard&hideRestored=${hideRestored}`,
    );
    return json.items.map((item: { uid: string }) => item.uid);
  }

  /** Of what the feed of changes calls deleted: what it says was restored after the last backup. */
  async function restored(): Promise<string[]> {
    const { items } = (await service.call('GET', '/changes?kind=dashboard&limit=100')).json as ChangePage;
    expect(items.some(({ back }) => back)).toBe(false);
    return items.flatMap((one) => (one.restoredAt === undefined ? [] : (one.resource?.uid ?? '')));
  }

  beforeAll(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    grafana.seedDashboards({ count: 4, folders: 1, v2Share: 0 });
    service = await startService({ grafanaUrl: grafana.url, environment: fewKinds() });
    before = await backUp();
    const { json } = await service.call('GET', `/snapshots/${before}/resources?kind=dashboard`);
    uid = json.items[0].uid;
    for (const one of json.items.slice(0, 2)) {
      await remove(`/api/dashboards/uid/${one.uid}`);
    }
    after = await backUp();
  });
  afterAll(async () => {
    await service?.stop();
    await grafana?.close();
    await removeDirectory(service.directory);
  });

  it('is no longer listed once a restore has brought it back, and again when that was undone', async () => {
    const all = await gone('false');
    expect(all).toHaveLength(2);
    expect(await gone('true')).toEqual(all);

    const selection = { type: 'resources', resources: [{ org: 1, kind: 'dashboard', uid }] };
    const run = await apply((await service.call('POST', '/restores', { snapshot: before, selection })).json);
    expect(await gone('true')).toEqual(all.filter((one) => one !== uid));
    expect(await gone('false')).toEqual(all);
    expect(await restored()).toEqual([uid]);
    const { finished } = (await service.call('GET', `/runs/${run}`)).json;
    const { items } = (await service.call('GET', '/changes?kind=dashboard&limit=100')).json as ChangePage;
    expect(items.find(({ restoredAt }) => restoredAt)?.restoredAt).toBe(finished);

    await apply((await service.call('POST', `/runs/${run}/undo`)).json);
    expect(await gone('true')).toEqual(all);
    expect(await restored()).toEqual([]);
  });

  it('is listed again if it was deleted after the restore, as Grafana lists it, before the next backup', async () => {
    const selection = { type: 'resources', resources: [{ org: 1, kind: 'dashboard', uid }] };
    await apply((await service.call('POST', '/restores', { snapshot: before, selection })).json);
    await remove(`/api/dashboards/uid/${uid}`);
    expect(await restored()).toEqual([]);
    expect(await gone('true')).toContain(uid);
    const found = (await service.call('GET', `/search?q=${uid}&kind=dashboard&deleted=true`)).json.items;
    expect(found).toMatchObject([{ uid, deleted: true }]);
  });

  it('stays listed when the restore made copies, for the original is still missing', async () => {
    const selection = { type: 'resources', resources: [{ org: 1, kind: 'dashboard', uid }] };
    const options = { copy: { suffix: ' (copy)' } };
    await apply((await service.call('POST', '/restores', { snapshot: before, selection, options })).json);
    expect(await gone('true')).toContain(uid);
  });

  it('is deleted again, not back, when a backup after the restore lacks it, a folder with its contents', async () => {
    const { json } = await service.call('GET', `/snapshots/${after}/resources?kind=folder`);
    const folder = json.items[0].uid as string;
    // IDs of snapshots have whole seconds, so that a backup must not begin in the second in which a restore ended.
    const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1_100));
    await remove(`/api/folders/${folder}`);
    await nextSecond();
    const without = await backUp();
    const selection = { type: 'folder', org: 1, uid: folder };
    await apply((await service.call('POST', '/restores', { snapshot: after, selection })).json);
    expect(await restored()).not.toEqual([]);
    await remove(`/api/folders/${folder}`);
    await nextSecond();
    const again = await backUp();
    expect(await restored()).toEqual([]);
    const feed = (await service.call('GET', '/changes?kind=dashboard,folder&limit=100')).json as ChangePage;
    const inFolder = feed.items.filter(({ deletedWith }) => deletedWith?.uid === folder);
    const of = (first: string) => inFolder.filter(({ snapshots }) => snapshots.first === first);
    const uidsOf = (first: string) => of(first).map(({ resource }) => resource?.uid);
    // The copy of the test before is in no backup that was restored.
    expect(uidsOf(without)).toHaveLength(4);
    expect(uidsOf(again)).toHaveLength(3);
    expect(uidsOf(without)).toEqual(expect.arrayContaining(uidsOf(again)));
    const [source] = new Set(of(again).map(({ snapshots }) => snapshots.before));
    const held = (await service.call('GET', `/snapshots/${source}/resources?kind=folder`)).json.items;
    expect(held.map((one: { uid: string }) => one.uid)).toContain(folder);
    await apply((await service.call('POST', '/restores', { snapshot: after, selection })).json);
    expect(await restored()).toEqual(expect.arrayContaining(uidsOf(again).filter((one) => one !== folder)));
  });
});
