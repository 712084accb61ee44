import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import type { FaultAction } from '../../support/grafana/http/faults.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { variants } from '../../support/budget.ts';

const DELETED = ['by-ada', 'in-folder', 'twice', 'again', 'back', 'unkept'];

interface Shown {
  uid: string;
  by?: string;
  resource?: { uid: string };
  restored?: { run: string };
  undo?: { run: string };
}

let grafana: Simulator;
let service: TestService;
const snapshots: string[] = [];

const as = (who: string, route: string, body?: unknown) => call(grafana, who, route, body);

async function save(uid: string, folderUid = ''): Promise<void> {
  await as('admin:admin', 'POST /api/dashboards/db', { dashboard: { uid, title: uid, panels: [] }, folderUid });
}

/** @param isLast - nothing is deleted after it */
async function backup(isLast = false): Promise<void> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  snapshots.push(String((await service.ended(json.id))['snapshot']));
  // Grafana says when something was deleted in whole seconds, by which it has to be after the snapshot before.
  if (!isLast) {
    await new Promise((resolve) => setTimeout(resolve, 1_100));
  }
}

async function deletions(path: string): Promise<Record<string, unknown>> {
  const { json } = await service.call('GET', path);
  const items = json.items as {
    what?: string;
    change?: string;
    kind?: string;
    resource?: { kind: string; uid: string };
    uid: string;
    by?: string;
  }[];
  const gone = items.filter(
    ({ what, change, kind, resource }) =>
      (what === 'deleted' || change === 'removed') && !(kind ?? resource?.kind ?? '').endsWith('-permissions'),
  );
  return Object.fromEntries(gone.map(({ resource, uid, by }) => [resource?.uid ?? uid, by]));
}

