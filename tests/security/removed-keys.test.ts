import { gzipSync } from 'node:zlib';
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryState } from '../../pkg/lib/state.ts';
import { copyRepository } from '../../pkg/repository/copy/copy.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';

/**
 * Someone who may write to the bucket of an encrypted repository removes its keys, or overwrites them. A machine with
 * the identity and a trusted fingerprint, but without state, comes to restore or to back up.
 */
let world: World & { store: MemoryStore };
let identity: string;
let recipient: string;
let signer: string;
let snapshot: Manifest;

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
  const repository = await open(world, { recipients: [recipient] });
  snapshot = await backup(repository, world, { a: { v: 1 } });
  signer = repository.trust.own!;
  clock.advance(3_600_000);
});

const ATTACKS: [string, () => Promise<unknown>][] = [
  ['removed', async () => world.store.deleteMany(await keysOf(world.store, 'keys/'))],
  [
    'overwritten',
    async () => {
      for (const key of await keysOf(world.store, 'keys/')) {
        await world.store.put(key, Buffer.from('junk'));
      }
    },
  ],
];

const laptop = (create: boolean) => ({
  identities: [identity],
  state: new MemoryState(),
  trustedKeys: [signer],
  create,
});

describe.each(ATTACKS)('where the keys are %s', (_how, attack) => {
  it('content that someone encrypted for the recipient is not taken for that of a signed snapshot', async () => {
    const { object } = snapshot.resources[0]!;
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    const body = Buffer.from(await encrypter.encrypt(gzipSync('{"v":"forged"}')));
    await world.store.put(`objects/${object.slice(0, 2)}/${object}.json.gz.age`, body);
    await attack();
    const reader = await open(world, laptop(false));
    expect((await reader.manifest('latest')).id).toBe(snapshot.id);
    await expect(reader.getObject(object)).rejects.toMatchObject({ code: 'DK_OBJECT_DAMAGED' });
    expect((await verify(reader, { readData: true })).problems).toMatchObject([{ object }]);
    const copy = { ...world, store: new MemoryStore({ clock: world.clock }) };
    const to = await open(copy, { recipients: [recipient], identities: [identity], state: new MemoryState() });
    await expect(copyRepository(reader, to, { randomness: world.randomness })).rejects.toMatchObject({ exit: 4 });
    expect(await keysOf(copy.store, 'snapshots/')).toEqual([]);
  });

  it('the next backup of a machine that has the key puts them back for everyone else', async () => {
    await attack();
    await backup(await open(world, { recipients: [recipient] }), world, { a: { v: 1 }, b: { v: 2 } });
    const reader = await open(world, laptop(false));
    const { resources } = await reader.manifest('latest');
    expect(await Promise.all(resources.map(({ object }) => reader.getObject(object)))).toEqual(['{"v":1}', '{"v":2}']);
  });

  it.each([true, false])('nothing is written in the clear (by a writer: %s)', async (create) => {
    await attack();
    const before = new Set(await keysOf(world.store));
    await open(world, laptop(create))
      .then((repository) => backup(repository, world, { a: { v: 2 } }))
      .catch((error: unknown) => expect(error).toMatchObject({ code: 'DK_ENCRYPTION' }));
    const written = (await keysOf(world.store)).filter((key) => !before.has(key) && /^(objects|snapshots)\//.test(key));
    expect(written.filter((key) => !key.endsWith('.age'))).toEqual([]);
  });
});
