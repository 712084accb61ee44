import { describe, expect, it } from 'vitest';
import { newTimedId } from '../../pkg/repository/layout.ts';
import { MAX_MANIFEST_BYTES } from '../../pkg/repository/objects/codec.ts';
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
