import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ManifestEntry } from '../../../pkg/contract/manifest.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import type { ResourceChange } from '../../../pkg/repository/index/versions/below/below.ts';
import { VersionIndex } from '../../../pkg/repository/index/versions/version-index.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { keysOf, open, SeededRandomness, TestClock } from '../../support/repository/repository.ts';
import { madeUp, type MadeUp } from '../../support/repository/version-history.ts';
import { cases } from '../../support/cases.ts';

const SMALL = { changes: 2, snapshots: 2, changesInBulk: 2 };
const ROOT = { org: 1, kind: 'folder', uid: 'root' } as const;

let world: { store: MemoryStore; clock: TestClock; randomness: SeededRandomness };
let repository: Repository;
let ids: string[];
/** Where things were, in any snapshot. */
let places: { name: string; folderUid: string }[];

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  repository = await open(world);
  ids = [];
  places = [];
});

/** Publishes a snapshot: `kind/uid` → version and folder. */
async function take(
  things: Record<string, [version: number, folderUid?: string]>,
  org = 1,
  scope: Partial<MadeUp> = {},
): Promise<void> {
  world.clock.advance(3_600_000);
  const versions = Object.fromEntries(Object.entries(things).map(([name, [version]]) => [name, version]));
  const manifest = madeUp({ orgs: { [org]: versions }, ...scope }, world);
  const resources = manifest.resources.map((entry): ManifestEntry => {
    const folderUid = things[`${entry.kind}/${entry.uid}`]?.[1];
    return folderUid === undefined ? entry : { ...entry, folderUid, folder: folderUid };
  });
  places.push(...resources.map(({ kind, uid, folderUid = '' }) => ({ name: `${kind}/${uid}`, folderUid })));
  ids.push((await repository.publish({ ...manifest, resources })).id);
}

const lines = (changes: readonly ResourceChange[]): string[] =>
  changes.map(
    ({ ref, change: { what, snapshots } }) => `${ids.indexOf(snapshots.first)} ${what} ${ref.kind}/${ref.uid}`,
  );

describe('what became of a folder and what is below it', () => {
  beforeEach(async () => {
    await take({
      'folder/root': [1],
      'folder/inner': [1, 'root'],
      'dashboard/deep': [1, 'inner'],
      'dashboard/out': [1],
    });
    await take({
      'folder/root': [1],
      'folder/inner': [1, 'root'],
      'dashboard/deep': [2, 'inner'],
      'dashboard/out': [2],
    });
    await take({ 'folder/root': [1], 'dashboard/deep': [3], 'dashboard/out': [2, 'root'] });
    await take({ 'folder/root': [2], 'dashboard/deep': [4], 'dashboard/out': [3, 'root'] });
    await take({ 'folder/root': [2], 'dashboard/deep': [4] });
    await take({ 'dashboard/foreign': [1, 'root'], 'folder/root': [1] }, 2);
  });

  const expected = [
    '4 deleted dashboard/out',
    '3 changed dashboard/out',
    '3 changed folder/root',
    '2 changed dashboard/deep',
    '2 changed dashboard/out',
    '2 deleted folder/inner',
    '1 changed dashboard/deep',
    '0 first-seen dashboard/deep',
    '0 first-seen folder/inner',
    '0 first-seen folder/root',
  ];

  it('is newest first, with what was moved in and out, and nothing that happened elsewhere', async () => {
    const { changes, snapshots, pending } = await repository.versionsBelow(ROOT);
    expect(lines(changes)).toEqual(expected);
    expect([snapshots.size, pending]).toEqual([6, 0]);
  });

  it('is the same when most of the index is in its large part', async () => {
    const ports = { ...repository, ...world, log: silentLog };
    const index = new VersionIndex(ports, SMALL);
    const summaries = await repository.snapshots();
    await world.store.deleteMany(['cache/versions.json.gz']);
    await index.update(summaries);
    expect(lines((await index.below(ROOT, summaries)).changes)).toEqual(expected);
    const parts = await keysOf(world.store, 'cache/versions/');
    expect(parts.length).toBeGreaterThan(2);
    await world.store.deleteMany(parts.filter((key) => /\/[0-9a-f]{3}\.json/.test(key)));
    const lost = await new VersionIndex(ports).below(ROOT, summaries);
    expect([lost.changes, lost.pending]).toEqual([[], 6]);
  });

  it.each(['names', 'snapshots'])('is made again when %s were lost', async (part) => {
    const index = new VersionIndex({ ...repository, ...world, log: silentLog }, SMALL);
    const summaries = await repository.snapshots();
    await world.store.deleteMany(['cache/versions.json.gz']);
    await index.update(summaries);
    const keys = await keysOf(world.store, 'cache/versions/');
    await world.store.deleteMany(keys.filter((key) => key.includes(`/${part}.`)));
    repository = await open(world);
    expect(lines((await repository.versionsBelow(ROOT)).changes)).toEqual(expected);
  });

  it('is read no further than the part that is asked for', async () => {
    const { changes, more, total, own } = await repository.versionsBelow(ROOT, { limit: 4 });
    expect([lines(changes), more, total]).toEqual([expected.slice(0, 4), true, expected.length]);
    expect(own?.snapshots.first).toBe(ids[3]);
  });

  it('does not reach into another organization', async () => {
    const { changes } = await repository.versionsBelow({ ...ROOT, org: 2 });
    expect(lines(changes)).toEqual(['5 first-seen dashboard/foreign', '5 first-seen folder/root']);
  });
});

