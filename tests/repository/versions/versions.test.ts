import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { VersionChange } from '../../../pkg/repository/index/versions/timeline.ts';
import { VersionIndex } from '../../../pkg/repository/index/versions/version-index.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { findOrphans } from '../../../pkg/repository/objects/orphans.ts';
import { deleteSnapshot } from '../../../pkg/repository/snapshots/forget.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { keysOf, open, SeededRandomness, TestClock } from '../../support/repository/repository.ts';
import { publish, type MadeUp } from '../../support/repository/version-history.ts';
import { variants } from '../../support/budget.ts';

const HEAD = 'cache/versions.json.gz';
const A = { org: 1, kind: 'dashboard', uid: 'a' } as const;

let world: { store: MemoryStore; clock: TestClock; randomness: SeededRandomness };
let repository: Repository;
let ids: string[];

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  repository = await open(world);
  ids = [];
});

async function take(...snapshots: MadeUp[]): Promise<void> {
  for (const what of snapshots) {
    world.clock.advance(3_600_000);
    ids.push((await publish(repository, world, what)).id);
  }
}

const of = (things: Record<string, number>): MadeUp => ({ orgs: { 1: things } });

async function changes(ref: { org: number; kind: 'dashboard' | 'folder'; uid: string } = A): Promise<VersionChange[]> {
  return (await repository.versions(ref)).changes;
}

/** Each change in a line: `what version first-last×count`, snapshots by their place. */
async function lines(ref = A as Parameters<typeof changes>[0]): Promise<string[]> {
  return (await changes(ref)).map(({ what, state, snapshots: { first, last, count } }) =>
    [what, state?.version, `${ids.indexOf(first)}-${ids.indexOf(last)}×${count}`]
      .filter((one) => one !== undefined)
      .join(' '),
  );
}

