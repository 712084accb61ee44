import { describe, expect, it } from 'vitest';
import { KIND_NAMES } from '../../pkg/contract/kinds.ts';
import { kindOf } from '../../pkg/grafana/kinds/registry.ts';
import { depth } from '../support/budget.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { FaultStore } from '../support/stores/fault-store.ts';
import { ENGINE_PROFILES } from '../support/grafana/profiles/tried.ts';
import { DASHBOARDS, identities, openBench, start } from './harness.ts';

describe.each(ENGINE_PROFILES)('restore into Grafana %s', (profile) => {
  it('brings dashboards and folders back with identical object ids, v2 included', async () => {
    const { grafana, backup, apply } = await start({ profile });
    grafana.seedDashboards({ count: 60, folders: 20, bytes: 1200, v2Share: 0.3 });
    const before = await backup({ kinds: DASHBOARDS });
    grafana.wipe();

    const results = await apply(before);

    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    const after = await backup({ kinds: DASHBOARDS, fullReadEvery: 1 });
    expect(identities(after)).toEqual(identities(before));
    expect(after.kinds.dashboard?.stored).toBe(0);
  });

  it('brings a whole company back, kind by kind, or says what it cannot', async () => {
    const { grafana, backup, apply, plan } = await start({ profile });
    grafana.demoSeed();
    const before = await backup();
    grafana.wipe();

    grafana.clearRequests();
    const planned = await plan(before, { includeManaged: true, overwrite: true });
    // A plan sends no write, not even a dry one.
    expect(grafana.writes()).toEqual([]);
    expect(grafana.requests.filter(({ query }) => query.includes('dryRun'))).toEqual([]);
    const results = await apply(before, { includeManaged: true, overwrite: true });

    expect(results.filter(({ outcome }) => outcome === 'failed' || outcome === 'differs')).toEqual([]);
    const after = await backup({ fullReadEvery: 1 });
    expect(planned.items.some(({ action }) => action === 'create')).toBe(true);
    const restorable = new Set(
      planned.items
        .filter(({ action }) => action === 'create' || action === 'update' || action === 'unchanged')
        .map(({ kind, uid }) => `${kind} ${uid}`),
    );
    const objects = (manifest: typeof before): Map<string, string> =>
      new Map(
        manifest.resources
          .filter(({ kind, uid }) => restorable.has(`${kind} ${uid}`) && kindOf(kind).comparable === undefined)
          .map(({ kind, uid, object }) => [`${kind} ${uid}`, object]),
      );
    expect(objects(after)).toEqual(objects(before));
    const kinds = new Set(before.resources.map(({ kind }) => kind));
    expect(kinds.size).toBeGreaterThan(KIND_NAMES.length / 2);
  });

  it('creates what is missing and leaves alone what is there, unless asked to overwrite', async () => {
    const { grafana, backup, apply, plan, diffLive } = await start({ profile });
    grafana.seedDashboards({ count: 12, folders: 3, bytes: 900, v2Share: 0 });
    const manifest = await backup({ kinds: DASHBOARDS });
    const [edited = '', deleted = ''] = manifest.resources
      .filter(({ kind }) => kind === 'dashboard')
      .map(({ uid }) => uid);
    await rename(grafana.url, edited, 'changed meanwhile');
    await fetch(`${grafana.url}/api/dashboards/uid/${deleted}`, { method: 'DELETE', headers: ADMIN });

    await apply(manifest);

    const cautious = await diffLive(manifest);
    expect(cautious.changed.map(({ uid }) => uid)).toEqual([edited]);
    expect(cautious.removed).toEqual([]);
    expect((await plan(manifest)).items.find(({ uid }) => uid === edited)).toMatchObject({ action: 'skip' });
    await apply(manifest, { overwrite: true });
    expect(await diffLive(manifest)).toEqual({ added: [], changed: [], removed: [] });
  });

  it('deletes nothing that the snapshot lacks', async () => {
    const { grafana, backup, apply } = await start({ profile });
    grafana.seedDashboards({ count: 5, folders: 2, bytes: 600 });
    const manifest = await backup();
    grafana.seedDashboards({ count: 5, folders: 2, bytes: 600, seed: 99 });
    grafana.clearRequests();

    await apply(manifest, { overwrite: true, includeManaged: true });

    expect(grafana.requests.filter(({ method }) => method === 'DELETE')).toEqual([]);
  });

  it('touches nothing when an object of the snapshot is damaged', async () => {
    const { grafana, backup, plan, store } = await start({ profile });
    grafana.seedDashboards({ count: 5, folders: 1, bytes: 600 });
    const manifest = await backup({ kinds: DASHBOARDS });
    grafana.wipe();
    const object = manifest.resources.find(({ kind }) => kind === 'dashboard')?.object ?? '';
    await store.put(`objects/${object.slice(0, 2)}/${object}.json.gz`, Buffer.from('not what it was'));
    grafana.clearRequests();

    await expect(plan(manifest)).rejects.toMatchObject({ code: 'DK_OBJECT_DAMAGED' });

    expect(grafana.writes()).toEqual([]);
  });

  it('restores a single dashboard only where its folder is, and offers the folder', async () => {
    const { grafana, backup, plan } = await start({ profile });
    grafana.seedDashboards({ count: 20, folders: 3, bytes: 600, v2Share: 0 });
    const manifest = await backup({ kinds: DASHBOARDS });
    const entry = manifest.resources.find(({ kind, folderUid }) => kind === 'dashboard' && folderUid !== undefined);
    grafana.wipe();

    const { items, missing } = await plan(manifest, {
      selection: { only: [{ kind: 'dashboard', uid: entry?.uid ?? '' }] },
    });

    expect(items).toEqual([expect.objectContaining({ action: 'blocked' })]);
    expect(missing).toContainEqual(
      expect.objectContaining({ kind: 'folder', uid: entry?.folderUid, inSnapshot: true }),
    );
  });
});

