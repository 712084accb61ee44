import { generateIdentity, identityToRecipient } from 'age-encryption';
import { beforeEach, expect, it } from 'vitest';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { rewrap } from '../../../pkg/repository/encryption/rotate.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock } from '../../support/repository/repository.ts';

const A = { org: 1, kind: 'dashboard', uid: 'a' } as const;

let world: { store: MemoryStore; clock: TestClock; randomness: SeededRandomness };
let identity: string;
let recipient: string;

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  identity = await generateIdentity();
  recipient = await identityToRecipient(identity);
});

async function whats(repository: Repository): Promise<string[]> {
  return (await repository.versions(A)).changes.map(({ what, snapshots: { count } }) => `${what} ×${count}`);
}

async function takeTwo(repository: Repository, ...versions: number[]): Promise<void> {
  for (const v of versions) {
    world.clock.advance(3_600_000);
    await backup(repository, world, { a: { v } });
  }
}

it('is as readable as the manifests: for the service without an identity, and for nobody else', async () => {
  const state = new MemoryState();
  await takeTwo(await open(world, { recipients: [recipient], state }), 1, 1, 2);
  expect((await keysOf(world.store, 'cache/versions')).every((key) => key.endsWith('.age'))).toBe(true);
  const restarted = await open(world, { recipients: [recipient], state });
  expect(await whats(restarted)).toEqual(['first-seen ×2', 'changed ×1']);
  const { changes } = await restarted.versions(A);
  await expect(restarted.getObject(changes[0]!.state!.object)).rejects.toMatchObject({ code: 'DK_IDENTITY_MISSING' });
  const stranger = await open(world, { create: false, state: new MemoryState() });
  await expect(stranger.versions(A)).rejects.toMatchObject({ code: 'DK_IDENTITY_MISSING' });
});

it('takes nothing for changed when encryption is switched on', async () => {
  await takeTwo(await open(world), 1, 1);
  const encrypted = await open(world, { recipients: [recipient], identities: [identity] });
  await takeTwo(encrypted, 1, 22);
  expect(await whats(encrypted)).toEqual(['first-seen ×3', 'changed ×1']);
});

it('is written for new recipients, and no longer for those who left', async () => {
  const state = new MemoryState();
  await takeTwo(await open(world, { recipients: [recipient], state }), 1, 2);
  const other = await generateIdentity();
  const admin = await open(world, {
    recipients: [await identityToRecipient(other)],
    identities: [identity],
    state,
    rewraps: true,
  });
  const [before] = await Promise.all(['cache/versions.json.gz.age'].map((key) => world.store.get(key)));
  await rewrap(admin, world);
  expect(await world.store.get('cache/versions.json.gz.age')).not.toEqual(before);
  const { trusted } = admin.trust.keys;
  const fresh = { create: false, trustedKeys: [...trusted] };
  const newcomer = await open(world, { ...fresh, identities: [other], state: new MemoryState() });
  expect(await newcomer.versionIndex.names()).toEqual([[[1, 'dashboard', 'a'], 'Title of a', false]]);
  const former = await open(world, { ...fresh, identities: [identity], state: new MemoryState() });
  expect(await former.versionIndex.names()).toEqual([]);
});
