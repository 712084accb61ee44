import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { diffLive } from '../../pkg/engine/live-diff.ts';
import { outerFolderOf } from '../../pkg/engine/preview/folder.ts';
import { openPreview, type Preview } from '../../pkg/engine/preview/preview.ts';
import { PreviewRecords } from '../../pkg/engine/preview/record.ts';
import { listPreviews, removeExpiredPreviews, removePreview } from '../../pkg/engine/preview/remove.ts';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { ENGINE_PROFILES, TRIED_PROFILES } from '../support/grafana/profiles/tried.ts';
import { SeededRandomness } from '../support/repository/repository.ts';
import { RestoreBench } from '../restore/harness.ts';
import { MemoryState } from '../../pkg/lib/state.ts';

const { signal } = new AbortController();
const HOUR = 3_600_000;

let bench: RestoreBench;
let records: PreviewRecords;
let randomness: SeededRandomness;
afterEach(() => bench.close());

const BOARD = {
  uid: 'board',
  title: 'Checkout',
  links: [{ title: 'Elsewhere', type: 'link', url: 'https://example.org' }],
  panels: [{ id: 1, type: 'stat', title: 'Orders', datasource: { type: 'prometheus', uid: 'gone' } }],
};

/** A dashboard in a folder, with an alert rule, and a backup of them. */
async function company(profile: ProfileName): Promise<Manifest> {
  bench = await RestoreBench.start({ profile });
  records = new PreviewRecords(new MemoryState(), silentLog);
  randomness = new SeededRandomness('previews');
  bench.previews = records;
  await bench.api('POST /api/datasources', { uid: 'gone', name: 'Metrics', type: 'prometheus', access: 'proxy' });
  await bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
  await bench.api('POST /api/dashboards/db', { dashboard: BOARD, folderUid: 'shop' });
  return bench.backup();
}

const ports = () => ({ records, clock: bench.clock, log: silentLog, signal });

async function open(manifest: Manifest, uid = 'board'): Promise<Preview> {
  const instance = await bench.instance();
  const { repository } = bench;
  return openPreview({ ...ports(), manifest, repository, instance, org: instance.orgs[0]!, uid, randomness });
}

async function sweep(): Promise<{ removed: number; left: number }> {
  return removeExpiredPreviews(await bench.instance(), ports());
}

/** The folder of a copy. */
async function folderOf({ uid }: Preview): Promise<string> {
  return (await records.all()).find(({ dashboard }) => dashboard === uid)?.folder ?? '';
}

async function remove(uid: string): Promise<void> {
  const instance = await bench.instance();
  await removePreview(instance, instance.orgs[0]!, uid, ports());
}

const left = () => [...bench.sim.state.org(1).folders.keys(), ...bench.sim.state.org(1).dashboards.keys()];

const resources = ({ resources: entries }: Manifest) =>
  entries.map(({ kind, uid, object }) => `${kind}/${uid} ${object}`).sort();

