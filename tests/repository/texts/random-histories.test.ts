import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Json } from '../../../pkg/lib/json/json.ts';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { deleteSnapshot } from '../../../pkg/repository/snapshots/forget.ts';
import { TextIndex } from '../../../pkg/repository/index/texts/text-index.ts';
import { VersionIndex } from '../../../pkg/repository/index/versions/version-index.ts';
import { cases } from '../../support/cases.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { keysOf, open, SeededRandomness, TestClock } from '../../support/repository/repository.ts';
import { board, publishBodies, searchFor, titleOf, type Bodies } from '../../support/repository/searched.ts';

const THINGS = ['dashboard/a', 'dashboard/b', 'dashboard/c', 'dashboard/d', 'folder/f'];
const WORDS = ['latency', 'Érrors', 'orders', 'checkout'];
const ORGS = [1, 2];

/** Small enough that the head is folded every few snapshots, shards are split, and publishing leaves things out. */
const LIMITS = { head: 400, bodiesAtPublishing: 2, snapshots: 3, shard: 300 };

const VERSION_LIMITS = { changes: 6, snapshots: 4, changesInBulk: 6 };

type Step =
  | { do: 'publish'; changes: [number, string, number | undefined][]; late: boolean }
  | { do: 'forget'; which: number }
  | { do: 'search' }
  | { do: 'restart' }
  | { do: 'harm'; which: number; how: 'lose' | 'cut' | 'older' };

const change = fc.tuple(
  fc.constantFrom(...ORGS),
  fc.constantFrom(...THINGS),
  fc.option(fc.nat(6), { nil: undefined, freq: 3 }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      changes: fc.array(change, { maxLength: 4 }),
      late: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('forget' as const), which: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'search' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('harm' as const),
      which: fc.nat(20),
      how: fc.constantFrom('lose' as const, 'cut' as const, 'older' as const),
    }),
  },
);

/** Versions of a thing: each has some of the words in its title, its panels and its queries. */
function bodyOf(name: string, version: number): Json {
  const word = (at: number): string => WORDS[(version + at) % WORDS.length]!;
  return name.startsWith('folder')
    ? { title: `${name} ${word(0)}` }
    : board(`${name} ${version > 3 ? word(1) : ''}`, {
        [`Panel ${word(0)}`]: `rate(${word(2).toLowerCase()}_${version}[5m])`,
        [`Same ${name}`]: 'up',
      });
}

interface Found {
  where: string;
  text: string;
  now: boolean;
  since: string;
  lastSeen: string;
  until?: string;
  snapshot: string;
}

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();

/** What a search has to find, by reading every body of every snapshot. */
async function byReading(
  repository: Repository,
  manifests: readonly Manifest[],
  org: number,
  word: string,
): Promise<Record<string, Found[]>> {
  const texts: Map<string, Set<string>>[] = [];
  for (const { resources } of manifests) {
    const all = new Map<string, Set<string>>();
    for (const { kind, uid, object, org: of } of resources) {
      if (of === org) {
        const body = JSON.parse(await repository.getObject(object)) as {
          title: string;
          panels?: { title: string; targets: { expr: string }[] }[];
        };
        const panels = body.panels ?? [];
        const found = [
          `title\n${titleOf(body as Json)}`,
          ...panels.map(({ title }) => `panel\n${title}`),
          ...panels.flatMap(({ targets }) => targets.map(({ expr }) => `query\n${expr}`)),
        ];
        all.set(`${kind}/${uid}`, new Set(found.filter((one) => plain(one.split('\n')[1]!).includes(plain(word)))));
      }
    }
    texts.push(all);
  }
  const result: Record<string, Found[]> = {};
  for (const name of THINGS) {
    const wanted = new Set(texts.flatMap((one) => [...(one.get(name) ?? [])]));
    const found = [...wanted].map((text): Found => {
      const holds = texts.map((one) => one.get(name)?.has(text) === true);
      const end = holds.lastIndexOf(true);
      const start = holds.lastIndexOf(false, end) + 1;
      const [where = '', words = ''] = text.split('\n');
      const until = manifests[end + 1]?.started;
      return {
        where,
        text: words,
        now: until === undefined,
        since: manifests[start]!.started,
        lastSeen: manifests[end]!.started,
        ...(until === undefined ? {} : { until }),
        snapshot: manifests[end]!.id,
      };
    });
    if (found.length > 0) {
      result[name] = found.sort(byText);
    }
  }
  return result;
}

