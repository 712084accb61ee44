import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { CrashedError, FaultStore, onEvery, onNth } from '../support/stores/fault-store.ts';
import { keysOf } from '../support/stores/read.ts';
import { conformance } from './conformance.ts';

conformance('A decorated store', async () => ({ store: new FaultStore(new MemoryStore()), dispose: async () => {} }), {
  conditionalPut: 'enforced',
});

describe('FaultStore', () => {
  it('fails a call before or after its effect', async () => {
    const inner = new MemoryStore();
    const store = new FaultStore(inner, onNth(1, { kind: 'fail' }));
    await expect(store.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'DK_STORE_FAILED' });
    store.script = onNth(1, { kind: 'lose-answer' });
    await expect(store.put('b', Buffer.from('x'))).rejects.toMatchObject({ code: 'DK_STORE_FAILED' });

    expect(await keysOf(inner, '')).toEqual(['b']);
  });

  it('does nothing at all after a crash', async () => {
    const inner = new MemoryStore();
    const store = new FaultStore(inner, onNth(2, { kind: 'crash', after: true }));
    await store.put('a', Buffer.from('x'));

    await expect(store.put('b', Buffer.from('x'))).rejects.toBeInstanceOf(CrashedError);
    await expect(store.put('c', Buffer.from('x'))).rejects.toBeInstanceOf(CrashedError);
    await expect(store.deleteMany(['a'])).rejects.toBeInstanceOf(CrashedError);

    expect(await keysOf(inner, '')).toEqual(['a', 'b']);
  });

  it('damages bodies, lists and conditions as scripted', async () => {
    const store = new FaultStore(new MemoryStore());
    await store.put('a', Buffer.from('0000'));
    store.script = onEvery({ kind: 'truncate', bytes: 2 });
    expect((await store.get('a')).toString()).toBe('00');
    store.script = onEvery({ kind: 'flip', at: 1 });
    expect((await store.get('a')).toString()).toBe('0100');
    store.script = onEvery({ kind: 'stale-list', missing: 1 });
    expect(await keysOf(store, '')).toEqual([]);
    store.script = onEvery({ kind: 'break-list', after: 0 });
    await expect(keysOf(store, '')).rejects.toMatchObject({ code: 'DK_STORE_FAILED' });
    store.script = onEvery({ kind: 'ignore-condition' });
    expect(await store.put('a', Buffer.from('1111'), { ifAbsent: true })).toEqual({ written: true });
  });
});
