import { expect, it } from 'vitest';
import { putWhole } from '../../pkg/repository/objects/put-whole.ts';
import { FaultStore } from '../support/stores/fault-store.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { TestClock } from '../support/repository/repository.ts';

/** @param damaged - how many times the file reads back with a wrong bit */
async function put(damaged: number): Promise<string[]> {
  let read = 0;
  const store = new FaultStore(new MemoryStore({ clock: new TestClock() }), ({ operation }) =>
    operation === 'get' && read++ < damaged ? { kind: 'flip', at: 0 } : undefined,
  );
  await putWhole(store, 'keys/a', Buffer.from('key'), {});
  return store.calls.map(({ operation }) => operation);
}

it('a file that reads back as it was not written is written again', async () => {
  expect(await put(2)).toEqual(['put', 'get', 'put', 'get', 'put', 'get']);
});

it('a file that never reads back as it was written fails', async () => {
  await expect(put(3)).rejects.toMatchObject({ code: 'DK_STORE_FAILED' });
});