describe('a process killed at any storage call of a backup', () => {
  it('leaves every published snapshot whole, and the next run succeeds', async () => {
    const probe = new FaultStore(new MemoryStore());
    const counting = await openBench({ profile: '13.2' }, probe);
    counting.grafana.seedDashboards({ count: 4, folders: 1, bytes: 600 });
    await counting.backup({ kinds: DASHBOARDS, plainCopies: true });
    await counting.close();
    const calls = probe.calls.length;
    expect(calls).toBeGreaterThan(10);

    // Every call with depth; tests/chaos cuts many more without a Grafana.
    for (let cut = 1; cut <= calls; cut += depth() === 'all' ? 1 : 7) {
      for (const after of [false, true]) {
        const inner = new MemoryStore();
        const faulty = new FaultStore(inner, ({ sequence }) =>
          sequence === cut ? { kind: 'crash', after } : undefined,
        );
        const broken = await openBench({ profile: '13.2' }, faulty).catch(() => undefined);
        broken?.grafana.seedDashboards({ count: 4, folders: 1, bytes: 600 });
        await broken?.backup({ kinds: DASHBOARDS, plainCopies: true }).catch(() => undefined);
        await broken?.close().catch(() => undefined);

        const next = await openBench({ profile: '13.2' }, inner);
        next.grafana.seedDashboards({ count: 4, folders: 1, bytes: 600 });
        for (const { id } of await next.repository.snapshots()) {
          const { resources } = await next.repository.manifest(id);
          await Promise.all(resources.map(({ object }) => next.repository.getObject(object)));
        }
        expect((await next.backup({ kinds: DASHBOARDS })).status).toBe('complete');
        await next.close();
      }
    }
  });
});

const ADMIN = {
  authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
  'content-type': 'application/json',
};

async function rename(url: string, uid: string, title: string): Promise<void> {
  const found = await fetch(`${url}/api/dashboards/uid/${uid}`, { headers: ADMIN });
  const { dashboard, meta } = (await found.json()) as { dashboard: object; meta: { folderUid: string } };
  const answer = await fetch(`${url}/api/dashboards/db`, {
    method: 'POST',
    headers: ADMIN,
    body: JSON.stringify({ dashboard: { ...dashboard, title }, folderUid: meta.folderUid, overwrite: true }),
  });
  expect(answer.status).toBe(200);
}
