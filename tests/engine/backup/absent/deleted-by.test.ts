import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../../pkg/contract/manifest.ts';
import { readDeletionsOf } from '../../../../pkg/repository/deletions.ts';
import { call } from '../../../simulator/http.ts';
import type { FaultAction } from '../../../support/grafana/http/faults.ts';
import { fastClock } from '../../../support/fast-clock.ts';
import { DASHBOARDS, start, type Bench } from '../../harness.ts';
import { variants } from '../../../support/budget.ts';

let bench: Bench;
let first: Manifest;

const as = (who: string, route: string, body?: unknown) => call(bench.grafana, who, route, body);
const trashReads = () => bench.grafana.requests.filter(({ query }) => query.includes('get-trash')).length;

async function save(uid: string, folderUid = ''): Promise<void> {
  const dashboard = { uid, title: uid, panels: [] };
  await as('admin:admin', 'POST /api/dashboards/db', { dashboard, folderUid, overwrite: true });
}

beforeEach(async () => {
  bench = await start({ profile: '12.4' });
  await as('admin:admin', 'POST /api/admin/users', { login: 'ada', password: 'ada-secret', name: 'Ada' });
  await as('admin:admin', 'POST /api/folders', { uid: 'folder', title: 'Folder' });
  const users = await as('admin:admin', 'GET /api/org/users');
  const ada = (users.body as unknown as { login: string; userId: number }[]).find(({ login }) => login === 'ada');
  await as('admin:admin', `PATCH /api/org/users/${ada?.userId}`, { role: 'Admin' });
  await save('board', 'folder');
  await save('stays');
  first = await bench.backup({ kinds: DASHBOARDS });
  // Grafana says when something was deleted in whole seconds, by which it has to be after the snapshot before.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
});

describe('who deleted a dashboard or folder', () => {
  it('is in the manifest of the first backup without it, and in no later one', async () => {
    await as('ada:ada-secret', 'DELETE /api/folders/folder');
    const second = await bench.backup({ kinds: DASHBOARDS });
    const deleted = { org: 1, updated: expect.any(String), updatedBy: expect.stringMatching(/^user:/) };
    expect(second.deletions).toEqual([
      { ...deleted, kind: 'folder', uid: 'folder' },
      { ...deleted, kind: 'dashboard', uid: 'board' },
    ]);
    for (const { updated } of second.deletions ?? []) {
      const at = new Date(updated);
      expect(at > new Date(first.started) && at <= new Date(second.started)).toBe(true);
    }
    expect((await bench.repository.snapshots()).map(({ deletions }) => deletions)).toEqual([true, undefined]);
    expect(await bench.repository.manifest(second.id)).toMatchObject({ deletions: second.deletions });
    const { deletions } = second;
    expect(await readDeletionsOf(bench.repository, second.id, {})).toMatchObject({ deletions, orgs: [{ id: 1 }] });
    expect((await readDeletionsOf(bench.repository, 'absent', {})).deletions).toEqual([]);
    expect(await bench.backup({ kinds: DASHBOARDS })).not.toHaveProperty('deletions');
  });

  it('is known too if the safety snapshot of a small restore has copied it since', async () => {
    await as('ada:ada-secret', 'DELETE /api/dashboards/uid/board');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const touched = [{ org: 1, kind: 'dashboard' as const, uid: 'stays', title: 'stays', isDeleted: false }];
    const safety = await bench.backup({ trigger: 'safety', touched, deletesNothing: true });
    expect(safety.basedOn?.id).toBe(first.id);
    const { deletions } = await bench.backup({ kinds: DASHBOARDS });
    expect(deletions).toMatchObject([{ kind: 'dashboard', uid: 'board', updatedBy: expect.stringMatching(/^user:/) }]);
  });

  it('is in the safety snapshot of the restore that brings it back, which does not hold it', async () => {
    await as('ada:ada-secret', 'DELETE /api/dashboards/uid/board');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const { record } = await bench.restoreRun(first, { selection: { only: [{ kind: 'dashboard', uid: 'board' }] } });
    const safety = await bench.repository.manifest(record.snapshot!);
    expect(safety.basedOn?.id).toBe(first.id);
    expect(safety.resources.filter(({ uid }) => uid === 'board')).toEqual([]);
    expect(safety.deletions).toMatchObject([{ uid: 'board', updatedBy: expect.stringMatching(/^user:/) }]);
  });

  it('is not asked for where nothing is missing', async () => {
    await save('new');
    expect(await bench.backup({ kinds: DASHBOARDS })).not.toHaveProperty('deletions');
    expect(trashReads()).toBe(0);
  });

  it('is not asked for where the list of the kind failed', async () => {
    bench.grafana.setFaults({
      match: /GET \/apis\/dashboard\..*\/dashboards/,
      action: { kind: 'status', status: 403 },
    });
    expect(await bench.backup({ kinds: DASHBOARDS })).toMatchObject({ status: 'partial' });
    expect(trashReads()).toBe(0);
  });

  it.each(variants<FaultAction>([{ kind: 'hang' }, { kind: 'status', status: 403 }, { kind: 'status', status: 500 }]))(
    'does not keep a backup from being complete if Grafana does not say: %o',
    async (action) => {
      await as('ada:ada-secret', 'DELETE /api/dashboards/uid/board');
      bench.grafana.setFaults({ match: /GET \/apis\/.*get-trash/, action });
      const second = await bench.backup({ kinds: DASHBOARDS, clock: fastClock(20) });
      expect(second).toMatchObject({ status: 'complete', changes: { removed: 1 } });
      expect(second).not.toHaveProperty('deletions');
      expect(trashReads()).toBeGreaterThan(0);
    },
  );
});
