import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { DASHBOARDS, start } from '../harness.ts';

test('one kind is listed while resources of another are still stored', async () => {
  const store = new MemoryStore();
  const { grafana, backup } = await start({ profile: '13.2' }, store);
  const { folders } = grafana.seedDashboards({ count: 5, folders: 200, bytes: 600 });
  const put = store.put.bind(store);
  let patience = 400;
  store.put = async (key, ...rest) => {
    while (key.startsWith('objects/') && !grafana.requests.some(({ path }) => path.endsWith('/dashboards'))) {
      if (patience-- === 0) {
        throw new Error('dashboards are only listed once folders are stored');
      }
      await sleep(5);
    }
    return put(key, ...rest);
  };

  const { status, kinds } = await backup({ kinds: DASHBOARDS });

  expect(status).toBe('complete');
  expect(kinds.folder?.stored).toBe(folders.length);
});

test('a repository that fails while several kinds are read ends the backup with its own error', async () => {
  const store = new MemoryStore();
  const { grafana, backup } = await start({ profile: '13.2' }, store);
  grafana.seedDashboards({ count: 60, folders: 20, bytes: 600 });
  const put = store.put.bind(store);
  let puts = 0;
  store.put = async (key, ...rest) => {
    if (key.startsWith('objects/') && ++puts > 30) {
      throw new Error('the disk is full');
    }
    return put(key, ...rest);
  };

  await expect(backup()).rejects.toThrow('the disk is full');
  const snapshots = [];
  for await (const { key } of store.list('snapshots/')) {
    snapshots.push(key);
  }
  expect(snapshots).toEqual([]);
});

test('names problems in the same order, whichever kind was read first', async () => {
  const { grafana, backup } = await start({ profile: '12.4' });
  const [team, account] = [/\/api\/teams/, /\/api\/serviceaccounts/];
  const fails = (match: RegExp, status: number) => ({ match, action: { kind: 'status', status } }) as const;
  const kinds: string[][] = [];
  // What fails with 500 is tried again.
  for (const [ofTeam, ofAccount] of [[500, 403] as const, [403, 500] as const]) {
    grafana.setFaults(fails(team, ofTeam), fails(account, ofAccount));
    kinds.push((await backup()).errors.map(({ kind }) => kind));
  }
  expect(kinds).toEqual(Array(2).fill(['team', 'service-account', 'org-preferences']));
});
