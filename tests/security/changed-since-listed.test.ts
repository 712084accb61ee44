import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { canonicalJson, type Json } from '../../pkg/lib/json/json.ts';
import { objectIdOf } from '../../pkg/repository/objects/id.ts';
import { backup, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';
import { sha256Of } from '../../pkg/repository/signing/statement.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';

/**
 * A person trusts the snapshots from before signatures. Someone then changes one in the bucket, and waits for the
 * person to trust unsigned snapshots once more.
 */
let world: World & { store: MemoryStore };
let old: Manifest;
const LIST = 'signatures/trust/cut-over.txt';

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  old = await backup(await open(world, { state: undefined }), world, { a: { v: 1 } });
  clock.advance(3_600_000);
  await (await open(world)).trust.signing.trustUnsigned();
});

const isTrusted = async (): Promise<boolean> => (await (await open(world)).stored(old.id)).author.trusted;
const trustAgain = async (): Promise<void> => (await open(world)).trust.signing.trustUnsigned();

async function change(): Promise<void> {
  const key = `snapshots/${old.id}.json.gz`;
  const manifest = JSON.parse(gunzipSync(await world.store.get(key)).toString()) as Manifest;
  const text = canonicalJson({ v: 'forged' });
  manifest.resources[0]!.object = objectIdOf(text, undefined);
  const entriesHash = objectIdOf(canonicalJson(manifest.resources as unknown as Json), undefined);
  await world.store.put(key, gzipSync(JSON.stringify({ ...manifest, entriesHash })));
}

it('a listed snapshot that was changed is named, and not listed as it is now', async () => {
  expect(await isTrusted()).toBe(true);
  await change();
  await expect(trustAgain()).rejects.toMatchObject({
    code: 'DK_SNAPSHOT_FOREIGN',
    message: expect.stringContaining(`snapshots/${old.id}.json.gz`),
  });
  expect(await isTrusted()).toBe(false);
});

it('nor when the list itself was overwritten', async () => {
  await change();
  await world.store.put(LIST, Buffer.from('nothing'));
  await expect(trustAgain()).rejects.toMatchObject({
    code: 'DK_SNAPSHOT_FOREIGN',
    message: expect.stringContaining(LIST),
  });
  expect(await isTrusted()).toBe(false);
});

it('nor when the list was changed with it, under the signature of what it was', async () => {
  await change();
  const key = `snapshots/${old.id}.json.gz`;
  await world.store.put(LIST, Buffer.from(`${sha256Of(await world.store.get(key))}  ${key}\n`));
  expect(await isTrusted()).toBe(false);
});

it('snapshots that came since are listed with those that did not change', async () => {
  const further = await backup(await open(world, { state: undefined }), world, { b: { v: 1 } });
  await trustAgain();
  expect(await isTrusted()).toBe(true);
  expect((await (await open(world)).stored(further.id)).author.trusted).toBe(true);
});
