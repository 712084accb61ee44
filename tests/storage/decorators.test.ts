import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { CrashedError, FaultStore } from '../support/stores/fault-store.ts';
import { keysOf } from '../support/stores/read.ts';
import { conformance } from './conformance.ts';

conformance('A decorated store', async () => ({ store: new FaultStore(new MemoryStore()), dispose: async () => {} }), {
  conditionalPut: 'enforced',
});

describe('FaultStore', () => {
  it('does nothing at all after a crash', async () => {
    const inner = new MemoryStore();
    const store = new FaultStore(inner, ({ sequence }) =>
      sequence === 2 ? { kind: 'crash', after: true } : undefined,
    );
    await store.put('a', Buffer.from('x'));

    await expect(store.put('b', Buffer.from('x'))).rejects.toBeInstanceOf(CrashedError);
    await expect(store.put('c', Buffer.from('x'))).rejects.toBeInstanceOf(CrashedError);
    await expect(store.deleteMany(['a'])).rejects.toBeInstanceOf(CrashedError);

    expect(await keysOf(inner, '')).toEqual(['a', 'b']);
  });
});
