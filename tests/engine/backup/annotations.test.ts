import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KindName } from '../../../pkg/contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../../pkg/contract/manifest.ts';
import type { Clock } from '../../../pkg/contract/ports.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { depth, inDepth } from '../../support/budget.ts';
import {
  numbered,
  replaceAnnotations,
  replaceDashboards,
  textsOf,
  type Note,
} from '../../support/grafana/seed/annotations.ts';
import { hastyClock } from '../../support/fast-clock.ts';
import { type Bench, openBench, openStored } from '../harness.ts';
import { copyOf } from '../../support/repository/repository.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';

/** Some more than two pages of a thousand, so that Grafana shows none of the last ones. */
const DASHBOARDS = 2_060;
const HOUR = 3_600_000;
/** An hour after the last of the annotations. */
const BEGIN = Date.parse('2026-03-01T00:00:00Z') + 11 * 24 * HOUR;
const KINDS: KindName[] = ['annotation'];
/** One of the organization and one of a dashboard in turn: Grafana never shows those of late dashboards. */
const MIXED: Note[] = Array.from({ length: 240 }, (_, index) => ({
  on: index % 2 === 0 ? -1 : (index * 97) % DASHBOARDS,
  time: index * HOUR,
}));
/** Further ones of one dashboard. */
const CROWDED = 2_050;
const OWN: Note[] = Array.from({ length: 40 }, (_, time) => ({ on: CROWDED, time }));
const NOTES: Note[] = [...MIXED, ...OWN];
/** Number of the one on a dashboard that Grafana looks at last. */
const HIDDEN = MIXED.findIndex(({ on }) => on !== undefined && on >= 2_000);

/** Each backup that asks every dashboard takes thousands of requests. */
const deep = depth() === 'all';

let bench: Bench;
let repository: Repository;
/** The time here and at the target. */
let time = new Date(BEGIN);

const at = (hours: number): string => new Date(BEGIN + hours * HOUR).toISOString();

/** A backup that many hours after the first one. */
function backupAt(hours: number, options: Parameters<Bench['backup']>[0] = {}): Promise<Manifest> {
  time = new Date(BEGIN + hours * HOUR);
  const clock: Clock = { ...hastyClock, now: () => time };
  bench.grafana.clearRequests();
  return bench.backup({ clock, fullReadEvery: 100, kinds: KINDS, repository, ...options });
}

const clock = { now: () => time };
/** With the first backup of `NOTES`, which takes thousands of requests. */
let first: { bench: Bench; store: MemoryStore; manifest: Manifest; requests: number };

beforeAll(async () => {
  const store = new MemoryStore({ clock });
  bench = await openBench({ profile: '12.4' }, store);
  replaceDashboards(bench.grafana, DASHBOARDS);
  replaceAnnotations(bench.grafana, NOTES);
  const manifest = await backupAt(0, { repository: bench.repository, fullReadEvery: 1 });
  first = { bench, store, manifest, requests: requests() };
});
afterAll(() => first.bench.close());

/** That Grafana, and a repository that has that backup and no other. */
async function backedUp(): Promise<Manifest> {
  ({ bench } = first);
  time = new Date(BEGIN);
  replaceDashboards(bench.grafana, DASHBOARDS);
  replaceAnnotations(bench.grafana, NOTES);
  repository = await openStored(await copyOf(first.store, { clock }));
  return first.manifest;
}

function requests(): number {
  return bench.grafana.requests.filter(({ path }) => path.startsWith('/api/annotations')).length;
}

function texts({ resources }: Manifest): string[] {
  return resources.map(({ title }) => title).sort();
}

function entry({ resources }: Manifest, title: string): ManifestEntry | undefined {
  return resources.find((one) => one.title === title);
}

