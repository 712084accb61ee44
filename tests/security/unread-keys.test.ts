import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryState } from '../../pkg/lib/state.ts';
import { keyFile, recipientSet } from '../../pkg/repository/encryption/key-files.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';

/**
 * Someone who may write to the bucket plants or removes key files, whose names say for which recipients they are: so
 * that everything is stored again under a new key, which no mass change is reported of, or is not although it must be.
 */
let world: World & { store: MemoryStore };
let state: MemoryState;
let alice: string;
let bob: string;
let identity: string;
let other: string;

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  state = new MemoryState();
  [identity, other] = [await generateX25519Identity(), await generateX25519Identity()];
  [alice, bob] = [await identityToRecipient(identity), await identityToRecipient(other)];
  await backup(await service(), world, { a: { v: 1 } });
});

const service = (recipients = [alice]) => open(world, { recipients, state });
const files = () => keysOf(world.store, 'keys/');

async function forgetReaders(wrappedFor = recipientSet([alice])): Promise<void> {
  const name = `repository-${(await service()).id}`;
  const { earlier: _, readers: __, ...local } = JSON.parse((await state.get(name))!.toString());
  await state.set(name, Buffer.from(JSON.stringify({ ...local, wrappedFor })));
}

describe('a machine whose state is of an earlier release', () => {
  it('goes on under its key although a file was planted beside it', async () => {
    const { current } = (await service()).keyring;
    await forgetReaders();
    await world.store.put(keyFile(current!.id, ['age1foreign']), Buffer.from('junk'));
    expect((await service()).keyring).toMatchObject({ current, latecomers: [] });
  });

  it('goes on under its key although the files were removed', async () => {
    const { current } = (await service()).keyring;
    await forgetReaders();
    await world.store.deleteMany(await files());
    expect((await service()).keyring).toMatchObject({ current, latecomers: [] });
    expect(await files()).toEqual([keyFile(current!.id, [alice])]);
  });

  it('goes on for those who could read all where another was added', async () => {
    const { current } = (await service()).keyring;
    await service([alice, bob]);
    await forgetReaders(recipientSet([alice, bob]));
    expect((await service([alice, bob])).keyring).toMatchObject({ current, latecomers: [bob] });
  });
});

it('a machine without state, with the identity, goes on under the key although a file was planted', async () => {
  const { keyring, trust } = await service();
  await world.store.put(keyFile(keyring.current!.id, ['age1foreign']), Buffer.from('junk'));
  const laptop = { recipients: [alice], identities: [identity], state: new MemoryState(), trustedKeys: [trust.own!] };
  expect((await open(world, laptop)).keyring.current).toEqual(keyring.current);
});

it('a file that is named as if it were for the new recipients does not make them readers', async () => {
  const { current } = (await service()).keyring;
  await world.store.deleteMany(await files());
  await world.store.put(keyFile(current!.id, [bob]), Buffer.from('junk'));
  expect((await service([bob])).keyring.current).not.toEqual(current);
});
