import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeEach, expect, it } from 'vitest';
import { MemoryState } from '../../pkg/lib/state.ts';
import { recipientSet } from '../../pkg/repository/encryption/key-files.ts';
import { rewrap } from '../../pkg/repository/encryption/rotate.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';

/** Someone who may write to the bucket plants a key for recipients that are public, and waits for `--rewrap`. */
let world: World & { store: MemoryStore };
let identity: string;
let theirs: string;
let signer: string;
const LATER = '20990101T000000Z-f0f0f0f0';

async function plant(id: string, repository: string, recipients: string[]): Promise<void> {
  const key = { format: 1, id, repository, objectIdKey: 'f0'.repeat(32), metadataIdentity: theirs };
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipients[0]!);
  const name = `keys/${id}.${recipientSet(recipients)}.json.age`;
  await world.store.put(name, Buffer.from(await encrypter.encrypt(JSON.stringify(key))));
}

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  identity = await generateX25519Identity();
  const recipients = [await identityToRecipient(identity)];
  const repository = await open(world, { recipients });
  await backup(repository, world, { a: { v: 1 } });
  signer = repository.trust.own!;
  theirs = await generateX25519Identity();
});

it.each(['another id', 'the id of the repository’s key'])(
  'under %s, no rewrap signs it and no new machine writes under it',
  async (which) => {
    const own = [await identityToRecipient(identity)];
    const { id: repositoryId, keyring } = await open(world, { recipients: own });
    await plant(which === 'another id' ? LATER : keyring.current!.id, repositoryId, own);
    const next = await identityToRecipient(await generateX25519Identity());
    const recipients = [await identityToRecipient(identity), next];
    await rewrap(await open(world, { recipients, identities: [identity] }), world);
    const laptop = { recipients, identities: [identity], state: new MemoryState(), trustedKeys: [signer] };
    const repository = await open(world, laptop);
    expect(repository.keyring.current?.metadataIdentity).not.toBe(theirs);
    const { id } = await backup(repository, world, { a: { v: 1 }, b: { v: 2 } });
    const decrypter = new Decrypter();
    decrypter.addIdentity(theirs);
    const [manifest] = await keysOf(world.store, `snapshots/${id}`);
    await expect(decrypter.decrypt(await world.store.get(manifest!))).rejects.toThrow();
  },
);