describe('a backup of annotations of an organization and many dashboards', () => {
  it('asks each dashboard once a day, and in between says since when it has not', async () => {
    const manifest = await backedUp();
    expect(texts(manifest)).toEqual(textsOf(NOTES));
    expect(manifest.kinds.annotation).not.toHaveProperty('oldestReadAt');
    expect(first.requests).toBeGreaterThan(DASHBOARDS);

    const second = await backupAt(2);
    const third = await backupAt(22);
    for (const manifest of [second, third]) {
      expect(texts(manifest)).toEqual(textsOf(NOTES));
      expect(manifest.status).toBe('complete');
      expect(manifest.kinds.annotation?.oldestReadAt).toBe(at(0));
      expect(manifest.changes).toMatchObject({ added: 0, changed: 0, removed: 0 });
      expect(entry(manifest, `note ${HIDDEN}`)).toMatchObject({ readAt: at(0) });
    }
    expect(requests()).toBeLessThanOrEqual(10);

    // How many dashboards there are is known from their own list.
    const both: KindName[] = ['dashboard', 'annotation'];
    await backupAt(22.1, { kinds: both });
    const fourth = await backupAt(22.2, { kinds: both });
    expect(fourth.kinds.dashboard).toMatchObject({ listed: DASHBOARDS, reused: DASHBOARDS });
    const lists = bench.grafana.requests.filter(({ path }) => /\/namespaces\/default\/dashboards$/.test(path));
    expect(lists).toHaveLength(1);

    const nextDay = await backupAt(23);
    expect(requests()).toBeGreaterThan(DASHBOARDS);
    expect(texts(nextDay)).toEqual(textsOf(NOTES));
    expect(nextDay.kinds.annotation).not.toHaveProperty('oldestReadAt');
    expect(entry(nextDay, `note ${HIDDEN}`)).not.toHaveProperty('readAt');
  });

  it('shows immediately what is new, edited or deleted where Grafana shows it', async () => {
    await backedUp();
    const shown = MIXED.findIndex(({ on }) => on !== undefined && on >= 0 && on < 1_000);
    const { annotations } = bench.grafana.state.org(1);
    annotations.delete(1);
    annotations.set(shown + 1, { ...annotations.get(shown + 1)!, text: 'edited' });
    const recent = { ...annotations.get(HIDDEN + 1)!, id: 900, text: 'recent', time: BEGIN, timeEnd: BEGIN };
    annotations.set(900, recent);

    const second = await backupAt(2);
    const expected = [...textsOf(NOTES), 'edited', 'recent'].filter(
      (text) => !['note 0', `note ${shown}`].includes(text),
    );
    expect(texts(second)).toEqual(expected.sort());
    expect(requests()).toBeLessThanOrEqual(10);
  });

  it('takes nothing over of a dashboard that is gone', async () => {
    await backedUp();
    const { dashboards, annotations } = bench.grafana.state.org(1);
    const { dashboardUid } = annotations.get(HIDDEN + 1)!;
    dashboards.delete(dashboardUid);
    expect(entry(await backupAt(2), `note ${HIDDEN}`)).toBeUndefined();
    expect(requests()).toBeLessThanOrEqual(10);
  });

  it.runIf(deep)('finds within a day what is new where Grafana does not show it', async () => {
    await backedUp();
    const { annotations } = bench.grafana.state.org(1);
    annotations.set(901, { ...annotations.get(HIDDEN + 1)!, id: 901, text: 'backdated' });
    annotations.delete(HIDDEN + 1);

    const second = await backupAt(2);
    expect([entry(second, 'backdated'), entry(second, `note ${HIDDEN}`)?.readAt]).toEqual([undefined, at(0)]);
    const nextDay = await backupAt(23.5);
    expect([entry(nextDay, 'backdated')?.readAt, entry(nextDay, `note ${HIDDEN}`)]).toEqual([undefined, undefined]);
    expect(texts(nextDay)).toContain('backdated');
  });

  inDepth('takes nothing over from a backup that could not list them', async () => {
    await backedUp();
    const kinds: KindName[] = ['org-preferences', 'annotation'];
    bench.grafana.setFaults({ match: 'GET /api/annotations*', skip: 1, action: { kind: 'status', status: 403 } });
    expect((await backupAt(3, { kinds })).status).toBe('partial');
    bench.grafana.setFaults();
    const healed = await backupAt(4);
    expect(texts(healed)).toEqual(textsOf(NOTES));
    expect(healed.kinds.annotation).not.toHaveProperty('oldestReadAt');
  });

  it.runIf(deep)('lists all before a restore that deletes something', async () => {
    await backedUp();
    const { annotations } = bench.grafana.state.org(1);
    annotations.set(902, { ...annotations.get(HIDDEN + 1)!, id: 902, text: 'about to go' });
    expect(texts(await backupAt(2, { trigger: 'safety', deletesNothing: true }))).not.toContain('about to go');
    expect(texts(await backupAt(3, { trigger: 'safety', deletesNothing: false }))).toContain('about to go');
  });

  it('reads one that it took over from its dashboard alone, where a restore writes', async () => {
    const { uid } = entry(await backedUp(), `note ${HIDDEN}`)!;
    const second = await backupAt(2, { trigger: 'safety', deletesNothing: true, mustRead: (_, one) => one === uid });
    expect(entry(second, `note ${HIDDEN}`)).toMatchObject({ uid });
    expect(entry(second, `note ${HIDDEN}`)).not.toHaveProperty('readAt');
    expect(requests()).toBeLessThanOrEqual(12);
  });
});

describe('a plan for one of many dashboards', () => {
  it('looks at the annotations of that one alone', async () => {
    await backedUp();
    const snapshot = await backupAt(1, { kinds: ['dashboard', 'annotation'] });
    bench.grafana.state.org(1).annotations.delete(MIXED.length + 1);
    bench.grafana.clearRequests();
    const only = [{ kind: 'dashboard' as const, uid: numbered(CROWDED) }];
    const { items } = await bench.plan(snapshot, { selection: { only }, repository });
    const missing = items.filter(({ action }) => action === 'create').map(({ title }) => title);
    const kept = items.filter(({ kind, action }) => kind === 'annotation' && action === 'unchanged');
    expect([missing, kept.length]).toEqual([[`note ${MIXED.length}`], OWN.length - 1]);
    expect(requests()).toBeLessThanOrEqual(2 * OWN.length + 2);
  });
});