function byText(a: Found, b: Found): number {
  return `${a.where} ${a.text}` < `${b.where} ${b.text}` ? -1 : 1;
}

async function play(steps: readonly Step[]): Promise<void> {
  const clock = new TestClock();
  const store = new MemoryStore({ clock, versions: true });
  const world = { clock, store, randomness: new SeededRandomness() };
  const opened = async (): Promise<Repository> => {
    const fresh = await open(world);
    const { keyring, trust } = fresh;
    const versions = new VersionIndex({ ...world, log: silentLog, keyring, trust }, VERSION_LIMITS);
    const read = (object: string): Promise<string> => fresh.getObject(object);
    const textIndex = new TextIndex({ ...world, log: silentLog, keyring, trust, versions, read }, LIMITS);
    return Object.assign(fresh, { textIndex, versionIndex: versions });
  };
  let repository = await opened();
  const live: Record<number, Record<string, number>> = { 1: {}, 2: {} };
  const manifests = new Map<string, Manifest>();
  const sorted = (): Manifest[] => [...manifests.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const one of steps) {
    if (one.do === 'publish') {
      clock.advance(one.late ? -5_400_000 : 3_600_000);
      for (const [org, name, version] of one.changes) {
        if (version === undefined) {
          delete live[org]![name];
        } else {
          live[org]![name] = version;
        }
      }
      const bodies: Bodies = Object.fromEntries(
        ORGS.map((org) => [
          org,
          Object.fromEntries(Object.entries(live[org]!).map(([name, version]) => [name, bodyOf(name, version)])),
        ]),
      );
      const manifest = await publishBodies(repository, world, bodies);
      manifests.set(manifest.id, manifest);
      clock.advance(one.late ? 5_400_000 : 0);
    } else if (one.do === 'forget' && manifests.size > 0) {
      const { id } = sorted()[one.which % manifests.size]!;
      await deleteSnapshot(repository, id, { evenNewest: true });
      manifests.delete(id);
    } else if (one.do === 'search') {
      await searchFor(repository, 'latency');
    } else if (one.do === 'restart') {
      repository = await opened();
    } else if (one.do === 'harm') {
      const keys = (await keysOf(store, 'cache/')).filter((key) => /texts|versions/.test(key)).sort();
      const key = keys[one.which % keys.length];
      if (key !== undefined) {
        await harm(store, key, one.how);
        repository = await opened();
      }
    }
  }
  repository = await opened();
  for (const org of ORGS) {
    for (const word of ['latency', 'errors', 'ORDERS', 'checkout_']) {
      const page = await searchFor(repository, word, { isVisible: (ref) => ref.org === org });
      expect(page).toMatchObject({ searched: 'content', indexed: { pending: 0, unreadable: 0 }, cut: 0, unread: 0 });
      const found = page.items.map(({ kind, uid, found: texts }) => [
        `${kind}/${uid}`,
        texts.map(({ panel: _, ...text }) => text).sort(byText),
      ]);
      expect(Object.fromEntries(found), `${org} ${word}`).toEqual(await byReading(repository, sorted(), org, word));
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

const publish = (changes: [number, string, number][] = []): Step => ({ do: 'publish', changes, late: false });
const damage = (which: number, how: 'lose' | 'cut'): Step => ({ do: 'harm', which, how });

/** Parts of both indexes are damaged together. */
const BOTH: Step[] = [
  publish(),
  publish([
    [1, 'dashboard/a', 0],
    [1, 'folder/f', 0],
  ]),
  damage(0, 'lose'),
  ...[publish(), publish(), { do: 'search' } as const],
  ...[damage(8, 'cut'), damage(1, 'cut'), publish(), damage(8, 'lose')],
];

it('finds what reading every body of every snapshot finds, whatever happens to snapshots and to the index', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), (steps) => play(steps)),
    { ...cases(8, 60), examples: [[BOTH]] },
  );
});
