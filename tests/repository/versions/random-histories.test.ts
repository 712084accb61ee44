import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KindName } from '../../../pkg/contract/kinds.ts';
import { isFull, type Manifest } from '../../../pkg/contract/manifest.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import type { VersionChange } from '../../../pkg/repository/index/versions/timeline.ts';
import { VersionIndex } from '../../../pkg/repository/index/versions/version-index.ts';
import { deleteSnapshot } from '../../../pkg/repository/snapshots/forget.ts';
import { cases } from '../../support/cases.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { keysOf, open, SeededRandomness, TestClock } from '../../support/repository/repository.ts';
import { publish, type MadeUp } from '../../support/repository/version-history.ts';

const THINGS = ['dashboard/a', 'dashboard/b', 'dashboard/c', 'folder/f', 'folder/g'];
const ORGS = [1, 2];

type Told = Pick<VersionChange, 'what' | 'snapshots' | 'after' | 'until'> & { object?: string; before?: string };

/** What became of a resource by reading every manifest, without any index. */
function byManifests(manifests: readonly Manifest[], org: number, kind: KindName, uid: string): Told[] {
  const told: Told[] = [];
  let last: string | undefined;
  let version: string | undefined;
  let lastFull: string | undefined;
  for (const manifest of manifests) {
    const { id, orgs, kinds, errors, resources, basedOn } = manifest;
    const whole = errors.some((one) => one.org === org && one.kind === kind && one.uid === '');
    const inCell = resources.filter((one) => one.org === org && one.kind === kind);
    const isAsked = orgs.some((one) => one.id === org) && kinds[kind] !== undefined;
    const isListed = inCell.length > 0 || (kinds[kind]?.reason === undefined && !whole);
    const object = inCell.find((one) => one.uid === uid)?.object;
    const isUnread = whole || errors.some((one) => one.org === org && one.kind === kind && one.uid === uid);
    if (!isAsked || !isListed || (object === undefined && isUnread)) {
      continue;
    }
    const open = told.at(-1);
    if (basedOn !== undefined && open?.object === object) {
      continue;
    }
    if (open !== undefined && open.object === object) {
      lastFull = isFull(manifest) ? id : lastFull;
      const { first, count } = open.snapshots;
      const full = lastFull === undefined || lastFull === id ? {} : { full: lastFull };
      open.snapshots = { first, last: id, count: count + 1, ...full };
    } else if (open !== undefined || object !== undefined) {
      const appeared = last === undefined ? 'first-seen' : 'created';
      const what =
        object === undefined
          ? 'deleted'
          : open === undefined
            ? appeared
            : open.what === 'deleted'
              ? 'returned'
              : 'changed';
      if (open !== undefined) {
        open.until = id;
      }
      told.push({
        what,
        snapshots: { first: id, last: id, count: 1 },
        ...(object === undefined ? {} : { object }),
        ...(version === undefined ? {} : { before: version }),
        ...(last === undefined ? {} : { after: last }),
      });
      version = object ?? version;
      lastFull = isFull(manifest) ? id : undefined;
    }
    last = id;
  }
  return told;
}

function plain({ state, before, ...change }: VersionChange): Told {
  return {
    ...change,
    ...(state === undefined ? {} : { object: state.object }),
    ...(before === undefined ? {} : { before: before.object }),
  };
}

type Step =
  | {
      do: 'publish';
      changes: [number, string, number | undefined][];
      scope: Partial<MadeUp> & { only?: number };
      late: boolean;
    }
  | { do: 'forget'; which: number }
  | { do: 'index' }
  | { do: 'harm'; which: number; how: 'lose' | 'cut' | 'older' }
  | { do: 'restart' };

