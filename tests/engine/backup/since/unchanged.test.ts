import { describe, expect, it } from 'vitest';
import { type Bench, DASHBOARDS, identities, openStored, start } from '../../harness.ts';
import { backedUp, COUNT, held, live, pages, PAGES, save, send } from './harness.ts';
import { changeDashboard } from '../../../support/grafana/dashboards.ts';
import { newestOf } from '../../../support/grafana/profiles/tried.ts';

describe.each(newestOf('12.4', '13.2'))('a backup of Grafana %s in which nothing changed', (profile) => {
  it('asks for one page of dashboards and holds the same', async () => {
    const bench = await backedUp({ profile });

    const second = await bench.backup({ kinds: DASHBOARDS });
    const third = await bench.backup({ kinds: DASHBOARDS });

    expect(pages(bench)).toBe(2);
    const other = bench.grafana.requests
      .map(({ path }) => path)
      .filter((path) => /\/dashboards\/|permissions/.test(path));
    // Whether Grafana hides dashboards from this account.
    expect(new Set(other)).toEqual(new Set(['/api/access-control/user/permissions']));
    for (const manifest of [second, third]) {
      expect(manifest.resources).toEqual(bench.first.resources);
      expect(manifest.kinds.dashboard).toMatchObject({ listed: COUNT + 1, reused: COUNT + 1, stored: 0 });
      expect(manifest.lists).toEqual(bench.first.lists);
    }
    expect(second.lists).toEqual([
      {
        ...{ org: 1, kind: 'dashboard', resourceVersion: expect.stringMatching(/^\d{16}$/) },
        lastWrite: expect.stringMatching(/\/\d{16}\//),
      },
    ]);
  });

  it('asks for one page in each org', async () => {
    const bench = await start({ profile, ...PAGES });
    bench.grafana.state.addOrg('Other').members.set(1, 'Admin');
    for (const orgId of [1, 2]) {
      bench.grafana.seedDashboards({ count: COUNT, folders: 2, bytes: 900, orgId, seed: orgId });
    }
    const first = await bench.backup({ kinds: DASHBOARDS, instance: await bench.instance({ orgs: 'all' }) });
    bench.grafana.clearRequests();

    const second = await bench.backup({ kinds: DASHBOARDS, instance: await bench.instance({ orgs: 'all' }) });

    expect(held(second)).toEqual(live(bench));
    expect(identities(second)).toEqual(identities(first));
    expect(pages(bench)).toBe(2);
  });
});

describe('a change since the last snapshot is found', () => {
  it.each([
    ['a deletion', (bench: Bench, uid: string) => send(bench, `DELETE /api/dashboards/uid/${uid}`)],
    ['a creation', (bench: Bench) => save(bench, 'fresh', 'Fresh')],
    ['an edit', (bench: Bench, uid: string) => save(bench, uid, 'Edited')],
    [
      'a deletion of a folder',
      (bench: Bench, _: string, folder: string) => send(bench, `DELETE /api/folders/${folder}`),
    ],
    ['a move to another folder', (bench: Bench, uid: string, folder: string) => save(bench, uid, 'Moved', folder)],
  ])('%s', async (_, change) => {
    const bench = await backedUp();
    const entry = bench.first.resources.find(({ kind, folderUid }) => kind === 'dashboard' && folderUid === undefined);
    const folder = bench.first.resources.find(({ kind }) => kind === 'folder')?.uid ?? '';
    await change(bench, entry?.uid ?? '', folder);

    const second = await bench.backup({ kinds: DASHBOARDS });

    expect(held(second)).toEqual(live(bench));
    expect(identities(second)).not.toEqual(identities(bench.first));
    expect(pages(bench)).toBe(2);
    const full = await bench.backup({ kinds: DASHBOARDS, fullReadEvery: 1 });
    expect(identities(second)).toEqual(identities(full));
  });

  it('an edit in another org', async () => {
    const bench = await start({ profile: '13.2', ...PAGES });
    bench.grafana.state.addOrg('Other').members.set(1, 'Admin');
    bench.grafana.seedDashboards({ count: COUNT, bytes: 900 });
    bench.grafana.seedDashboards({ count: 5, bytes: 900, orgId: 2, seed: 2 });
    await bench.backup({ kinds: DASHBOARDS, instance: await bench.instance({ orgs: 'all' }) });
    await save(bench, 'fresh', 'Fresh', '', 2);

    const second = await bench.backup({ kinds: DASHBOARDS, instance: await bench.instance({ orgs: 'all' }) });

    expect(held(second)).toContain('2/fresh');
    expect(held(second)).toEqual(live(bench));
  });

  it('while the last one was listing, and the list had to begin again', async () => {
    const bench = await start({ profile: '13.2', ...PAGES });
    bench.grafana.seedDashboards({ count: COUNT, bytes: 900, v2Share: 0 });
    const [early = ''] = [...bench.grafana.state.org(1).dashboards.keys()].sort();
    const [dashboard] = [bench.grafana.state.org(1).dashboards.get(early)];
    bench.grafana.setFaults({
      match: /dashboards\?.*continue=/,
      skip: 1,
      times: 1,
      action: {
        kind: 'before',
        run: () => {
          const { state } = bench.grafana;
          changeDashboard(state, state.org(1), dashboard!, { ...dashboard!, by: 'user:editor' });
          bench.grafana.state.expireContinueTokens();
        },
      },
    });
    await bench.backup({ kinds: DASHBOARDS });

    const second = await bench.backup({ kinds: DASHBOARDS });

    const entry = second.resources.find(({ uid }) => uid === early);
    expect(entry?.facts?.['version']).toBe(2);
  });

  it('what the token was not allowed to see before', async () => {
    const bench = await start({ profile: '13.2', ...PAGES });
    const { folders } = bench.grafana.seedDashboards({ count: COUNT, folders: 4, bytes: 900 });
    const see = (folder = ''): { action: string; scope: string }[] =>
      ['dashboards:read', 'folders:read'].map((action) => ({ action, scope: `folders:uid:${folder}` }));
    const token = bench.grafana.token({ role: 'None', extra: see(folders.at(-1)) });
    const first = await bench.backup({ kinds: DASHBOARDS, instance: await bench.instance({ token }) });
    const accounts = [...bench.grafana.state.org(1).serviceAccounts.values()];
    accounts[0]?.extra.push(...see(folders[0]));

    const second = await bench.backup({ kinds: DASHBOARDS, instance: await bench.instance({ token }) });

    expect(first.lists).toBeUndefined();
    expect(held(second).length).toBeGreaterThan(held(first).length);
  });
});

describe('the version of a list that proves nothing is not trusted', () => {
  it('where Grafana reads from its older tables, whose lists say the same after a deletion', async () => {
    const bench = await backedUp({ profile: '12.4', listStorage: 'legacy' });
    const [uid] = [...bench.grafana.state.org(1).dashboards.keys()];
    await send(bench, `DELETE /api/dashboards/uid/${uid}`);

    const second = await bench.backup({ kinds: DASHBOARDS });

    expect(second.lists).toBeUndefined();
    expect(held(second)).toEqual(live(bench));
    expect(pages(bench)).toBeGreaterThan(2);
  });

  it('where it reports the last event, and bulk imports make none', async () => {
    const bench = await backedUp({ listStorage: 'kv' });
    bench.grafana.seedDashboards({ count: 3, bytes: 900, seed: 2 });

    const second = await bench.backup({ kinds: DASHBOARDS });

    expect(second.lists).toBeUndefined();
    expect(held(second)).toEqual(live(bench));
  });
});

describe('a snapshot that does not hold all that was listed is not gone on from unseen', () => {
  it('when a dashboard could not be read', async () => {
    const bench = await backedUp();
    const [uid = ''] = bench.grafana.touchDashboards(1);
    bench.grafana.setFaults({
      match: new RegExp(`GET /.*dashboards/${uid}(\\?|$)`),
      action: { kind: 'status', status: 403, body: { message: 'access denied' } },
    });
    const partial = await bench.backup({ kinds: DASHBOARDS });
    bench.grafana.setFaults();

    const next = await bench.backup({ kinds: DASHBOARDS });

    expect(partial).toMatchObject({ status: 'partial' });
    expect(partial.lists).toBeUndefined();
    expect(next.status).toBe('complete');
    expect(held(next)).toEqual(live(bench));
  });

  it('when the list broke off', async () => {
    const bench = await backedUp();
    bench.grafana.touchDashboards(1);
    const action = { kind: 'status', status: 500, body: { message: 'database is locked' } } as const;
    bench.grafana.setFaults({ match: /get-history/, action }, { match: /dashboards\?.*continue=/, action });
    const partial = await bench.backup({ kinds: DASHBOARDS });
    bench.grafana.setFaults();

    expect(partial.lists).toBeUndefined();
    expect(held(await bench.backup({ kinds: DASHBOARDS }))).toEqual(live(bench));
  });

  it('when other kinds were asked for', async () => {
    const bench = await backedUp();
    const folders = await bench.backup({ kinds: ['folder'] });

    const next = await bench.backup({ kinds: DASHBOARDS });

    expect(folders.lists).toBeUndefined();
    expect(identities(next)).toEqual(identities(bench.first));
  });
});

describe('what nothing changed in is looked at all the same', () => {
  it('every body when a full read is due', async () => {
    const bench = await backedUp();

    const full = await bench.backup({ kinds: DASHBOARDS, fullReadEvery: 1 });

    expect(full.sinceFullRead).toBe(0);
    expect(full.lists).toEqual(bench.first.lists);
    expect(pages(bench)).toBeGreaterThan(COUNT / 10);
  });

  it('the plain copies, which are written where they are missing', async () => {
    const bench = await backedUp();

    await bench.backup({ kinds: DASHBOARDS, plainCopies: true });

    const copies: string[] = [];
    for await (const { key } of bench.store.list('grafana-backups/')) {
      copies.push(key.replace(/^grafana-backups\/dashboard-(.*)\.json$/, '1/$1'));
    }
    expect(copies.sort()).toEqual(live(bench));
  });

  it.each([
    ['the process that stored them', (bench: Bench) => bench.repository],
    ['another process', (bench: Bench) => openStored(bench.store)],
  ])('the stored objects, which are put back where they are gone, by %s', async (_by, opened) => {
    const bench = await backedUp();
    const entry = bench.first.resources.find(({ kind }) => kind === 'dashboard');
    const key = `objects/${entry?.object.slice(0, 2)}/${entry?.object}.json.gz`;
    await bench.store.deleteMany([key]);
    const repository = await opened(bench);

    const second = await bench.backup({ kinds: DASHBOARDS, repository });

    expect(identities(second)).toEqual(identities(bench.first));
    expect((await bench.store.get(key)).length).toBeGreaterThan(0);
    // It was read after the list, so the next run looks at the list again.
    expect(second.lists).toBeUndefined();
    expect((await bench.backup({ kinds: DASHBOARDS, repository })).lists).toEqual(bench.first.lists);
  });

  it('what it stores itself, which is put back where the target lost it meanwhile', async () => {
    const bench = await start({ profile: '13.2', ...PAGES });
    bench.grafana.seedDashboards({ count: COUNT, folders: 4, bytes: 900 });
    const put = bench.store.put.bind(bench.store);
    const stored: string[] = [];
    bench.store.put = async (key, ...rest) => {
      const written = await put(key, ...rest);
      if (stored.push(key) === 20) {
        await bench.store.deleteMany(stored.filter((one) => one.startsWith('objects/')));
      }
      return written;
    };
    const { status, resources } = await bench.backup({ kinds: DASHBOARDS });
    expect(status).toBe('complete');
    expect(await bench.repository.missingObjects(resources.map(({ object }) => object))).toEqual(new Set());
  });
});
