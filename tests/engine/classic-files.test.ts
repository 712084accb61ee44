import { describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { ENGINE_PROFILES } from '../support/grafana/profiles/tried.ts';
import { DASHBOARDS, start, type Bench } from './harness.ts';

const UIDS = ['orders', 'stock', 'gone'];

interface ClassicFile {
  dashboard: Record<string, unknown>;
  meta: { folderUid?: string };
}

const api = (bench: Bench, route: string, body?: unknown) => call(bench.grafana, 'admin:admin', route, body);
const keyOf = (uid: string): string => `grafana-backups/dashboard-${uid}.json`;

async function fileOf(bench: Bench, uid: string): Promise<string> {
  return (await bench.store.get(keyOf(uid))).toString('utf8');
}

/** A Grafana, a bucket that the classic script has filled, and a dashboard that was deleted since. */
async function scripted(profile: ProfileName): Promise<{ bench: Bench; files: string[] }> {
  const bench = await start({ profile });
  await api(bench, 'POST /api/folders', { uid: 'shop', title: 'Shop' });
  for (const uid of UIDS) {
    await api(bench, 'POST /api/dashboards/db', { dashboard: { uid, title: uid, panels: [] }, folderUid: 'shop' });
    await bench.store.put(keyOf(uid), Buffer.from((await api(bench, `GET /api/dashboards/uid/${uid}`)).text));
  }
  await api(bench, 'DELETE /api/dashboards/uid/gone');
  return { bench, files: await Promise.all(UIDS.map((uid) => fileOf(bench, uid))) };
}

describe.each(ENGINE_PROFILES)('files of the classic script, after a backup of Grafana %s', (profile) => {
  it('stay to the byte if their dashboard is gone, and are overwritten in the same form otherwise', async () => {
    const { bench, files } = await scripted(profile);
    await bench.backup({ kinds: DASHBOARDS, plainCopies: true });
    expect(await fileOf(bench, 'gone')).toBe(files[2]);
    for (const [index, uid] of ['orders', 'stock'].entries()) {
      const [before, after] = [files[index]!, await fileOf(bench, uid)].map((text) => JSON.parse(text) as ClassicFile);
      const { id: _id, version: _version, ...dashboard } = before!.dashboard;
      expect(after!.dashboard).toMatchObject(dashboard);
      expect(after!.meta.folderUid).toBe('shop');
    }
  });

  it('can be restored as before, with a script', async () => {
    const { bench } = await scripted(profile);
    await bench.backup({ kinds: DASHBOARDS, plainCopies: true });
    for (const uid of ['orders', 'stock']) {
      await api(bench, `DELETE /api/dashboards/uid/${uid}`);
    }
    for (const uid of UIDS) {
      const { dashboard, meta } = JSON.parse(await fileOf(bench, uid)) as ClassicFile;
      const body = { dashboard: { ...dashboard, id: null }, folderUid: meta.folderUid, overwrite: true };
      expect((await api(bench, 'POST /api/dashboards/db', body)).status).toBe(200);
    }
    const { dashboards } = bench.grafana.state.org(1);
    expect([...dashboards.values()].map(({ uid, folderUid }) => `${folderUid}/${uid}`).sort()).toEqual([
      'shop/gone',
      'shop/orders',
      'shop/stock',
    ]);
  });
});
