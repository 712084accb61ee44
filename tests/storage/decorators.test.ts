import { describe, expect, it } from 'vitest';
import type { Log } from '../../pkg/contract/ports.ts';
import { logCalls } from '../../pkg/storage/decorators/log.ts';
import { observed } from '../../pkg/storage/decorators/observe.ts';
import type { StoreCall } from '../../pkg/storage/decorators/observe.ts';
import { totalCalls } from '../../pkg/storage/decorators/totals.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { CrashedError, FaultStore, onEvery, onNth } from '../support/stores/fault-store.ts';
import { realClock } from '../support/ports.ts';
import { all, keysOf } from '../support/stores/read.ts';
import { conformance } from './conformance.ts';

conformance(
  'A decorated store',
  async () => {
    const observer = totalCalls().observer;
    return { store: new FaultStore(observed(new MemoryStore(), realClock, observer)), dispose: async () => {} };
  },
  { conditionalPut: 'enforced' },
);

describe('observed', () => {
  it('reports each call with its bytes, time and error', async () => {
    const calls: StoreCall[] = [];
    let time = 0;
    const faults = new FaultStore(new MemoryStore(), onNth(1, { kind: 'slow', wait: async () => void (time += 250) }));
    const store = observed(faults, { monotonic: () => time }, (call) => calls.push(call));

    await store.put('a', Buffer.from('four'));
    await store.get('a');
    await all(store.list(''));
    await store.get('b').catch(() => undefined);

    expect(calls).toMatchObject([
      { operation: 'put', key: 'a', bytes: 4, milliseconds: 250 },
      { operation: 'get', key: 'a', bytes: 4 },
      { operation: 'list', key: '', objects: 1, bytes: 4 },
      { operation: 'get', key: 'b', error: { code: 'DK_STORE_NOT_FOUND' } },
    ]);
  });

  it('adds up by operation', async () => {
    const { observer, totals } = totalCalls();
    const store = observed(new MemoryStore(), realClock, observer);

    await store.put('a', Buffer.from('123'));
    await store.put('b', Buffer.from('12345'));
    await store.get('c').catch(() => undefined);

    expect(totals.get('put')).toMatchObject({ calls: 2, failures: 0, bytes: 8 });
    expect(totals.get('get')).toMatchObject({ calls: 1, failures: 1, bytes: 0 });
  });

  it('logs failures louder than what went well, and no body at any level', async () => {
    const lines: string[] = [];
    const write = (level: string) => (fields: object, message: string) =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    const faults = new FaultStore(new MemoryStore(), onNth(2, { kind: 'fail' }));
    const store = observed(faults, realClock, logCalls(log));

    await store.put('a', Buffer.from('body-of-a-dashboard'));
    await store.get('a').catch(() => undefined);
    await store.get('absent').catch(() => undefined);

    expect(lines.map((line) => line.split(' ')[0])).toEqual(['debug', 'warn', 'debug']);
    expect(lines.join()).not.toContain('body-of-a-dashboard');
  });
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