describe.each(TRIED_PROFILES)('a preview on Grafana %s', (profile) => {
  it('shows a dashboard as it was, marked, without links, where only admins see it', async () => {
    const manifest = await company(profile);
    await bench.api('POST /api/dashboards/db', {
      dashboard: { ...BOARD, title: 'Changed', panels: [] },
      folderUid: 'shop',
      overwrite: true,
    });
    const preview = await open(manifest);
    expect(preview.uid).toMatch(/^dashkeep-preview-[0-9a-f]{22}$/);
    expect(preview.title).toBe(`Checkout (as of ${manifest.started.slice(0, 16).replace('T', ' ')} UTC)`);
    const { body } = await bench.api(`GET /api/dashboards/uid/${preview.uid}`);
    expect(body.dashboard).toMatchObject({ title: preview.title, links: [], panels: [{ title: 'Orders' }] });
    const folder = await folderOf(preview);
    expect(body.meta.folderUid).toBe(folder);
    expect((await bench.api(`GET /api/folders/${folder}`)).body).not.toHaveProperty('parentUid');
    expect((await bench.api(`GET /api/folders/${folder}/permissions`)).body).toEqual([]);
    expect((await bench.api(`GET /api/dashboards/uid/${preview.uid}/permissions`)).body).toEqual([]);
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

  it('is never part of a backup or of a comparison, and backups name what they leave out', async () => {
    const manifest = await company(profile);
    const preview = await open(manifest);
    const folder = await folderOf(preview);
    const later = await bench.backup();
    expect(resources(later)).toEqual(resources(manifest));
    expect(later.status).toBe('complete');
    expect(later.skipped.map(({ kind, uid, code }) => `${kind}/${uid} ${code}`).sort()).toEqual([
      `dashboard/${preview.uid} temporary-copy`,
      `folder-permissions/${folder} temporary-copy`,
      `folder/${folder} temporary-copy`,
    ]);
    const { repository, clock } = bench;
    const instance = await bench.instance();
    const diff = await diffLive({ manifest, repository, instance, clock, log: silentLog, signal });
    expect(diff).toEqual({ added: [], changed: [], removed: [] });
  });
});

describe.each(ENGINE_PROFILES)('the life of a preview on Grafana %s', (profile) => {
  it('is backed up by anyone who has no record of it, and no longer by the next one who has', async () => {
    const manifest = await company(profile);
    const preview = await open(manifest);
    bench.previews = undefined;
    expect(resources(await bench.backup()).join()).toContain(preview.uid);
    bench.previews = records;
    expect(resources(await bench.backup())).toEqual(resources(manifest));
  });

  it('is backed up once somebody moved it out of its folder, and never removed', async () => {
    const manifest = await company(profile);
    const preview = await open(manifest);
    const { body } = await bench.api(`GET /api/dashboards/uid/${preview.uid}`);
    await bench.api('POST /api/dashboards/db', { dashboard: body.dashboard, folderUid: 'shop', overwrite: true });
    expect(resources(await bench.backup()).join()).toContain(`dashboard/${preview.uid}`);
    bench.sim.advance(HOUR + 1000);
    expect(await sweep()).toEqual({ removed: 1, left: 0 });
    expect(left().sort()).toEqual(['board', preview.uid, 'shop']);
  });

  it('is removed after an hour with its folder, no matter who asks, and not before', async () => {
    const manifest = await company(profile);
    const before = left();
    const { expires } = await open(manifest);
    expect(Math.abs(expires.getTime() - bench.clock.now().getTime() - HOUR)).toBeLessThan(60_000);
    bench.sim.advance(HOUR - 60_000);
    expect(await sweep()).toEqual({ removed: 0, left: 1 });
    bench.sim.advance(61_000);
    expect(await sweep()).toEqual({ removed: 1, left: 0 });
    expect(left()).toEqual(before);
    expect(await records.all()).toEqual([]);
    bench.sim.clearRequests();
    expect(await sweep()).toEqual({ removed: 0, left: 0 });
    expect(bench.sim.writes()).toEqual([]);
    expect(resources(await bench.backup())).toEqual(resources(manifest));
  });

  it('leaves alone what people put in its folder', async () => {
    const manifest = await company(profile);
    const preview = await open(manifest);
    const folder = await folderOf(preview);
    const own = { uid: 'own', title: 'Mine', panels: [] };
    await bench.api('POST /api/dashboards/db', { dashboard: own, folderUid: folder });
    await remove(preview.uid);
    expect((await bench.api('GET /api/dashboards/uid/own')).status).toBe(200);
    expect(left()).not.toContain(preview.uid);
    await expect(remove('own')).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
    const instance = await bench.instance();
    expect(await listPreviews(instance.orgs[0]!, ports())).toEqual([]);
    expect(resources(await bench.backup()).join()).toContain(`folder/${folder}`);
    await bench.api('DELETE /api/dashboards/uid/own');
    expect(await sweep()).toEqual({ removed: 1, left: 0 });
    expect(left()).not.toContain(folder);
  });

  it('gives up after a day what it cannot remove, and from then on it is backed up as all else', async () => {
    const manifest = await company(profile);
    const folder = await folderOf(await open(manifest));
    await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'own', title: 'Mine' }, folderUid: folder });
    bench.sim.advance(2 * HOUR);
    expect(await sweep()).toEqual({ removed: 0, left: 1 });
    bench.sim.advance(24 * HOUR);
    await sweep();
    expect(await records.all()).toEqual([]);
    expect(left()).toContain('own');
  });

  it('keeps what people put in its folder restorable, when folder and copies are gone', async () => {
    const manifest = await company(profile);
    const folder = await folderOf(await open(manifest));
    await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'own', title: 'Mine' }, folderUid: folder });
    const later = await bench.backup();
    await bench.api(`DELETE /api/folders/${folder}`);
    const restored = await bench.applyRecorded({ manifest: later, selection: { kinds: ['folder', 'dashboard'] } });
    expect(restored.results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect((await bench.api('GET /api/dashboards/uid/own')).body.dashboard.title).toBe('Mine');
  });

  it('is not deleted by a restore that deletes what the snapshot lacks', async () => {
    const manifest = await company(profile);
    const preview = await open(manifest);
    await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'extra', title: 'Extra' } });
    const plan = await bench.plan({ manifest, options: { deleteExtra: true } });
    const deleted = plan.items.filter(({ action }) => action === 'delete').map(({ uid }) => uid);
    expect(deleted).toEqual(['extra']);
    expect(left()).toContain(preview.uid);
  });

  it('replaces the oldest of ten', async () => {
    const manifest = await company(profile);
    const opened: Preview[] = [];
    for (let count = 0; count < 11; count++) {
      opened.push(await open(manifest));
    }
    const live = left().filter((uid) => opened.some((preview) => preview.uid === uid));
    expect(live.sort()).toEqual(
      opened
        .slice(1)
        .map(({ uid }) => uid)
        .sort(),
    );
    expect(await records.all()).toHaveLength(10);
  });

  it('is refused for a dashboard that the snapshot lacks', async () => {
    const manifest = await company(profile);
    await expect(open(manifest, 'other')).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
    expect(await records.all()).toEqual([]);
    expect(left().sort()).toEqual(['board', 'shop']);
  });

  it('leaves nothing that the next process does not remove, whichever request is the last of this one', async () => {
    const manifest = await company(profile);
    const before = left();
    for (let requests = 0, isOpen = false; !isOpen; requests++) {
      const instance = await bench.instance();
      const { repository } = bench;
      const org = instance.orgs[0]!;
      bench.sim.setFaults({ match: '*', skip: requests, action: { kind: 'status', status: 400 } });
      isOpen = await openPreview({ ...ports(), manifest, repository, instance, org, uid: 'board', randomness }).then(
        () => true,
        () => false,
      );
      bench.sim.setFaults();
      const known = (await records.all()).flatMap(({ folder, dashboard }) => [
        folder,
        outerFolderOf(folder),
        dashboard,
      ]);
      expect(known).toEqual(expect.arrayContaining(left().filter((uid) => !before.includes(uid))));
      bench.sim.advance(HOUR + 1000);
      await sweep();
      expect(left()).toEqual(before);
      expect(await records.all()).toEqual([]);
    }
  });
});
