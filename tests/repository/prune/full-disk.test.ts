import { beforeEach, describe, expect, it } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { reason } from '../../../pkg/contract/reasons/catalogue.ts';
import { verify } from '../../../pkg/repository/verify/verify.ts';
import { keysOf, open } from '../../support/repository/repository.ts';
import { backUp, forgetAllButLast, HOUR, prune, setUp, shared, world } from './harness.ts';

const INDEX = ['cache/texts.json.gz', 'cache/texts/0123456789abcdef/a.json.gz'];

setUp();

/** From now on the target takes only as much as was removed from it. */
async function fillUp(): Promise<void> {
  const { store } = world;
  const put = store.put.bind(store);
  const used = async (): Promise<number> => {
    let bytes = 0;
    for await (const { size } of store.list('')) {
      bytes += size;
    }
    return bytes;
  };
  const capacity = await used();
  store.put = async (key, body, options) => {
    const before = (await store.head(key))?.size ?? 0;
    if ((await used()) - before + body.length > capacity) {
      throw new DashkeepError('DK_STORE_FAILED', `cannot write ${key}: ENOSPC`, {
        advice: reason('free-target-space'),
      });
    }
    return put(key, body, options);
  };
}

describe('prune on a full disk', () => {
  beforeEach(async () => {
    await backUp({ ...shared, old: { v: 'unneeded '.repeat(2000) } });
    await backUp(shared);
    await forgetAllButLast();
    world.clock.advance(50 * HOUR);
    await prune();
    world.clock.advance(5 * HOUR);
  });

  it('removes orphaned files first, and then what nothing needs', async () => {
    await world.store.put('probe/00ff/a.json', Buffer.alloc(8000));
    world.clock.advance(8 * 24 * HOUR);
    await fillUp();
    expect(await prune()).toMatchObject({ removed: 1, leftOvers: 1, failed: [] });
    expect(await keysOf(world.store, 'probe/')).toEqual([]);
    expect((await verify(await open(world), {})).problems).toEqual([]);
  });

  it('removes indexes, which are rebuilt, where there are no such files', async () => {
    for (const key of INDEX) {
      await world.store.put(key, Buffer.alloc(8000));
    }
    await fillUp();
    expect(await prune()).toMatchObject({ removed: 1, failed: [] });
    expect(await keysOf(world.store, 'cache/')).not.toEqual(expect.arrayContaining([INDEX[0]]));
    expect((await verify(await open(world), {})).problems).toEqual([]);
  });

  it('removes nothing more without a session, and says what to do', async () => {
    for (const key of await keysOf(world.store, 'cache/')) {
      await world.store.deleteMany([key]);
    }
    const before = await keysOf(world.store);
    await fillUp();
    await expect(prune()).rejects.toMatchObject({
      code: 'DK_STORE_FAILED',
      hint: expect.stringContaining('Do not delete repository files') as string,
    });
    expect(await keysOf(world.store)).toEqual(before);
  });

  it('waits for a backup that is at work, full or not', async () => {
    const { sessions } = await open(world);
    await world.store.put('probe/00ff/a.json', Buffer.alloc(8000));
    world.clock.advance(8 * 24 * HOUR);
    const other = await sessions.open({ id: '20261124T143000Z-1f2e3d4c', kind: 'backup' });
    await fillUp();
    const objects = await keysOf(world.store, 'objects/');
    await expect(prune()).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
    expect(await keysOf(world.store, 'objects/')).toEqual(objects);
    await other.end();
  });
});
