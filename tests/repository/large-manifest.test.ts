import { afterEach, describe, expect, it, vi } from 'vitest';
import { newTimedId } from '../../pkg/repository/layout.ts';
import { MAX_MANIFEST_BYTES } from '../../pkg/repository/objects/codec.ts';
import { ManifestText } from '../../pkg/repository/snapshots/manifest-text.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock } from '../support/repository/repository.ts';

const MIB = 1024 * 1024;

describe('a manifest that no one could read', () => {
  it('is refused before it is written', async () => {
    const clock = new TestClock();
    const world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
    const repository = await open(world);
    const { format: _format, entriesHash: _hash, ...first } = await backup(repository, world, { a: { title: 'A' } });
    const entry = { ...first.resources[0]!, title: 'x'.repeat(MIB) };
    const resources = Array.from({ length: Math.ceil(MAX_MANIFEST_BYTES / MIB) }, () => entry);
    const before = await keysOf(world.store);

    const publishing = repository.publish({ ...first, id: newTimedId(clock.now(), world.randomness), resources });
    await expect(publishing).rejects.toMatchObject({ code: 'DK_MANIFEST_TOO_LARGE' });
    expect(await keysOf(world.store)).toEqual(before);
    expect((await repository.manifest('latest')).id).toBe(first.id);
  });
});

describe('the latest snapshot', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is found by the heads of newer safety snapshots: their entries are not read', async () => {
    const clock = new TestClock();
    const world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
    const writer = await open(world);
    const { format: _format, entriesHash: _hash, ...first } = await backup(writer, world, { a: { title: 'A' } });
    const { id } = first;
    for (let safety = 0; safety < 3; safety++) {
      clock.advance(60_000);
      const [time, safetyId] = [clock.now().toISOString(), newTimedId(clock.now(), world.randomness)];
      await writer.publish({ ...first, id: safetyId, started: time, finished: time, trigger: 'safety' });
    }
    const repository = await open(world);
    const read: string[] = [];
    // Anyone who reads entries, or checks their hash, does it by one of these.
    const entries = Object.getOwnPropertyDescriptor(ManifestText.prototype, 'canonicalEntries')!;
    vi.spyOn(ManifestText.prototype, 'canonicalEntries', 'get').mockImplementation(function (this: ManifestText) {
      read.push(this.head.id);
      return entries.get!.call(this) as Iterable<string>;
    });
    const whole = ManifestText.prototype.entries;
    vi.spyOn(ManifestText.prototype, 'entries').mockImplementation(function (this: ManifestText) {
      read.push(this.head.id);
      return whole.call(this);
    });

    expect((await repository.manifest('latest')).id).toBe(id);

    expect(read).toContain(id);
    expect(new Set(read)).toEqual(new Set([id]));
  });
});
