import { expect, it } from 'vitest';
import type { ObjectInfo } from '../../../pkg/storage/store.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { DASHBOARDS, start } from '../harness.ts';

/** Notes for which objects it was asked whether they are there. */
class Asked extends MemoryStore {
  readonly listed: string[] = [];
  readonly heads: string[] = [];

  override list(...given: Parameters<MemoryStore['list']>): AsyncIterable<ObjectInfo> {
    this.listed.push(given[0]);
    return super.list(...given);
  }

  override head(...given: Parameters<MemoryStore['head']>): ReturnType<MemoryStore['head']> {
    this.heads.push(given[0]);
    return super.head(...given);
  }
}

const isObject = (key: string): boolean => key.startsWith('objects/');

it('looks for all objects with one listing, also for those that the run wrote itself', async () => {
  const store = new Asked();
  const bench = await start({ profile: '11.6' }, store);
  bench.grafana.seedDashboards({ count: 40, folders: 4, bytes: 900 });

  const first = await bench.backup({ kinds: DASHBOARDS });
  expect(first.kinds.dashboard?.stored).toBeGreaterThanOrEqual(40);
  expect([...store.listed, ...store.heads].filter(isObject)).toEqual(['objects/']);

  const second = await bench.backup({ kinds: DASHBOARDS });
  expect(second.kinds.dashboard?.reused).toBe(first.kinds.dashboard?.stored);
  expect([...store.listed, ...store.heads].filter(isObject)).toEqual(['objects/', 'objects/']);
});
