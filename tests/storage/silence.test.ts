import { describe, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { impatient } from '../../pkg/storage/decorators/silence.ts';
import { eventually } from '../support/ports.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { all } from '../support/stores/read.ts';
import { conformance } from './conformance.ts';
import { always, body, open } from './s3/harness.ts';

conformance(
  'A store that is watched',
  async () => ({
    store: impatient(new MemoryStore(), { reported: 10_000, failed: 60_000 }, silentLog),
    dispose: async () => {},
  }),
  { conditionalPut: 'enforced' },
);

describe('A store that never answers', () => {
  it('is reported once, and every call fails before its retries have ended, until it answers', async () => {
    const warned: object[] = [];
    // Its own retries take minutes.
    const { server, store: s3 } = await open({ fault: always({ kind: 'hang' }) });
    const log = { ...silentLog, warn: (fields: object) => void warned.push(fields) };
    const store = impatient(s3, { reported: 50, failed: 300 }, log);
    const late = { code: 'DK_STORE_TIMEOUT', message: expect.stringContaining(`${s3.description} has not responded`) };
    await expect(store.get('a', { maxBytes: 100 })).rejects.toMatchObject(late);
    await expect(store.put('a', body)).rejects.toMatchObject(late);
    await expect(store.head('a')).rejects.toMatchObject(late);
    await expect(all(store.list(''))).rejects.toMatchObject(late);
    await expect(store.deleteMany(['a'])).rejects.toMatchObject(late);
    await expect(store.clock()).rejects.toMatchObject(late);
    expect(warned).toEqual([{ target: s3.description, seconds: 0 }]);

    server.options.fault = undefined;
    // On a busy machine, an answer may take longer than this store waits for the first one.
    await eventually('an answer', () => store.put('a', body).catch(() => undefined));
    expect(await store.get('a')).toEqual(body);
    server.options.fault = always({ kind: 'hang' });
    await expect(store.head('a')).rejects.toMatchObject(late);
    expect(warned.length).toBeGreaterThan(1);
  });
});
