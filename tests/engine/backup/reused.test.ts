import { describe, expect, it } from 'vitest';
import type { ObjectInfo, ObjectStore } from '../../../pkg/storage/store.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { openRepository } from '../../../pkg/repository/open.ts';
import { MemoryState, type StateStore } from '../../../pkg/lib/state.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { realClock, realRandomness } from '../../support/ports.ts';
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

describe('after a restore into an empty Grafana, a backup stores nothing that an earlier snapshot holds', () => {
  /** As a machine with that state opens it. */
  const openedBy = (store: ObjectStore, state: StateStore): Promise<Repository> =>
    openRepository({ store, clock: realClock, randomness: realRandomness, log: silentLog, create: true, state });

  it.each([
    { before: 'the safety snapshot', trigger: 'safety' as const, isTrusting: true },
    { before: 'a backup whose key did not trust the old one yet', trigger: 'manual' as const, isTrusting: false },
  ])('where $before is newer', async ({ trigger, isTrusting }) => {
    // As where encrypted objects are put: without asking whether they are there.
    const bench = await start({ profile: '11.6' }, new MemoryStore({ conditionalPut: 'ignored' }));
    const content = { count: 20, folders: 4, bytes: 900, seed: 3 };
    bench.grafana.seedDashboards(content);
    const full = await bench.backup({ kinds: DASHBOARDS });
    bench.grafana.burn();
    const state = new MemoryState();
    const trustOld = async (): Promise<void> => {
      const repository = await openedBy(bench.store, state);
      await repository.trust.keys.pin(bench.repository.trust.own!, 'a test');
      await repository.close();
    };
    if (isTrusting) {
      await trustOld();
    }
    const empty = await openedBy(bench.store, state);
    await bench.backup({ kinds: DASHBOARDS, repository: empty, trigger });
    await empty.close();
    if (!isTrusting) {
      await trustOld();
    }
    bench.grafana.seedDashboards(content);

    const repository = await openedBy(bench.store, state);
    const next = await bench.backup({ kinds: DASHBOARDS, repository });
    await repository.close();

    expect(next.resources).toHaveLength(full.resources.length);
    expect(next.kinds.dashboard).toMatchObject({ stored: 0, reused: full.kinds.dashboard?.listed });
  });
});