beforeAll(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  await as('admin:admin', 'POST /api/admin/users', { login: 'ada', password: 'ada-secret', name: 'Ada' });
  const users = await as('admin:admin', 'GET /api/org/users');
  const ada = (users.body as unknown as { login: string; userId: number }[]).find(({ login }) => login === 'ada');
  await as('admin:admin', `PATCH /api/org/users/${ada?.userId}`, { role: 'Admin' });
  await as('admin:admin', 'POST /api/folders', { uid: 'folder', title: 'Folder' });
  for (const uid of DELETED) {
    await save(uid, uid === 'in-folder' ? 'folder' : '');
  }
  service = await startService({ grafanaUrl: grafana.url });
  await backup();
  await as('ada:ada-secret', 'DELETE /api/dashboards/uid/by-ada');
  await as('ada:ada-secret', 'DELETE /api/folders/folder');
  await as('ada:ada-secret', 'DELETE /api/dashboards/uid/twice');
  await save('twice');
  await as('admin:admin', 'DELETE /api/dashboards/uid/twice');
  await as('ada:ada-secret', 'DELETE /api/dashboards/uid/again');
  await as('ada:ada-secret', 'DELETE /api/dashboards/uid/back');
  await backup();
  await save('again');
  await save('back');
  await as('admin:admin', 'DELETE /api/dashboards/uid/again');
  await backup();
  await as('ada:ada-secret', 'DELETE /api/dashboards/uid/unkept');
  grafana.setFaults({ match: /GET \/apis\/.*get-trash/, action: { kind: 'status', status: 403 } });
  await backup(true);
  grafana.setFaults();
}, 60_000);
afterAll(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

/**
 * Of what was created again, Grafana no longer knows who deleted it: the first backup without it does. `twice` was
 * deleted two times between the same backups.
 */
const KEPT = { 'by-ada': 'ada', 'in-folder': 'ada', folder: 'ada', twice: 'admin', again: 'ada', back: 'ada' };
/** When the first backup without `unkept` was taken, Grafana did not list what was deleted. */
const KNOWN = { ...KEPT, unkept: 'ada' };

describe('who deleted a dashboard or folder', () => {
  it('is known in the changes, also of what was created again', async () => {
    expect(await deletions('/changes?limit=100')).toEqual(KNOWN);
  });

  it('is found by the name in the changes', async () => {
    const { twice, ...others } = KNOWN;
    expect(await deletions('/changes?limit=100&person=ADA')).toEqual(others);
    expect(await deletions('/changes?limit=100&person=admin')).toEqual({ twice });
  });

  it('is known in its versions', async () => {
    expect(await deletions('/resources/1/dashboard/by-ada/versions')).toEqual({ undefined: 'ada' });
    expect(await deletions('/resources/1/dashboard/back/versions')).toEqual({ undefined: 'ada' });
    expect(await deletions('/resources/1/folder/folder/versions?below=true')).toMatchObject({ 'in-folder': 'ada' });
  });

  it('is known in comparisons', async () => {
    expect(await deletions(`/diff?from=${snapshots[0]}&to=${snapshots[1]}`)).toMatchObject(KEPT);
    expect(await deletions(`/diff?from=${snapshots[0]}&to=live`)).toMatchObject({
      'by-ada': 'ada',
      again: 'admin',
      unkept: 'ada',
    });
    for (const to of [snapshots[1], 'latest', 'live']) {
      const one = `from=${snapshots[0]}&to=${to}&org=1&kind=dashboard&uid=by-ada`;
      const { json } = await service.call('GET', `/diff/resource?${one}`);
      expect([json.change, json.from.by, json.to.by]).toEqual(['removed', 'admin', 'ada']);
    }
  });

  it.each([
    ['by-ada', 'ada'],
    ['in-folder', 'ada'],
    // It was deleted once more since the last backup that holds it.
    ['again', 'admin'],
    ['unkept', 'ada'],
  ])('is known in a search: %s', async (uid, by) => {
    const { json } = await service.call('GET', `/search?q=${uid}&kind=dashboard`);
    expect(json.items).toMatchObject([{ uid, deleted: true, by, updated: expect.any(String) }]);
  });

  it('is not read again for each of several resources', async () => {
    const read = () => grafana.requests.filter(({ query }) => query.includes('get-trash')).length;
    const compare = async (uid: string): Promise<unknown> => {
      const one = `from=${snapshots[0]}&to=live&org=1&kind=dashboard&uid=${uid}`;
      return (await service.call('GET', `/diff/resource?${one}`)).json.to.by;
    };
    const before = read();
    expect(await Promise.all(['by-ada', 'twice', 'in-folder'].map(compare))).toEqual(['ada', 'admin', 'ada']);
    // Dashboards and folders, each once at most.
    expect(read() - before).toBeLessThanOrEqual(2);
  });

  it('is read again when one of its lists failed', async () => {
    await service.stop();
    service = await startService({ grafanaUrl: grafana.url, directory: service.directory });
    grafana.setFaults({ match: /GET \/apis\/dashboard.*get-trash/, action: { kind: 'status', status: 403 } });
    expect(await deletions('/resources/1/folder/folder/versions')).toEqual({ undefined: 'ada' });
    expect(await deletions('/resources/1/dashboard/unkept/versions')).toEqual({ undefined: undefined });
    grafana.setFaults();
    expect(await deletions('/resources/1/dashboard/unkept/versions')).toEqual({ undefined: 'ada' });
  });

  it.each(variants<FaultAction>([{ kind: 'hang' }, { kind: 'status', status: 500 }]))(
    'is not awaited when Grafana does not answer, and then only backups name who deleted something: %o',
    async (action) => {
      grafana.setFaults({ match: /GET \/apis\/.*get-trash/, action });
      const restart = async (): Promise<void> => {
        await service.stop();
        // Its limits are over sooner, and later where others keep the processors busy.
        service = await startService({ grafanaUrl: grafana.url, directory: service.directory, clock: fastClock(5) });
      };
      await restart();
      expect(await deletions('/changes?limit=100')).toEqual({ ...KNOWN, unkept: undefined });
      await restart();
      const { json } = await service.call('GET', '/resources/1/dashboard/unkept/versions');
      expect(json.items.map(({ by }: { by?: string }) => by)).toEqual([undefined, 'admin']);
    },
  );
});

describe('what an undo deleted', () => {
  /** The list of deletions is kept for ten seconds. */
  const restart = async () => {
    await service.stop();
    service = await startService({ grafanaUrl: grafana.url, directory: service.directory });
  };

  beforeAll(async () => {
    grafana.setFaults();
    await restart();
  });

  const by = (path: string, uid: string) =>
    service
      .call('GET', path)
      .then(({ json }) => (json.items as Shown[]).find((one) => (one.resource ?? one).uid === uid));

  /** Applies a plan and gives the ID of its run. */
  async function apply(plan: { id: string; confirm?: string }): Promise<string> {
    const { json } = await service.call('POST', `/restores/${plan.id}/apply`, { confirm: plan.confirm });
    expect(await service.ended(json.id)).toMatchObject({ status: 'complete' });
    return json.id;
  }

  async function restore(uid: string): Promise<string> {
    const selection = { type: 'resources', resources: [{ org: 1, kind: 'dashboard', uid }] };
    return apply((await service.call('POST', '/restores', { snapshot: snapshots[0], selection })).json);
  }

  it('was deleted by that, not by the account of the service, in comparisons, a search, changes and versions', async () => {
    const restored = await restore('by-ada');
    await backup();
    const undo = await apply((await service.call('POST', `/runs/${restored}/undo`)).json);
    const one = `from=${snapshots[0]}&to=live&org=1&kind=dashboard&uid=by-ada`;
    expect((await service.call('GET', `/diff/resource?${one}`)).json.to.restored?.run).toBe(undo);
    expect((await by(`/diff?from=${snapshots[0]}&to=live&kind=dashboard`, 'by-ada'))?.restored?.run).toBe(undo);
    expect((await by('/search?q=by-ada&kind=dashboard', 'by-ada'))?.undo?.run).toBe(undo);
    await backup();
    expect((await by(`/changes?since=${snapshots.at(-2)}&kind=dashboard`, 'by-ada'))?.restored?.run).toBe(undo);
    const [gone] = (await service.call('GET', '/resources/1/dashboard/by-ada/versions')).json.items;
    expect(gone).toMatchObject({ what: 'deleted', restored: { run: undo } });
  });

  it('is not what someone deleted after a restore', async () => {
    const run = await restore('again');
    await backup();
    const restored = snapshots.at(-1);
    expect((await by(`/changes?since=${snapshots.at(-2)}&kind=dashboard`, 'again'))?.restored?.run).toBe(run);
    await as('ada:ada-secret', 'DELETE /api/dashboards/uid/again');
    await restart();
    expect(await by(`/diff?from=${restored}&to=live&kind=dashboard`, 'again')).toMatchObject({ by: 'ada' });
    expect((await by(`/diff?from=${restored}&to=live&kind=dashboard`, 'again'))?.restored).toBeUndefined();
    const one = `from=${restored}&to=live&org=1&kind=dashboard&uid=again`;
    expect((await service.call('GET', `/diff/resource?${one}`)).json.to).toMatchObject({ by: 'ada' });
    await backup();
    const [gone] = (await service.call('GET', '/resources/1/dashboard/again/versions')).json.items;
    expect(gone).toMatchObject({ what: 'deleted', by: 'ada' });
    expect(gone.restored).toBeUndefined();
  });
});
