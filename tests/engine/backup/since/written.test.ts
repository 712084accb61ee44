import { describe, expect, it } from 'vitest';
import { hastyClock } from '../../../support/fast-clock.ts';
import { DASHBOARDS, identities, start, type Bench } from '../../harness.ts';
import { backedUp, COUNT, held, live, pages, PAGES, save, send } from './harness.ts';

/** Backs up, and again with all bodies: both must hold the same. @returns the pages that the first one asked for */
async function backedUpAlike(bench: Bench): Promise<number> {
  bench.grafana.clearRequests();
  const second = await bench.backup({ kinds: DASHBOARDS });
  const asked = pages(bench);
  const full = await bench.backup({ kinds: DASHBOARDS, fullReadEvery: 1 });

  expect(held(second)).toEqual(live(bench));
  expect(identities(second)).toEqual(identities(full));
  expect(second.lists).toEqual(full.lists);
  return asked;
}

function remove(bench: Bench, uid: string): Promise<void> {
  return send(bench, `DELETE /api/dashboards/uid/${uid}`);
}

/** How many requests list all dashboards in pages of that size. */
const WHOLE_LIST = 4;

describe('what was written since the last backup is found by two requests', () => {
  it.each<[string, (bench: Bench, uid: string) => Promise<void>]>([
    [
      'saved twice',
      async (bench, uid) => {
        await save(bench, uid, 'Once');
        await save(bench, uid, 'Twice');
      },
    ],
    [
      'deleted and made again',
      async (bench, uid) => {
        await remove(bench, uid);
        await save(bench, uid, 'Again');
      },
    ],
    [
      'made and deleted',
      async (bench) => {
        await save(bench, 'short-lived', 'Short-lived');
        await remove(bench, 'short-lived');
      },
    ],
    [
      'the newest of all, deleted',
      async (bench) => {
        const [newest] = [...bench.grafana.state.org(1).dashboards.values()].sort(
          (a, b) => Number(b.resourceVersion) - Number(a.resourceVersion),
        );
        await remove(bench, newest?.uid ?? '');
      },
    ],
  ])('%s', async (_, write) => {
    const bench = await backedUp();
    await write(bench, [...bench.grafana.state.org(1).dashboards.keys()][0] ?? '');

    expect(await backedUpAlike(bench)).toBe(2);
    expect(await backedUpAlike(bench)).toBe(1);
  });

  it('page by page, with a deletion in the last one', async () => {
    const bench = await backedUp();
    const [gone = '', ...others] = [...bench.grafana.state.org(1).dashboards.keys()];
    for (const uid of others.slice(0, 20)) {
      await save(bench, uid, 'Edited '.repeat(90));
    }
    await remove(bench, gone);

    const asked = await backedUpAlike(bench);

    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(WHOLE_LIST + 2);
  });
});

describe('everything is listed where the history cannot be relied on', () => {
  it.each<[string, (bench: Bench, uid: string) => void]>([
    [
      'Grafana wants a name',
      ({ grafana }) =>
        grafana.setFaults({
          match: /get-history/,
          action: { kind: 'status', status: 400, body: { message: 'a name' } },
        }),
    ],
    [
      'it no longer holds the last write that the snapshot knows',
      ({ grafana }) => grafana.state.org(1).history.splice(0, COUNT + 1),
    ],
    [
      'it holds another state under the same version',
      ({ grafana }) => {
        const { history } = grafana.state.org(1);
        history[COUNT] = { ...history[COUNT]!, generation: 7 };
      },
    ],
    [
      'it is not in order',
      ({ grafana }) => void grafana.state.org(1).history.push(grafana.state.org(1).history[COUNT]!),
    ],
    [
      'more than a day has passed',
      ({ grafana }) => void grafana.state.versions.advance(25 * 3_600 * 1e6, 'dashboards'),
    ],
  ])('%s', async (_, spoil) => {
    const bench = await backedUp();
    const [gone = '', edited = ''] = [...bench.grafana.state.org(1).dashboards.keys()];
    await remove(bench, gone);
    await save(bench, edited, 'Edited');
    spoil(bench, edited);

    expect(await backedUpAlike(bench)).toBeGreaterThan(WHOLE_LIST);
  });

  it('the database was put back to before a deletion', async () => {
    const bench = await backedUp();
    const [gone = ''] = [...bench.grafana.state.org(1).dashboards.keys()];
    await bench.backup({ kinds: DASHBOARDS });
    const putBack = bench.grafana.keep();
    await remove(bench, gone);
    const without = await bench.backup({ kinds: DASHBOARDS });
    putBack();
    await save(bench, 'fresh', 'Fresh');
    await save(bench, 'fresh', 'Fresh again');

    expect(held(without)).not.toContain(`1/${gone}`);
    expect(await backedUpAlike(bench)).toBeGreaterThan(WHOLE_LIST);
  });

  it('the account no longer sees everything', async () => {
    const bench = await start({ profile: '13.2', ...PAGES });
    const { folders } = bench.grafana.seedDashboards({ count: COUNT, folders: 4, bytes: 900 });
    const token = bench.grafana.token({ role: 'Admin' });
    const first = await bench.backup({ kinds: DASHBOARDS, instance: await bench.instance({ token }) });
    expect(first.lists).toHaveLength(1);
    const [account] = bench.grafana.state.org(1).serviceAccounts.values();
    account!.role = 'None';
    for (const action of ['dashboards:read', 'folders:read']) {
      account!.extra.push({ action, scope: `folders:uid:${folders[0]}` });
    }
    await save(bench, 'fresh', 'Fresh');

    const second = await bench.backup({ kinds: DASHBOARDS, instance: await bench.instance({ token }) });

    expect(second.lists).toBeUndefined();
    expect(held(second)).not.toContain('1/fresh');
    expect(held(second).length).toBeLessThan(held(first).length);
  });
});

it('a list that Grafana makes by rights of a minute ago is not taken for everything', async () => {
  const bench = await start({ profile: '13.2', ...PAGES });
  const { folders } = bench.grafana.seedDashboards({ count: COUNT, folders: 4, bytes: 900 });
  const token = bench.grafana.token({ role: 'None' });
  const [account] = bench.grafana.state.org(1).serviceAccounts.values();
  for (const action of ['dashboards:read', 'folders:read']) {
    account!.extra.push({ action, scope: `folders:uid:${folders[0]}` });
  }
  const backUp = async (choice: Parameters<Bench['backup']>[0] = {}) =>
    bench.backup({ kinds: DASHBOARDS, instance: await bench.instance({ token, ...choice }), ...choice });
  const hidden = await backUp();
  let waited = 0;
  const asKnown = (role: 'Admin' | 'None') => ({ kind: 'before' as const, run: () => void (account!.role = role) });
  bench.grafana.setFaults(
    { match: /user\/permissions/, action: asKnown('Admin') },
    {
      match: /namespaces\/default\/(folders|dashboards)(\?|$)/,
      action: { kind: 'before', run: () => void (account!.role = waited > 60_000 ? 'Admin' : 'None') },
    },
  );
  const clock = { ...hastyClock, sleep: async (milliseconds: number) => void (waited += milliseconds) };

  const second = await backUp({ clock });

  expect([hidden.status, second.status]).toEqual(['partial', 'complete']);
  expect(held(second)).toEqual(live(bench));
});