const change = fc.tuple(
  fc.constantFrom(...ORGS),
  fc.constantFrom(...THINGS),
  fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
);
const scope: fc.Arbitrary<Partial<MadeUp> & { only?: number }> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ kinds: fc.constantFrom<KindName[]>(['dashboard'], ['folder']) }) },
  { weight: 1, arbitrary: fc.record({ only: fc.constantFrom(...ORGS) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      unread: fc.array(fc.constantFrom('1/dashboard/a', '2/dashboard/b', '1/folder/f', '1/dashboard/')),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ unlisted: fc.constant<MadeUp['unlisted']>([[1, 'dashboard']]) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      trigger: fc.constant<MadeUp['trigger']>('safety'),
      basedOn: fc.constantFrom(undefined, { id: '', started: new Date(0).toISOString() }),
    }),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      changes: fc.array(change, { maxLength: 3 }),
      scope,
      late: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('forget' as const), which: fc.nat(30) }) },
  { weight: 3, arbitrary: fc.constant({ do: 'index' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('harm' as const),
      which: fc.nat(20),
      how: fc.constantFrom('lose' as const, 'cut' as const, 'older' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
);

/** Small enough that the head is folded every few snapshots, and shards are split. */
const LIMITS = { changes: 4, snapshots: 3, changesInBulk: 4 };

async function play(steps: readonly Step[], lateOnes: boolean): Promise<void> {
  const clock = new TestClock();
  const store = new MemoryStore({ clock, versions: true });
  const world = { clock, store, randomness: new SeededRandomness() };
  let repository = await open(world);
  const indexOf = (): VersionIndex =>
    new VersionIndex({ ...world, log: silentLog, keyring: repository.keyring, trust: repository.trust }, LIMITS);
  let index = indexOf();
  const live: Record<number, Record<string, number>> = { 1: {}, 2: {} };
  const manifests = new Map<string, Manifest>();
  const sorted = (): Manifest[] => [...manifests.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const one of steps) {
    if (one.do === 'publish') {
      const late = lateOnes && one.late;
      clock.advance(late ? -5_400_000 : 3_600_000);
      for (const [org, name, version] of one.changes) {
        if (version === undefined) {
          delete live[org]![name];
        } else {
          live[org]![name] = version;
        }
      }
      const { only, ...rest } = one.scope;
      const orgs = Object.fromEntries(
        ORGS.filter((org) => only === undefined || org === only).map((org) => [org, { ...live[org] }]),
      );
      const manifest = await publish(repository, world, { orgs, ...rest });
      manifests.set(manifest.id, manifest);
      clock.advance(late ? 5_400_000 : 0);
    } else if (one.do === 'forget' && manifests.size > 0) {
      const { id } = sorted()[one.which % manifests.size]!;
      await deleteSnapshot(repository, id, { evenNewest: true });
      manifests.delete(id);
    } else if (one.do === 'index') {
      await index.update(await repository.index.read({ whole: true }));
    } else if (one.do === 'restart') {
      repository = await open(world);
      index = indexOf();
    } else if (one.do === 'harm') {
      const keys = (await keysOf(store, 'cache/versions')).sort();
      const key = keys[one.which % keys.length];
      if (key !== undefined) {
        await harm(store, key, one.how);
        index = indexOf();
        repository = await open(world);
      }
    }
  }
  const summaries = await repository.index.read({ whole: true });
  await index.update(summaries);
  for (const org of ORGS) {
    for (const name of THINGS) {
      const [kind, uid] = name.split('/') as [KindName, string];
      let told = await index.of({ org, kind, uid }, summaries);
      if (told.pending > 0) {
        // A part was found damaged that this answer needs.
        await index.update(summaries);
        told = await index.of({ org, kind, uid }, summaries);
      }
      expect(told).toMatchObject({ pending: 0, unreadable: 0 });
      expect(told.changes.map(plain), `${org}/${name}`).toEqual(byManifests(sorted(), org, kind, uid));
    }
  }
}

async function harm(store: MemoryStore, key: string, how: 'lose' | 'cut' | 'older'): Promise<void> {
  const older = store.versionsOf(key).findLast(({ body }, at, all) => body !== undefined && at < all.length - 1)?.body;
  if (how === 'older' && older !== undefined) {
    await store.put(key, older);
  } else if (how === 'cut') {
    const body = await store.get(key);
    await store.put(key, body.subarray(0, body.length / 2));
  } else {
    await store.deleteMany([key]);
  }
}

describe('whatever happens to snapshots and to the index, the answer is what all manifests say', () => {
  it.each([
    ['in the order of their ids', false],
    ['with some that come late', true],
  ])('%s', async (_name, lateOnes) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) => play(steps, lateOnes)),
      cases(10, 40),
    );
  });
});