describe('page by page', () => {
  /** More than are read together. */
  const MANY = Array.from({ length: 20 }, (_, at) => `dashboard/${String.fromCharCode(97 + at)}`);
  const THINGS = ['folder/root', 'folder/a', 'folder/b', ...MANY];
  const placed = fc.dictionary(
    fc.constantFrom(...THINGS),
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom('root', 'a', 'b', undefined)),
    { maxKeys: 20 },
  );
  const scope = fc.oneof(
    { weight: 4, arbitrary: fc.constant<Partial<MadeUp>>({}) },
    { weight: 1, arbitrary: fc.record({ kinds: fc.constantFrom<MadeUp['kinds']>(['dashboard'], ['folder']) }) },
    {
      weight: 1,
      arbitrary: fc.record({ unread: fc.constantFrom(['1/dashboard/c'], ['1/dashboard/'], ['1/folder/a']) }),
    },
  );

  it('begins with what a forgotten snapshot was the first to show', async () => {
    const inRoot = (versions: (name: string) => number): Parameters<typeof take>[0] =>
      Object.fromEntries([...MANY.map((name) => [name, [versions(name), 'root'] as const]), ['folder/root', [1]]]);
    await take(inRoot(() => 1));
    await take(inRoot((name) => (name === MANY[0] ? 2 : 1)));
    await take(inRoot(() => 2));
    const left = (await repository.snapshots()).filter(({ id }) => id !== ids[1]);
    const { changes } = await repository.versionIndex.below(ROOT, left, { limit: 2 });
    expect(lines(changes)).toEqual(['2 changed dashboard/a', '2 changed dashboard/b']);
  });

  it('is what became of each resource, whatever was forgotten and not covered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(placed, scope), { minLength: 3, maxLength: 12 }),
        fc.array(fc.nat(11), { maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (snapshots, forgotten, limit) => {
          const clock = new TestClock();
          world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
          repository = await open(world);
          [ids, places] = [[], []];
          for (const [things, covered] of snapshots) {
            await take(things, 1, covered as Partial<MadeUp>);
          }
          const index = new VersionIndex({ ...repository, ...world, log: silentLog }, SMALL);
          const all = await repository.snapshots();
          await index.update(all);
          const left = all.filter(({ id }) => !forgotten.includes(ids.indexOf(id)));
          const whole = await index.below(ROOT, left);
          expect(lines(whole.changes)).toEqual(await oneByOne(index, left));
          expect([whole.more, whole.total]).toEqual([false, whole.changes.length]);
          const pages: ResourceChange[] = [];
          for (let more = true; more;) {
            const last = pages.at(-1);
            const after = last && { first: last.change.snapshots.first, kind: last.ref.kind, uid: last.ref.uid };
            const page = await index.below(ROOT, left, { after, limit });
            pages.push(...page.changes);
            ({ more } = page);
            expect(page.changes.length).toBeLessThanOrEqual(limit);
            expect(more).toBe(pages.length < whole.changes.length);
          }
          expect(pages).toEqual(whole.changes);
        },
      ),
      cases(10, 40),
    );
  });

  /** The same by asking for what became of each resource. */
  async function oneByOne(index: VersionIndex, summaries: Parameters<VersionIndex['of']>[1]): Promise<string[]> {
    const refs = THINGS.map((name) => {
      const [kind, uid] = name.split('/') as ['folder' | 'dashboard', string];
      return { org: 1, kind, uid };
    });
    const found = await index.ofMany(refs, summaries);
    const below = new Set(['root']);
    for (const grown of Array(THINGS.length).fill(places).flat() as typeof places) {
      if (grown.name.startsWith('folder/') && below.has(grown.folderUid)) {
        below.add(grown.name.slice('folder/'.length));
      }
    }
    const isIn = (state: { folderUid?: string } | undefined): boolean => below.has(state?.folderUid ?? '');
    const changes = found.changes.flatMap((all, at) =>
      all.map((change) => ({ ref: refs[at]!, change, newest: all.at(-1)! })),
    );
    const inside = changes.filter(
      ({ ref: { kind, uid }, change: { state, before } }) =>
        (kind === 'folder' && uid === 'root') || isIn(state) || isIn(before),
    );
    const key = ({ ref: { kind, uid } }: ResourceChange): string => `${kind}/${uid}`;
    return lines(
      inside.sort((one, other) =>
        one.change.snapshots.first === other.change.snapshots.first
          ? key(one) < key(other)
            ? -1
            : 1
          : one.change.snapshots.first < other.change.snapshots.first
            ? 1
            : -1,
      ),
    );
  }
});
