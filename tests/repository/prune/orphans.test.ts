import { beforeEach, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../pkg/contract/runs.ts';
import { compactTime, timeOfId } from '../../../pkg/repository/layout.ts';
import { planPrune } from '../../../pkg/repository/prune/prune.ts';
import { verify } from '../../../pkg/repository/verify/verify.ts';
import { keysOf, open } from '../../support/repository/repository.ts';
import { backUp, forgetAllButLast, HOUR, prune, setUp, shared, world } from './harness.ts';

setUp();

describe('prune', () => {
  beforeEach(async () => {
    await backUp({ ...shared, old: { v: 0 } });
    await backUp(shared);
    await forgetAllButLast();
  });

  describe('of what runs leave behind', () => {
    const idOf = (daysAgo: number, n: number): string =>
      `${compactTime(new Date(world.clock.now().getTime() - daysAgo * 24 * HOUR))}-${n.toString(16).padStart(8, '0')}`;
    const record = (id: string): RunRecord => ({
      id,
      kind: 'backup',
      status: 'complete',
      trigger: 'scheduled',
      started: timeOfId(id).toISOString(),
      counts: {},
      errors: [],
    });

    it('keeps the records of a hundred days, of the newest thousand runs, and of snapshots that are there', async () => {
      const repository = await open(world);
      const kept = (await keysOf(world.store, 'snapshots/'))[0]!.slice(10, 35);
      const old = Array.from({ length: 5 }, (_, n) => idOf(0, n).replace(/^2026/, '2025'));
      for (const id of [kept, ...old]) {
        await repository.writeRun(record(id));
      }
      world.clock.advance(101 * 24 * HOUR);
      for (let n = 0; n < 996; n++) {
        await world.store.put(`runs/${idOf(0, n)}.json`, Buffer.from(JSON.stringify(record(idOf(0, n)))));
      }
      expect((await planPrune(await open(world))).runs).toEqual(old.slice(0, 2).map((id) => `runs/${id}.json`));
      expect(await prune()).toMatchObject({ runs: 2, failed: [] });
      expect((await (await open(world)).runs()).at(-1)!.id).toBe(old[2]);

      for (let n = 996; n < 1100; n++) {
        await world.store.put(`runs/${idOf(0, n)}.json`, Buffer.from(JSON.stringify(record(idOf(0, n)))));
      }
      expect(await prune()).toMatchObject({ runs: 3 });
      expect(await keysOf(world.store, 'runs/')).toHaveLength(1101);
      expect(await keysOf(world.store, 'runs/')).toContain(`runs/${kept}.json`);
      expect((await (await open(world)).runs()).map(({ id }) => id)).not.toContain(old[2]);
    });

    it('removes caches and probes that nobody uses, and no others', async () => {
      await verify(await open(world), { readData: { percent: 50 } });
      const used = await keysOf(world.store, 'cache/');
      for (const key of ['cache/snapshots.json.gz.age', 'cache/of-before.json', 'probe/00ff/a.json']) {
        await world.store.put(key, Buffer.from('{}'));
      }
      expect((await planPrune(await open(world))).leftOvers).toEqual([]);
      world.clock.advance(8 * 24 * HOUR);
      expect(await prune()).toMatchObject({ leftOvers: 3 });
      expect(await keysOf(world.store, 'cache/')).toEqual(used);
      expect(await keysOf(world.store, 'probe/')).toEqual([]);
    });
  });
});
