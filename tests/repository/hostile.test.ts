import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../../pkg/lib/json/json.ts';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { inflate, MAX_OBJECT_BYTES } from '../../pkg/repository/objects/codec.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';

let world: World & { store: MemoryStore };
let honest: Manifest;

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  honest = await backup(await open(world), world, { a: { v: 1 } });
  await world.store.deleteMany(['cache/snapshots.json.gz']);
});

/** Puts what an attacker, or a broken disk, might have left; hash of the entries included. */
async function forge(change: (manifest: Record<string, unknown>) => void, id = honest.id): Promise<void> {
  const manifest = JSON.parse(JSON.stringify(honest)) as Record<string, unknown>;
  change(manifest);
  manifest['entriesHash'] = createHash('sha256')
    .update(canonicalJson(manifest['resources'] as Json))
    .digest('hex');
  await world.store.put(`snapshots/${id}.json.gz`, gzipSync(JSON.stringify(manifest)));
}

async function putManifest(text: string): Promise<void> {
  await world.store.put(`snapshots/${honest.id}.json.gz`, gzipSync(text));
}

function entry(): Record<string, unknown> {
  return { ...honest.resources[0] } as Record<string, unknown>;
}

describe('a forged manifest is refused', () => {
  it.each<[string, (manifest: Record<string, unknown>) => void]>([
    ['of a format that never was', (manifest) => (manifest['format'] = 0)],
    ['with the name of another snapshot', (manifest) => (manifest['id'] = '20200101T000000Z-00000000')],
    ['of no kind of resource', (manifest) => (manifest['resources'] = [{ ...entry(), kind: '../passwords' }])],
    ['with a negative size', (manifest) => (manifest['resources'] = [{ ...entry(), bytes: -1 }])],
    ['with half an org', (manifest) => (manifest['resources'] = [{ ...entry(), org: 1.5 }])],
    ['whose resources are not a list', (manifest) => (manifest['resources'] = { length: 1e9 })],
    ['without resources', (manifest) => (manifest['resources'] = null)],
    ['with a time that is none', (manifest) => (manifest['started'] = 'yesterday')],
  ])('%s', async (_what, change) => {
    await forge(change);
    const repository = await open(world);
    await expect(repository.manifest(honest.id)).rejects.toMatchObject({ code: 'DK_MANIFEST_DAMAGED' });
    expect(await repository.snapshots()).toEqual([]);
    expect((await verify(repository)).problems).toMatchObject([{ object: '', snapshots: [honest.id] }]);
  });

  it.each([
    ['cut short', canonicalJson({ a: 1 }).slice(0, 3)],
    ['empty', ''],
    ['null', 'null'],
    ['nested a million deep', '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
    ['with a number of a million digits', `{"format":1,"id":${'9'.repeat(1_000_000)}}`],
    ['with an infinite number', '{"format":1,"id":1e999}'],
  ])('%s', async (_what, text) => {
    await putManifest(text);
    await expect((await open(world)).manifest(honest.id)).rejects.toMatchObject({ code: 'DK_MANIFEST_DAMAGED' });
  });

  it('whose entries were changed after it was sealed', async () => {
    await putManifest(JSON.stringify({ ...honest, resources: [{ ...entry(), uid: 'other' }] }));
    await expect((await open(world)).manifest(honest.id)).rejects.toThrow('does not match the hash of its entries');
  });

  it('with a gigantic number where a number belongs', async () => {
    const text = JSON.stringify(honest).replace(/"bytes":\d+/, '"bytes":123456789012345678901234567890');
    await putManifest(text);
    await expect((await open(world)).manifest(honest.id)).rejects.toMatchObject({ code: 'DK_MANIFEST_DAMAGED' });
  });
});

describe('an object id in a manifest cannot name another file', () => {
  it.each(['../../dashkeep', '..', `../${'a'.repeat(61)}`, 'A'.repeat(64), 'a'.repeat(63), '', 'x\u0000y'])(
    '%j',
    async (object) => {
      await forge((manifest) => (manifest['resources'] = [{ ...entry(), object }]));
      const repository = await open(world);
      await expect(repository.getObject(object)).rejects.toMatchObject({ code: 'DK_OBJECT_DAMAGED' });
      const asked: string[] = [];
      const get = world.store.get.bind(world.store);
      world.store.get = (key, options) => (asked.push(key), get(key, options));
      const { problems } = await verify(repository, { readData: true });
      expect(problems).toMatchObject([{ object: '', code: 'DK_MANIFEST_DAMAGED', snapshots: [honest.id] }]);
      expect(asked.filter((key) => !/^(signatures\/)?snapshots\/|^dashkeep\.json$/.test(key))).toEqual([]);
    },
  );

  it('a uid may be anything: it is only ever text', async () => {
    await forge((manifest) => (manifest['resources'] = [{ ...entry(), uid: '../../../etc/passwd\u0000' }]));
    expect((await (await open(world)).manifest(honest.id)).resources[0]!.uid).toBe('../../../etc/passwd\u0000');
  });

  it.each(['snapshots/../dashkeep.json', 'snapshots/latest.json.gz', 'snapshots/99999999T999999Z-00000000.json.gz'])(
    'and %s is no snapshot',
    async (name) => {
      if (!name.includes('..')) {
        await world.store.put(name, gzipSync('{}'));
      }
      expect((await (await open(world)).snapshots()).map(({ id }) => id)).toEqual([honest.id]);
    },
  );
});

describe('what inflates without end', () => {
  it('is stopped at the limit, in bounded memory', async () => {
    const bomb = gzipSync(Buffer.alloc(MAX_OBJECT_BYTES + 1));
    expect(bomb.length).toBeLessThan(MAX_OBJECT_BYTES / 500);
    const { object } = honest.resources[0]!;
    await world.store.put(`objects/${object.slice(0, 2)}/${object}.json.gz`, bomb);
    await expect((await open(world)).getObject(object)).rejects.toThrow('decompresses to more than');

    const before = process.memoryUsage().arrayBuffers;
    await expect(inflate(bomb, 1024 * 1024, 'DK_OBJECT_DAMAGED', 'a bomb')).rejects.toMatchObject({
      code: 'DK_OBJECT_DAMAGED',
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });

  it('is refused when it is huge already in the store', async () => {
    const { object } = honest.resources[0]!;
    await world.store.put(
      `objects/${object.slice(0, 2)}/${object}.json.gz`,
      Buffer.alloc(MAX_OBJECT_BYTES + 2 * 1024 * 1024),
    );
    await expect((await open(world)).getObject(object)).rejects.toMatchObject({ code: 'DK_OBJECT_DAMAGED' });
  });
});

describe('damaged small files never stop a backup', () => {
  it.each([
    ['cache/snapshots.json.gz', 'junk'],
    ['cache/snapshots.json.gz', gzipSync('{"format":1,"snapshots":[{"id":"../x"}]}')],
    ['cache/plain-copies.json.gz', gzipSync('[]')],
    ['cache/lock.json.gz', '{"days":-1}'],
    ['sessions/20261124T000000Z-00000000.json', '{'],
    ['prune/20261124T000000Z-00000000.json', '{}'],
    ['runs/20261124T000000Z-00000000.json', '[]'],
    ['keys/nonsense', 'x'],
  ])('%s', async (key, body) => {
    await world.store.put(key, Buffer.from(body));
    const repository = await open(world);
    await backup(repository, world, { b: { v: 2 } });
    await repository.plainCopies();
    expect(await repository.snapshots()).toHaveLength(2);
    expect((await verify(repository, { readData: { percent: 50 } })).problems).toEqual([]);
    expect(await keysOf(world.store, 'snapshots/')).toHaveLength(2);
  });
});
