import { gzipSync } from 'node:zlib';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { canonicalJson, type Json } from '../../pkg/lib/json/json.ts';
import { sha256Of } from '../../pkg/repository/signing/statement.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';

/**
 * Someone who may add files to the bucket, but change none, puts junk beside each object and manifest: under the name
 * that its other form, plain or encrypted, would have.
 */
let world: World & { store: MemoryStore };
let snapshots: Manifest[];
let options: { recipients: string[]; identities: string[] };

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  const identity = await generateX25519Identity();
  options = { recipients: [await identityToRecipient(identity)], identities: [identity] };
  snapshots = [];
});

async function backUp(encrypted: boolean, v: number): Promise<void> {
  snapshots.push(await backup(await open(world, encrypted ? options : {}), world, { a: { v } }));
  world.clock.advance(3_600_000);
}

async function putJunk(): Promise<void> {
  for (const key of [...(await keysOf(world.store, 'objects/')), ...(await keysOf(world.store, 'snapshots/'))]) {
    const beside = key.endsWith('.age') ? key.slice(0, -'.age'.length) : `${key}.age`;
    await world.store.put(beside, Buffer.from('junk that is longer than twenty bytes'));
  }
}

it('a forged manifest does not have verify look for the objects of others in another form', async () => {
  await backUp(true, 1);
  const [{ id: _, entriesHash: _hash, ...rest }] = snapshots as [Manifest];
  const id = '20261124T000000Z-f0f0f0f0';
  const entriesHash = sha256Of(canonicalJson(rest.resources as unknown as Json));
  await world.store.put(`snapshots/${id}.json.gz`, gzipSync(JSON.stringify({ id, ...rest, entriesHash })));
  const { problems } = await verify(await open(world, { create: false, ...options }), { readData: true });
  expect(problems.map(({ code, snapshots: hurt }) => [code, hurt])).toEqual([['DK_SNAPSHOT_FOREIGN', [id]]]);
});

it('verify names what is missing also where a forged manifest says itself what is newer in it', async () => {
  await backUp(false, 1);
  const [{ id: honest, entriesHash, resources, ...rest }] = snapshots as [Manifest];
  const id = '20261124T000000Z-f0f0f0f0';
  const forged = { id, ...rest, newer: 5, resources, entriesHash };
  await world.store.put(`snapshots/${id}.json.gz`, gzipSync(JSON.stringify(forged)));
  await world.store.deleteMany(await keysOf(world.store, 'objects/'));
  const { problems } = await verify(await open(world, { create: false }), { readData: true });
  expect(problems).toContainEqual(
    expect.objectContaining({ code: 'DK_OBJECT_MISSING', snapshots: expect.arrayContaining([honest]) as string[] }),
  );
});

describe.each<[string, boolean[]]>([
  ['a plain repository', [false]],
  ['an encrypted repository', [true]],
  ['a repository that was encrypted later', [false, true]],
])('in %s', (_name, forms) => {
  beforeEach(async () => {
    for (const [v, encrypted] of forms.entries()) {
      await backUp(encrypted, v);
    }
    await putJunk();
  });

  const reader = () => open(world, { create: false, ...(forms.includes(true) ? options : {}) });

  it('everything is read as before', async () => {
    const repository = await reader();
    for (const [v, { id, resources }] of snapshots.entries()) {
      expect((await repository.manifest(id)).resources).toEqual(resources);
      expect(await repository.getObject(resources[0]!.object)).toBe(`{"v":${v}}`);
    }
  });

  it('verify finds nothing damaged', async () => {
    expect((await verify(await reader(), { readData: true })).problems).toEqual([]);
  });

  it('verify finds what is missing, although the junk is there', async () => {
    for (const { resources } of snapshots) {
      const { object } = resources[0]!;
      for (const key of await keysOf(world.store, `objects/${object.slice(0, 2)}/${object}`)) {
        if (!(await world.store.get(key)).toString().startsWith('junk')) {
          await world.store.deleteMany([key]);
        }
      }
    }
    const { problems } = await verify(await reader());
    expect(problems.map(({ code }) => code)).toEqual(snapshots.map(() => 'DK_OBJECT_MISSING'));
    await expect((await reader()).getObject(snapshots[0]!.resources[0]!.object)).rejects.toMatchObject({ exit: 4 });
  });
});
