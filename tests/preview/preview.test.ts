import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { diffLive } from '../../pkg/engine/diff.ts';
import { openPreview, type Preview } from '../../pkg/engine/preview/preview.ts';
import { listPreviews, removeExpiredPreviews, removePreview } from '../../pkg/engine/preview/remove.ts';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { PROFILE_NAMES } from '../support/grafana/profiles/profiles.ts';
import { RestoreBench } from '../restore/harness.ts';

const { signal } = new AbortController();
const HOUR = 3_600_000;

let bench: RestoreBench;
afterEach(() => bench.close());

const BOARD = {
  uid: 'board',
  title: 'Checkout',
  links: [{ title: 'Elsewhere', type: 'link', url: 'https://example.org' }],
  panels: [{ id: 1, type: 'stat', title: 'Orders', datasource: { type: 'prometheus', uid: 'gone' } }],
};

/** A dashboard in a folder, with an alert rule, and a backup of them. */
async function company(profile: (typeof PROFILE_NAMES)[number]): Promise<Manifest> {
  bench = await RestoreBench.start({ profile });
  await bench.api('POST /api/datasources', { uid: 'gone', name: 'Metrics', type: 'prometheus', access: 'proxy' });
  await bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
  await bench.api('POST /api/dashboards/db', { dashboard: BOARD, folderUid: 'shop' });
  return bench.backup();
}

async function open(manifest: Manifest, uid = 'board'): Promise<Preview> {
  const instance = await bench.instance();
  const [org] = instance.orgs;
  if (org === undefined) {
    throw new Error('no org');
  }
  const { repository, clock } = bench;
  return openPreview({ manifest, repository, instance, org, uid, clock, log: silentLog, signal });
}

async function sweep(): Promise<{ removed: number; left: number }> {
  return removeExpiredPreviews(await bench.instance(), { clock: bench.clock, log: silentLog, signal });
}

const resources = ({ resources: entries }: Manifest) =>
  entries.map(({ kind, uid, object }) => `${kind}/${uid} ${object}`).sort();

describe.each(PROFILE_NAMES)('a preview on Grafana %s', (profile) => {
  it('shows a dashboard as it was, marked, without links, where only admins see it', async () => {
    const manifest = await company(profile);
    await bench.api('POST /api/dashboards/db', {
      dashboard: { ...BOARD, title: 'Changed', panels: [] },
      folderUid: 'shop',
      overwrite: true,
    });
    const preview = await open(manifest);
    expect(preview.uid).toMatch(/^dashkeep-preview-[0-9a-f]{14}$/);
    expect(preview.title).toBe(`Checkout (as of ${manifest.started.slice(0, 16).replace('T', ' ')} UTC)`);
    const { body } = await bench.api(`GET /api/dashboards/uid/${preview.uid}`);
    expect(body.dashboard).toMatchObject({ title: preview.title, links: [], panels: [{ title: 'Orders' }] });
    expect(body.meta.folderUid).toBe('dashkeep-previews');
    expect((await bench.api('GET /api/folders/dashkeep-previews/permissions')).body).toEqual([]);
    expect((await bench.api('GET /api/dashboards/uid/board')).body.dashboard.title).toBe('Changed');
  });

  it('works for a dashboard and folder that were deleted, and names what it lacks', async () => {
    const manifest = await company(profile);
    await bench.api('DELETE /api/folders/shop');
    await bench.api('DELETE /api/datasources/uid/gone');
    const preview = await open(manifest);
    expect(preview.lostDataSources).toMatchObject([{ uid: 'gone', name: 'Metrics', type: 'prometheus' }]);
    expect((await bench.api(`GET /api/dashboards/uid/${preview.uid}`)).status).toBe(200);
  });

  it('leads to the data source that has the place of the old one', async () => {
    const manifest = await company(profile);
    await bench.api('DELETE /api/datasources/uid/gone');
    await bench.api('POST /api/datasources', { uid: 'new', name: 'Metrics', type: 'prometheus', access: 'proxy' });
    const preview = await open(manifest);
    const { body } = await bench.api(`GET /api/dashboards/uid/${preview.uid}`);
    expect(body.dashboard.panels[0].datasource.uid).toBe('new');
    expect(preview.lostDataSources).toEqual([]);
  });

  it('is never part of a backup or of a comparison', async () => {
    const manifest = await company(profile);
    await open(manifest);
    expect(resources(await bench.backup())).toEqual(resources(manifest));
    const { repository, clock } = bench;
    const instance = await bench.instance();
    const diff = await diffLive({ manifest, repository, instance, clock, log: silentLog, signal });
    expect(diff).toEqual({ added: [], changed: [], removed: [] });
  });

  it('is removed after an hour with its folder, no matter who asks, and not before', async () => {
    const manifest = await company(profile);
    const { uid } = await open(manifest);
    bench.sim.advance(HOUR - 60_000);
    expect(await sweep()).toEqual({ removed: 0, left: 1 });
    bench.sim.advance(61_000);
    expect(await sweep()).toEqual({ removed: 1, left: 0 });
    await expect(bench.api(`GET /api/dashboards/uid/${uid}`)).rejects.toThrow('404');
    await expect(bench.api('GET /api/folders/dashkeep-previews')).rejects.toThrow('404');
    expect(resources(await bench.backup())).toEqual(resources(manifest));
  });

  it('lasts an hour from the last time that it was asked for', async () => {
    const manifest = await company(profile);
    const first = await open(manifest);
    bench.sim.advance(HOUR / 2);
    expect((await open(manifest)).uid).toBe(first.uid);
    bench.sim.advance(HOUR / 2 + 1000);
    expect(await sweep()).toEqual({ removed: 0, left: 1 });
  });

  it('leaves alone what people put in its folder', async () => {
    const manifest = await company(profile);
    const { uid } = await open(manifest);
    const own = { uid: 'own', title: 'Mine', panels: [] };
    await bench.api('POST /api/dashboards/db', { dashboard: own, folderUid: 'dashkeep-previews' });
    const instance = await bench.instance();
    const [org] = instance.orgs;
    await removePreview(instance, org!, uid, { clock: bench.clock, log: silentLog, signal });
    expect((await bench.api('GET /api/dashboards/uid/own')).status).toBe(200);
    await expect(bench.api(`GET /api/dashboards/uid/${uid}`)).rejects.toThrow('404');
    const ports = { clock: bench.clock, log: silentLog, signal };
    await expect(removePreview(instance, org!, 'own', ports)).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
    expect(await listPreviews(org!, signal)).toEqual([]);
  });

  it('keeps what people put in its folder restorable, when folder and copies are gone', async () => {
    const manifest = await company(profile);
    await open(manifest);
    const own = { uid: 'own', title: 'Mine', panels: [] };
    await bench.api('POST /api/dashboards/db', { dashboard: own, folderUid: 'dashkeep-previews' });
    const later = await bench.backup();
    await bench.api('DELETE /api/folders/dashkeep-previews');
    const restored = await bench.applyRecorded({ manifest: later, selection: { kinds: ['folder', 'dashboard'] } });
    expect(restored.results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect((await bench.api('GET /api/dashboards/uid/own')).body.dashboard.title).toBe('Mine');
  });

  it('is refused for a dashboard that the snapshot lacks', async () => {
    const manifest = await company(profile);
    await expect(open(manifest, 'other')).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
    await expect(bench.api('GET /api/folders/dashkeep-previews')).rejects.toThrow('404');
  });
});
