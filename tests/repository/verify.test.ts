import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { findingProblem, type VerifyProblem } from '../../pkg/repository/verify/problems.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';

let world: World & { store: MemoryStore };
let first: Manifest;
let second: Manifest;

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  first = await backup(await open(world), world, { both: { v: 'both' }, early: { v: 'early' } });
  clock.advance(3_600_000);
  second = await backup(await open(world), world, { both: { v: 'both' }, late: { v: 'late' } });
});

function keyOf(manifest: Manifest, uid: string): string {
  const { object } = manifest.resources.find((entry) => entry.uid === uid)!;
  return `objects/${object.slice(0, 2)}/${object}.json.gz`;
}

it('keeps the hint of a finding where its snapshot is named as untrusted already', () => {
  const untrusted = { object: '', encrypted: false, code: 'DK_SNAPSHOT_FOREIGN', reason: 'untrusted' } as const;
  const known: VerifyProblem[] = [{ ...untrusted, snapshots: ['a'], resources: [] }];
  const params = { missing: 'a', remembered: 'r', found: 'r' };
  const finding = { code: 'DK_SNAPSHOT_LOST', params, since: '2026-05-01T10:00:00.000Z' } as const;
  expect(findingProblem(finding, known)).toEqual([]);
  expect(known[0]?.hint).toContain('dashkeep trust --repository r');
  expect(findingProblem({ ...finding, params: { ...params, missing: 'b' } }, known)).toHaveLength(1);
});

describe('verify', () => {
  it('finds nothing wrong with what is whole', async () => {
    expect(await verify(await open(world), { readData: true })).toMatchObject({
      snapshots: 2,
      objects: 3,
      read: 3,
      unreferenced: 0,
      problems: [],
    });
  });

  it('names every snapshot and resource that a missing object hurts', async () => {
    await world.store.deleteMany([keyOf(first, 'both')]);
    const { problems } = await verify(await open(world));
    expect(problems).toEqual([
      {
        object: first.resources[0]!.object,
        encrypted: false,
        code: 'DK_OBJECT_MISSING',
        reason: 'missing',
        snapshots: [first.id, second.id],
        resources: [{ org: 1, kind: 'dashboard', uid: 'both', title: 'Title of both' }],
      },
    ]);
  });

  it('looks at one snapshot only when asked to, and leaves the history as it is', async () => {
    await world.store.deleteMany([keyOf(first, 'early')]);
    const repository = await open(world);
    const { unreferenced: _, ...clean } = await verify(repository, { snapshot: second.id, readData: true });
    expect(clean).toMatchObject({ snapshots: 1, objects: 2, read: 2, problems: [] });
    expect(await verify(repository, { snapshot: 'latest' })).toMatchObject({ snapshots: 1, objects: 2, problems: [] });
    const { problems } = await verify(repository, { snapshot: first.id.slice(0, 20) });
    expect(problems).toMatchObject([{ code: 'DK_OBJECT_MISSING', snapshots: [first.id] }]);
    expect(await repository.snapshots()).toHaveLength(2);

    await world.store.put(`snapshots/${first.id}.json.gz`, Buffer.from('damaged'));
    expect((await verify(repository, { snapshot: first.id })).problems).toMatchObject([
      { code: 'DK_MANIFEST_DAMAGED' },
    ]);
    expect((await verify(repository, { snapshot: second.id })).problems).toEqual([]);
    await expect(verify(repository, { snapshot: '2020' })).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
    await expect(verify(repository, { snapshot: second.id, readData: { percent: 5 } })).rejects.toMatchObject({
      code: 'DK_USAGE',
    });
  });

  it('sees an empty object without reading it', async () => {
    await world.store.put(keyOf(second, 'late'), Buffer.alloc(0));
    expect((await verify(await open(world))).problems).toMatchObject([{ code: 'DK_OBJECT_DAMAGED' }]);
  });

  it.each([
    ['a flipped bit', (bytes: Buffer) => ((bytes[Math.floor(bytes.length / 2)]! ^= 1), bytes)],
    ['a truncated body', (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
    ['something appended', (bytes: Buffer) => Buffer.concat([bytes, bytes])],
  ])('sees %s when data is read', async (_what, spoil) => {
    const key = keyOf(second, 'late');
    await world.store.put(key, spoil(await world.store.get(key)));
    expect((await verify(await open(world), { readData: true })).problems).toMatchObject([
      { code: 'DK_OBJECT_DAMAGED', resources: [{ uid: 'late' }], snapshots: [second.id] },
    ]);
  });

  it('names a damaged manifest, and still checks the others', async () => {
    await world.store.put(`snapshots/${first.id}.json.gz`, Buffer.from('damaged'));
    expect(await verify(await open(world), { readData: true })).toMatchObject({
      snapshots: 2,
      objects: 2,
      problems: [{ object: '', code: 'DK_MANIFEST_DAMAGED', snapshots: [first.id] }],
    });
  });

  it('counts what no snapshot needs', async () => {
    const repository = await open(world);
    await repository.putObject(repository.objectId('{}'), '{}');
    expect(await verify(repository)).toMatchObject({ unreferenced: 1, problems: [] });
  });

  it('reads everything over time when it reads a part each time', async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`d${n}`, { n }]));
    await backup(await open(world), world, many);
    const reads = new Map<string, number>();
    const get = world.store.get.bind(world.store);
    world.store.get = (key, options) => {
      reads.set(key, (reads.get(key) ?? 0) + (key.startsWith('objects/') ? 1 : 0));
      return get(key, options);
    };

    const parts: unknown[] = [];
    for (let n = 0; n < 20; n++) {
      const { part } = await verify(await open(world), { readData: { percent: 5 } });
      parts.push(part);
    }

    expect(parts).toEqual(Array.from({ length: 20 }, (_, n) => ({ number: n + 1, of: 20 })));
    const objects = [...reads].filter(([key]) => key.startsWith('objects/'));
    expect(objects).toHaveLength(63);
    expect(objects.every(([, count]) => count === 1)).toBe(true);
  });
});
