import { gunzipSync, gzipSync } from 'node:zlib';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { beforeEach, expect, it } from 'vitest';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { rewrap } from '../../../pkg/repository/encryption/rotate.ts';
import { findOrphans } from '../../../pkg/repository/objects/orphans.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { keysOf, open, SeededRandomness, TestClock } from '../../support/repository/repository.ts';
import { board, publishBodies, searchFor } from '../../support/repository/searched.ts';

let world: { store: MemoryStore; clock: TestClock; randomness: SeededRandomness };
let identity: string;
let recipient: string;
let state: MemoryState;
let service: Repository;

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  identity = await generateIdentity();
  recipient = await identityToRecipient(identity);
  state = new MemoryState();
  service = await open(world, { recipients: [recipient], state });
});

async function take(title: string): Promise<void> {
  world.clock.advance(3_600_000);
  await publishBodies(service, world, { 1: { 'dashboard/a': board(title, { 'Checkout latency': 'up' }) } });
}

const reader = () => open(world, { recipients: [recipient], identities: [identity], state });

it('is searched by titles where content cannot be read, also by earlier ones', async () => {
  await take('Shop');
  await take('Store');
  const page = await searchFor(service, 'shop');
  expect(page).toMatchObject({ searched: 'titles', indexed: { snapshots: 2, pending: 0, unreadable: 0 } });
  expect(page.items[0]).toMatchObject({
    uid: 'a',
    title: 'Store',
    found: [{ where: 'title', text: 'Shop', now: false }],
  });
  expect(await searchFor(service, 'latency')).toMatchObject({ searched: 'titles', items: [] });
});

it('is searched by content by those who can read it, and what they index nobody else reads', async () => {
  await take('Shop');
  expect(await searchFor(await reader(), 'latency')).toMatchObject({ searched: 'content', total: 1 });
  const texts = (await keysOf(world.store, 'cache/')).filter((key) => key.includes('/texts'));
  expect(texts).toHaveLength(3);
  for (const key of texts) {
    const body = await world.store.get(key);
    await expect(service.keyring.opener.open(body, 'DK_INTEGRITY', key)).rejects.toMatchObject({
      code: 'DK_IDENTITY_MISSING',
    });
  }
  await take('Store');
  expect((await searchFor(await reader(), 'store')).items[0]!.found[0]).toMatchObject({ where: 'title', now: true });
  expect(await searchFor(service, 'latency')).toMatchObject({ items: [] });
});

it('is searched by titles with an identity of someone else, who leaves it as it is for those who can read it', async () => {
  await take('Shop');
  const wrong = { recipients: [recipient], identities: [await generateIdentity()], state };
  expect(await searchFor(await open(world, wrong), 'shop')).toMatchObject({ searched: 'titles', total: 1 });
  expect(await searchFor(await open(world, wrong), 'latency')).toMatchObject({ searched: 'titles', total: 0 });
  expect(await searchFor(await reader(), 'latency')).toMatchObject({ searched: 'content', total: 1 });
});

it('is completed by who can read what those before could not', async () => {
  await take('Shop');
  const next = await generateIdentity();
  const recipients = [await identityToRecipient(next)];
  world.clock.advance(3_600_000);
  const successor = await open(world, { recipients, state });
  await publishBodies(successor, world, { 1: { 'dashboard/a': board('Shop', { 'Queue depth': 'up' }) } });
  const searched = async (identities: string[], text: string) =>
    searchFor(await open(world, { recipients, identities, state }), text);
  expect(await searched([next], 'queue')).toMatchObject({ searched: 'content', total: 1 });
  expect(await searched([next], 'latency')).toMatchObject({ total: 0 });
  expect(await searched([identity, next], 'latency')).toMatchObject({ total: 1 });
  expect(await searched([identity, next], 'queue')).toMatchObject({ total: 1 });
});

it('keeps what it cannot read when it prunes', async () => {
  await take('Shop');
  await searchFor(await reader(), 'latency');
  world.clock.advance(8 * 86_400_000);
  const ids = (await service.snapshots()).map(({ id }) => id);
  expect((await findOrphans(service, new Set(ids), world.clock.now())).others).toEqual([]);
});

it('is written for new recipients', async () => {
  await take('Shop');
  await searchFor(await reader(), 'latency');
  const other = await generateIdentity();
  const admin = await open(world, {
    recipients: [await identityToRecipient(other)],
    identities: [identity],
    state,
    rewraps: true,
  });
  await rewrap(admin, world);
  const trustedKeys = [...admin.trust.keys.trusted];
  const newcomer = await open(world, { create: false, trustedKeys, identities: [other], state: new MemoryState() });
  let reads = 0;
  const get = world.store.get.bind(world.store);
  world.store.get = (key, options) => {
    reads += key.startsWith('objects/') ? 1 : 0;
    return get(key, options);
  };
  expect(await searchFor(newcomer, 'latency')).toMatchObject({ searched: 'content', total: 1 });
  expect(reads).toBe(0);
});

it('is made again where an earlier release did not say that it left out what it could not decrypt', async () => {
  await take('Shop');
  const next = await generateIdentity();
  const recipients = [await identityToRecipient(next)];
  world.clock.advance(3_600_000);
  const successor = await open(world, { recipients, state });
  await publishBodies(successor, world, { 1: { 'dashboard/a': board('Shop', { 'Queue depth': 'up' }) } });
  const opened = (identities: string[]) => open(world, { recipients, identities, state });
  const wrong = await opened([next]);
  expect(await searchFor(wrong, 'latency')).toMatchObject({ searched: 'content', total: 0 });
  const key = 'cache/texts.json.gz.age';
  const written = gunzipSync(await wrong.keyring.opener.open(await world.store.get(key), 'DK_INTEGRITY', key));
  const { locked, ...head } = JSON.parse(written.toString().split('\n')[0]!) as Record<string, unknown>;
  expect(locked).toMatch(/./);
  const json = JSON.stringify(head);
  const text = `${json}\n${await wrong.trust.signing.statement(key, json)}`;
  await world.store.put(key, await wrong.keyring.sealObject(gzipSync(text)));
  expect(await searchFor(await opened([identity, next]), 'latency')).toMatchObject({ total: 1 });
});