describe('what became of a resource', () => {
  it('is nothing where there is no snapshot, and where none ever held it', async () => {
    expect(await changes()).toEqual([]);
    await take(of({ 'dashboard/b': 1 }));
    expect(await changes()).toEqual([]);
  });

  it('names the newest full backup that holds a version, where its last snapshot is none', async () => {
    const one = of({ 'dashboard/a': 1 });
    await take(one, one, { ...one, trigger: 'safety' }, { ...one, unread: ['1/dashboard/b'] });
    const held = { first: ids[0], last: ids[3], count: 4 };
    expect((await changes()).map(({ snapshots }) => snapshots)).toEqual([{ ...held, full: ids[1] }]);
    await take(one);
    expect((await changes()).map(({ snapshots }) => snapshots)).toEqual([{ ...held, last: ids[4], count: 5 }]);
    await take({ ...of({ 'dashboard/a': 2 }), trigger: 'safety' });
    expect((await changes()).at(-1)?.snapshots).toEqual({ first: ids[5], last: ids[5], count: 1 });
  });

  it('is a list of changes, not of snapshots, with who and when', async () => {
    const one = of({ 'dashboard/a': 1, 'dashboard/b': 9 });
    await take(
      one,
      one,
      of({ 'dashboard/a': 2, 'dashboard/b': 9 }),
      of({ 'dashboard/b': 9 }),
      of({ 'dashboard/a': 2 }),
    );
    expect(await lines()).toEqual(['first-seen 1 0-1×2', 'changed 2 2-2×1', 'deleted 3-3×1', 'returned 2 4-4×1']);
    expect((await changes())[1]).toEqual({
      what: 'changed',
      snapshots: { first: ids[2], last: ids[2], count: 1 },
      after: ids[1],
      until: ids[3],
      state: {
        object: '2'.padStart(64, '0'),
        bytes: 102,
        title: 'a 2',
        folder: '',
        version: 2,
        updatedBy: 'user:2',
        updated: '1970-01-01T00:00:02.000Z',
      },
      before: expect.objectContaining({ version: 1 }),
    });
    expect(await lines({ org: 1, kind: 'dashboard', uid: 'b' })).toEqual(['first-seen 9 0-3×4', 'deleted 4-4×1']);
  });

  it('says that it was created where an earlier snapshot lacks it', async () => {
    await take(of({ 'dashboard/b': 1 }), of({ 'dashboard/b': 1, 'dashboard/a': 1 }));
    expect(await lines()).toEqual(['created 1 1-1×1']);
  });

  it('has a move as a change', async () => {
    await take(of({ 'dashboard/a': 1 }), { ...of({ 'dashboard/a': 1 }), folderUid: 'f' });
    expect(await lines()).toEqual(['first-seen 1 0-0×1', 'changed 1 1-1×1']);
  });

  it('takes nothing for deleted that a snapshot did not look at or failed to read', async () => {
    await take(
      of({ 'dashboard/a': 1, 'folder/f': 1 }),
      { ...of({ 'folder/f': 1 }), kinds: ['folder'] },
      { orgs: { 2: { 'dashboard/a': 7 } } },
      { ...of({ 'dashboard/b': 1, 'dashboard/a': 1 }), unread: ['1/dashboard/a'] },
      { ...of({ 'dashboard/a': 1 }), unlisted: [[1, 'dashboard']] },
      { ...of({ 'dashboard/b': 1 }), unread: ['1/dashboard/'] },
      of({ 'dashboard/a': 1, 'folder/f': 1 }),
      { ...of({ 'dashboard/b': 1 }), unread: ['1/dashboard/a'] },
      of({ 'dashboard/b': 1 }),
    );
    expect(await lines()).toEqual(['first-seen 1 0-6×2', 'deleted 8-8×1']);
    expect(await lines({ org: 2, kind: 'dashboard', uid: 'a' })).toEqual(['first-seen 7 2-2×1']);
    expect(await lines({ org: 1, kind: 'folder', uid: 'f' })).toEqual([
      'first-seen 1 0-1×2',
      'deleted 3-5×3',
      'returned 1 6-6×1',
      'deleted 7-8×2',
    ]);
  });

  it('counts what was put aside before a restore, and leaves out drills', async () => {
    await take(
      of({ 'dashboard/a': 1 }),
      { ...of({ 'dashboard/a': 2 }), trigger: 'safety' },
      { ...of({ 'dashboard/a': 3 }), trigger: 'drill' },
      of({ 'dashboard/a': 1 }),
    );
    expect(await lines()).toEqual(['first-seen 1 0-0×1', 'changed 2 1-1×1', 'changed 1 3-3×1']);
  });

  it('is not proved by what a safety snapshot copied', async () => {
    const one = of({ 'dashboard/a': 1 });
    const basedOn = { id: '', started: '2026-01-01T00:00:00.000Z' };
    const small = (things: MadeUp): MadeUp => ({ ...things, trigger: 'safety', basedOn });
    await take(one, one, small(one), small(of({ 'dashboard/a': 2 })), small(of({ 'dashboard/a': 2 })), of({}));
    expect(await lines()).toEqual(['first-seen 1 0-1×2', 'changed 2 3-3×1', 'deleted 5-5×1']);
    expect((await changes()).map(({ after }) => after && ids.indexOf(after))).toEqual([undefined, 1, 3]);
    await take(small(of({})), one);
    expect((await changes()).at(-2)?.snapshots).toMatchObject({ last: ids[5], count: 1 });
    expect((await changes()).at(-1)).toMatchObject({ what: 'returned', after: ids[5] });
    await take(small(of({})), of({ 'dashboard/b': 1 }));
    expect((await changes({ ...A, uid: 'b' }))[0]).toMatchObject({ what: 'created', after: ids[7] });
    await deleteSnapshot(repository, ids[0]!);
    await deleteSnapshot(repository, ids[1]!);
    expect((await lines())[0]).toBe('first-seen 1 2-2×1');
  });

  it('of a deleted organization everything is gone', async () => {
    const orgs = { 'org/Org 1': 1, 'org/Org 2': 1 };
    const kinds: MadeUp['kinds'] = ['org', 'dashboard'];
    await take(
      { orgs: { 1: orgs, 2: { 'dashboard/a': 1 } }, kinds },
      { orgs: { 1: orgs }, kinds },
      { orgs: { 1: { 'org/Org 1': 1 } }, kinds },
      { orgs: { 1: { 'org/Org 1': 1 } }, kinds },
    );
    expect(await lines({ org: 2, kind: 'dashboard', uid: 'a' })).toEqual(['first-seen 1 0-0×1', 'deleted 2-3×2']);
  });

  it('of kinds of the server it does not matter under which organization they were stored', async () => {
    const kinds: MadeUp['kinds'] = ['user'];
    await take({ orgs: { 1: { 'user/eve': 1 } }, kinds }, { orgs: { 2: { 'user/eve': 2 } }, kinds });
    const { changes: found } = await repository.versions({ org: 1, kind: 'user', uid: 'eve' });
    expect(found.map(({ what }) => what)).toEqual(['first-seen', 'changed']);
  });

  it('knows no snapshot any more that was deleted', async () => {
    await take(of({ 'dashboard/a': 1 }), of({ 'dashboard/a': 2 }), of({ 'dashboard/a': 1 }), of({ 'dashboard/b': 1 }));
    await deleteSnapshot(repository, ids[1]!);
    expect(await lines()).toEqual(['first-seen 1 0-2×2', 'deleted 3-3×1']);
    await deleteSnapshot(repository, ids[3]!, { evenNewest: true });
    expect(await lines()).toEqual(['first-seen 1 0-2×2']);
    await take(of({ 'dashboard/b': 1, 'dashboard/a': 1 }));
    expect(await lines()).toEqual(['first-seen 1 0-4×3']);
  });
});

