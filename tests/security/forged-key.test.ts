import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeEach, describe, expect, it } from 'vitest';
import { recipientSet } from '../../pkg/repository/encryption/key-files.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import {
  backup,
  keysOf,
  open,
  SeededRandomness,
  stateOf,
  TestClock,
  type World,
} from '../support/repository/repository.ts';

/** Anyone who knows the recipients, which are public, puts a key of the repository there that they made themselves. */
let world: World & { store: MemoryStore };
let identity: string;
let recipients: string[];
let theirs: string;
const LATER = '20990101T000000Z-f0f0f0f0';

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  identity = await generateX25519Identity();
  recipients = [await identityToRecipient(identity)];
  const repository = await open(world, { recipients });
  await backup(repository, world, { a: { v: 1 } });
  theirs = await generateX25519Identity();
  const key = {
    format: 1,
    id: LATER,
    repository: repository.id,
    objectIdKey: 'f0'.repeat(32),
    metadataIdentity: theirs,
  };
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipients[0]!);
  const name = `keys/${LATER}.${recipientSet(recipients)}.json.age`;
  await world.store.put(name, Buffer.from(await encrypter.encrypt(JSON.stringify(key))));
});

/** What this machine knows of whom to trust, without the repository's key: as a Job that was given no more. */
async function trusting(): Promise<MemoryState> {
  const all = stateOf(world.store);
  const id = JSON.parse((await world.store.get('dashkeep.json')).toString()).id as string;
  const signing = await all.get(`signing-${id}`);
  return new MemoryState([[`signing-${id}`, signing!]]);
}

async function readsNewest(): Promise<boolean> {
  const newest = (await keysOf(world.store, 'snapshots/')).at(-1)!;
  const decrypter = new Decrypter();
  decrypter.addIdentity(theirs);
  return decrypter.decrypt(await world.store.get(newest)).then(
    () => true,
    () => false,
  );
}

describe('a key of the repository that somebody else made', () => {
  it('is not what a writer with the identity goes on with', async () => {
    world.clock.advance(3_600_000);
    const repository = await open(world, { recipients, identities: [identity], state: await trusting() });
    expect(repository.keyring.current?.id).not.toBe(LATER);
    await backup(repository, world, { a: { v: 1 } });
    expect(await readsNewest()).toBe(false);
  });

  it('nor is it for a person who only has the identity', async () => {
    const state = await trusting();
    const repository = await open(world, { create: false, identities: [identity], state });
    expect(repository.keyring.current?.id).not.toBe(LATER);
    expect((await repository.previousManifest())?.resources).toHaveLength(1);
  });

  it('is never written under where nobody is trusted yet', async () => {
    const stranger = { create: false, identities: [identity], state: new MemoryState() };
    const repository = await open(world, stranger);
    expect(repository.trust.standing).toBe('first-contact');
    expect((await repository.manifest('latest')).resources).toHaveLength(1);
    await expect(repository.putObject(repository.objectId('{}'), '{}')).rejects.toMatchObject({
      code: 'DK_ENCRYPTION',
    });
    expect(await readsNewest()).toBe(false);
  });

  it('is of no use, and neither is the signing key, to anyone who has no identity', async () => {
    const repository = await open(world, { create: false, state: await trusting() });
    expect(repository.trust.own).toBeDefined();
    await expect(repository.manifest('latest')).rejects.toMatchObject({ code: 'DK_IDENTITY_MISSING' });
  });

  it('is not what a machine begins with that knows nobody', async () => {
    const repository = await open(world, { recipients, identities: [identity], state: new MemoryState() });
    expect(repository.keyring.current?.id).not.toBe(LATER);
    await backup(repository, world, { a: { v: 2 } });
    expect(await readsNewest()).toBe(false);
  });
});