describe('the index', () => {
  const history = [
    of({ 'dashboard/a': 1 }),
    of({ 'dashboard/a': 1 }),
    of({ 'dashboard/a': 2 }),
    of({ 'dashboard/b': 1 }),
    of({ 'dashboard/a': 3 }),
  ];
  const expected = ['first-seen 1 0-1×2', 'changed 2 2-2×1', 'deleted 3-3×1', 'returned 3 4-4×1'];

  it.each([
    ['lost', () => world.store.deleteMany([HEAD])],
    ['damaged', () => world.store.put(HEAD, Buffer.from('nonsense'))],
    ['half written', async () => world.store.put(HEAD, (await world.store.get(HEAD)).subarray(0, 60))],
  ])('is made again when it was %s', async (_how, harm) => {
    await take(...history);
    await harm();
    repository = await open(world);
    expect(await lines()).toEqual(expected);
    expect(await keysOf(world.store, HEAD)).toEqual([HEAD]);
  });

  it.each(variants(['000', 'snapshots']))('of a long history is made again when its part %s was lost', async (part) => {
    const many = Object.fromEntries(Array.from({ length: 2100 }, (_, n) => [`dashboard/d${n}`, 1]));
    await take(of({ ...many, 'dashboard/a': 1 }), of({ ...many, 'dashboard/a': 2 }));
    const keys = await keysOf(world.store, 'cache/versions/');
    expect(keys.length).toBeGreaterThan(2);
    for (const key of keys.filter((one) => one.includes(`/${part}.`))) {
      await world.store.put(key, Buffer.from('nonsense'));
    }
    repository = await open(world);
    expect(await lines({ org: 1, kind: 'dashboard', uid: 'd1' })).toEqual(['first-seen 1 0-1×2']);
    expect(await lines()).toEqual(['first-seen 1 0-0×1', 'changed 2 1-1×1']);
  });

  it('takes no more than a few at a time when a backup finds none, and says what is missing', async () => {
    for (let n = 0; n < 25; n++) {
      await take(of({ 'dashboard/a': n }));
    }
    await world.store.deleteMany([HEAD]);
    repository = await open(world);
    await take(of({ 'dashboard/a': 99 }));
    const { changes: found, ...part } = await repository.versions(A, { within: Promise.resolve() });
    expect(part).toMatchObject({ indexed: 20, pending: 6, unreadable: 0 });
    expect(found).toHaveLength(20);
    expect(await repository.versions(A)).toMatchObject({ indexed: 26, pending: 0 });
  });

  it('leaves out what no trusted key signed, until it is trusted', async () => {
    await take(of({ 'dashboard/a': 1 }));
    const stranger = await open(world, { state: new MemoryState() });
    world.clock.advance(3_600_000);
    const { id } = await publish(stranger, world, of({ 'dashboard/a': 666 }));
    ids.push(id);
    await take(of({ 'dashboard/a': 1 }));
    expect(await lines()).toEqual(['first-seen 1 0-2×2']);
    await repository.trust.keys.pin(stranger.trust.own!, 'test');
    expect(await lines()).toEqual(['first-seen 1 0-0×1', 'changed 666 1-1×1', 'changed 1 2-2×1']);
  });

  it('is not believed where no trusted key signed it', async () => {
    await take(of({ 'dashboard/a': 1 }), of({ 'dashboard/a': 2 }));
    const own = await world.store.get(HEAD);
    const forged = gunzipSync(own).toString().replaceAll('user:2', 'user:eve');
    await world.store.put(HEAD, gzipSync(forged));
    repository = await open(world);
    expect((await changes()).at(-1)?.state?.updatedBy).toBe('user:2');
  });

  it('takes up what a machine published whose clock is behind', async () => {
    await take(of({ 'dashboard/a': 1 }), of({ 'dashboard/a': 3 }));
    world.clock.advance(-1_800_000);
    ids.splice(1, 0, (await publish(repository, world, of({ 'dashboard/a': 2 }))).id);
    world.clock.advance(1_800_000);
    expect(await lines()).toEqual(['first-seen 1 0-0×1', 'changed 2 1-1×1', 'changed 3 2-2×1']);
  });

  it('is right when several publish at the same moment', async () => {
    await take(of({ 'dashboard/a': 1 }));
    world.clock.advance(3_600_000);
    const writers = await Promise.all([1, 2, 3, 4].map(() => open(world)));
    const published = await Promise.all(
      writers.map((writer, n) => publish(writer, world, of({ 'dashboard/a': 10 + n }))),
    );
    ids.push(...published.map(({ id }) => id));
    const inOrder = [...published].sort((a, b) => (a.id < b.id ? -1 : 1));
    const objects = inOrder.map(({ resources }) => resources[0]?.object);
    expect((await changes()).map(({ state }) => state?.object)).toEqual(['1'.padStart(64, '0'), ...objects]);
  });

  it('leaves the parts of earlier generations to a prune, a week later', async () => {
    const small = { changes: 1, snapshots: 1, changesInBulk: 1 };
    const index = new VersionIndex({ ...repository, ...world, log: silentLog }, small);
    await take(...history);
    await world.store.deleteMany([HEAD]);
    await index.update(await repository.snapshots());
    const parts = (await keysOf(world.store, 'cache/versions/')).length;
    expect(parts).toBeGreaterThan(2);
    await world.store.put('cache/versions/0123456789abcdef/000.json.gz', Buffer.from('left behind'));
    world.clock.advance(8 * 86_400_000);
    const { others } = await findOrphans(repository, new Set(ids), world.clock.now());
    expect(others).toEqual(['cache/versions/0123456789abcdef/000.json.gz']);
    expect(await lines()).toEqual(expected);
  });

  it('knows every resource by its last title', async () => {
    await take(of({ 'dashboard/a': 1, 'dashboard/b': 1 }), of({ 'dashboard/b': 2 }));
    expect((await repository.versionIndex.names()).sort()).toEqual([
      [[1, 'dashboard', 'a'], 'a 1', true],
      [[1, 'dashboard', 'b'], 'b 2', false],
    ]);
  });
});
