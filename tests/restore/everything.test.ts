import { afterEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { planEverything } from '../../pkg/engine/restore/everything/plan.ts';
import { restore } from '../../pkg/engine/restore/restore.ts';
import type { Restored, Plan, RestoreOptions } from '../../pkg/engine/restore/types.ts';
import { planUndo } from '../../pkg/engine/restore/undo/undo.ts';
import { SeededRandomness } from '../support/repository/repository.ts';
import { named, reasons, RestoreBench, stateOf, typedFor } from './harness.ts';
import { seed } from './seed.ts';

const MINUTE = 60_000;

/** What a was lost Grafana lacks: users by login, with their organizations and roles. */
const PEOPLE: Record<string, Record<string, string>> = {
  admin: { Acme: 'Admin', Second: 'Viewer' },
  ann: { Acme: 'Editor', Second: 'Viewer' },
  bob: { Second: 'Admin' },
  cyd: { Second: 'Viewer' },
  dan: {},
};

let bench: RestoreBench;
afterEach(() => bench.close());

/** Two organizations with everything; the admin who makes them is only a Viewer of the second one afterwards. */
async function burned({
  isEmpty = false,
  ownOrg,
  ...options
}: Parameters<typeof RestoreBench.start>[0] & { isEmpty?: boolean; ownOrg?: string }): Promise<Manifest> {
  bench = await RestoreBench.start({ alertingWarmUpMs: MINUTE, nestedFolders: true, ...options });
  await bench.api('PUT /api/orgs/1', { name: 'Acme' });
  const second = Number((await bench.api('POST /api/orgs', { name: 'Second' })).body.orgId);
  bench.sim.advance(MINUTE);
  const ids: Record<string, number> = { Acme: 1, Second: second };
  for (const [login, orgs] of Object.entries(PEOPLE).filter(([name]) => name !== 'admin')) {
    const given = { login, email: `${login}@example.org`, name: login, password: 'secret' };
    const { id } = (await bench.api('POST /api/admin/users', given)).body;
    if (options.autoAssignOrg === false) {
      const made = [...bench.sim.state.orgs.values()].find(({ name }) => name === given.email);
      await bench.api(`DELETE /api/orgs/${made?.id}`);
    } else {
      await bench.api(`DELETE /api/orgs/1/users/${id}`);
    }
    for (const [org, role] of Object.entries(orgs)) {
      await bench.api(`POST /api/orgs/${ids[org]}/users`, { loginOrEmail: login, role });
    }
  }
  if (ownOrg !== undefined) {
    await bench.api('POST /api/admin/users', { login: ownOrg, email: `${ownOrg}@example.org`, password: 'secret' });
    bench.sim.advance(MINUTE);
  }
  const cyd = (await bench.api('GET /api/users/lookup?loginOrEmail=cyd')).body.id as number;
  await bench.api(`POST /api/admin/users/${cyd}/disable`, {});
  if (!isEmpty) {
    await seed(bench);
    await seed(bench, second);
  }
  const manifest = await bench.backup();
  await bench.api(`PATCH /api/orgs/${second}/users/1`, { role: 'Viewer' });
  const again = await backupOf('user');
  bench.sim.burn();
  bench.sim.advance(10 * MINUTE);
  return { ...manifest, resources: manifest.resources.map((entry) => again.get(entry) ?? entry) };
}

/** Entries of a kind as they are now. */
async function backupOf(
  kind: string,
): Promise<{ get(entry: Manifest['resources'][number]): typeof entry | undefined }> {
  const { resources } = await bench.backup();
  return { get: (entry) => resources.find((one) => one.kind === kind && entry.kind === kind && one.uid === entry.uid) };
}

interface Given {
  manifest: Manifest;
  options?: Partial<RestoreOptions>;
  signal?: AbortSignal;
  safetySnapshot?: boolean;
}

async function everything(given: Given): Promise<Restored & { plan: Plan; touched: unknown[] }> {
  const request = await bench.request(given);
  const plan = await planEverything(request);
  let touched: unknown[] = [];
  const restored = await restore({
    ...request,
    plan,
    safetySnapshot: given.safetySnapshot ?? false,
    version: '0.1.0',
    randomness: new SeededRandomness(String(bench.sim.requests.length)),
    ...typedFor(plan),
    note: (facts) => {
      touched = facts.touched ?? [];
    },
  });
  return { ...restored, plan, touched };
}

/** Memberships as they are on the server. */
function people(): Record<string, Record<string, string>> {
  const { users, orgs } = bench.sim.state;
  return Object.fromEntries(
    [...users.values()].map(({ id, login }) => [
      login,
      Object.fromEntries(
        [...orgs.values()].flatMap(({ name, members }) => {
          const role = members.get(id);
          return role === undefined ? [] : [[name, role]];
        }),
      ),
    ]),
  );
}

/** What the organizations hold, without what has a password that nobody can read. */
function contentOf(manifest: Manifest): Record<string, string> {
  const all = Object.entries(stateOf(manifest));
  return Object.fromEntries(all.filter(([name]) => !name.includes('/data-source/')));
}

const RANK = ['None', 'Viewer', 'Editor', 'Admin'];

/** Roles that somebody other than the one who restores has, and did not have in the snapshot. */
function tooMuch(): string[] {
  return Object.entries(people()).flatMap(([login, orgs]) =>
    Object.entries(orgs)
      .filter(([org, role]) => RANK.indexOf(role) > RANK.indexOf(PEOPLE[login]?.[org] ?? ''))
      .filter(() => login !== 'admin')
      .map(([org, role]) => `${login}: ${role} of ${org}`),
  );
}

describe.each(['11.6', '12.4', '13.2'] as const)('everything of a burned Grafana %s', (profile) => {
  it(
    'comes back in one plan and one apply, the second organization and its alerting included',
    { timeout: 120_000 },
    async () => {
      const manifest = await burned({ profile });
      const asked = bench.sim.requests.length;
      const plan = await planEverything(await bench.request({ manifest }));
      expect(reasons(plan, 'blocked')).toEqual({});
      // Nothing is asked about an organization that is not there.
      expect(bench.sim.requests.slice(asked).filter(({ status }) => status >= 500)).toEqual([]);
      expect(new Set(plan.items.filter(({ newOrg }) => newOrg === 'Second').map(({ action }) => action))).toEqual(
        new Set(['create']),
      );

      const { results } = await everything({ manifest });
      expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
      expect(people()).toEqual(PEOPLE);
      const users = [...bench.sim.state.users.values()];
      expect(users.filter(({ isDisabled }) => isDisabled).map(({ login }) => login)).toEqual(['cyd']);
      bench.sim.state.org(2).members.set(1, 'Admin');
      expect(contentOf(await bench.backup())).toEqual(contentOf(manifest));

      bench.sim.state.org(2).members.set(1, 'Viewer');
      bench.sim.clearRequests();
      const again = await everything({ manifest });
      expect(named(again.plan, 'create', 'update', 'blocked')).toEqual([]);
      expect(people()).toEqual(PEOPLE);
      // It joins the organization for as long as it takes to look at it.
      expect(bench.sim.writes().every(({ path }) => /^\/api\/orgs\/2\/users\/1$/.test(path))).toBe(true);
    },
  );
});

describe('everything', () => {
  it(
    'cut short after each write and run again is complete, and gives nobody more than they had',
    { timeout: 120_000 },
    async () => {
      const manifest = await burned({ profile: '12.4', isEmpty: true });
      for (let cut = 1; ; cut++) {
        bench.sim.burn();
        bench.sim.advance(10 * MINUTE);
        const killed = new AbortController();
        bench.sim.setFaults({
          match: /^(POST|PUT|PATCH|DELETE) /,
          skip: cut - 1,
          times: 1,
          action: { kind: 'after', run: () => killed.abort(new Error('killed')) },
        });
        const ended = await everything({ manifest, signal: killed.signal }).then(
          () => true,
          () => false,
        );
        bench.sim.setFaults();
        if (ended) {
          expect(cut).toBeGreaterThan(14);
          break;
        }
        expect(
          tooMuch().filter((one) => !one.startsWith('dan:')),
          `cut ${cut}`,
        ).toEqual([]);
        // Without --overwrite, too: what a restore left half done is nobody's.
        const { results } = await everything({ manifest });
        expect(
          results.filter(({ outcome }) => outcome !== 'verified'),
          `cut ${cut}`,
        ).toEqual([]);
        expect(people(), `cut ${cut}`).toEqual(PEOPLE);
      }
    },
  );

  it('takes an organization of the same name for the same one, and leaves what differs without --overwrite', async () => {
    const manifest = await burned({ profile: '13.2' });
    await bench.api('PUT /api/orgs/1', { name: 'Somewhere else' });
    await bench.api('POST /api/orgs', { name: 'Third' });
    const third = Number((await bench.api('POST /api/orgs', { name: 'Second' })).body.orgId);
    bench.sim.advance(MINUTE);
    await bench.api('POST /api/folders', { uid: 'infra', title: 'Another' }, third);
    const { plan, results } = await everything({ manifest });
    expect(plan.items.filter(({ targetOrg }) => targetOrg === third).length).toBeGreaterThan(10);
    expect(reasons(plan, 'skip')['folder/infra']).toMatch(/--overwrite/);
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).toEqual(['Acme', 'Third', 'Second']);
  });

  it('needs a server admin, and says what to give', async () => {
    const manifest = await burned({ profile: '13.2' });
    await bench.asAccount(async (instance) => {
      const request = { ...(await bench.request({ manifest })), instance };
      await expect(planEverything(request)).rejects.toMatchObject({
        code: 'DK_SETTINGS',
        hint: expect.stringContaining('GRAFANA_ADMIN_USER'),
      });
    });
  });

  it('is undone but for organizations and users, which are never deleted', async () => {
    const manifest = await burned({ profile: '13.2' });
    const { safetySnapshot, touched } = await everything({ manifest, safetySnapshot: true });
    const run = { id: 'run', kind: 'restore', snapshot: safetySnapshot, touched } as never;
    bench.sim.state.org(2).members.set(1, 'Admin');
    const { plan } = await planUndo(await bench.request({ manifest }), run);
    expect(named(plan, 'delete')).toContain('dashboard/root');
    const kept = reasons(plan, 'skip');
    expect(kept['org/Second']).toMatch(/never deleted/);
    expect(kept['user/ann']).toMatch(/never deleted/);
  });
});

describe('everything of a Grafana that makes an organization for each new account (auto_assign_org is off)', () => {
  it('ends with the memberships of the snapshot, and without those organizations', { timeout: 120_000 }, async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true, autoAssignOrg: false });
    const { results } = await everything({ manifest });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(people()).toEqual(PEOPLE);
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).toEqual(['Acme', 'Second']);
    expect(named((await everything({ manifest })).plan, 'create', 'update', 'blocked')).toEqual([]);
  });

  it('brings back such an organization with its account', { timeout: 120_000 }, async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true, autoAssignOrg: false, ownOrg: 'eva' });
    const { results } = await everything({ manifest });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(people()).toEqual({ ...PEOPLE, eva: { 'eva@example.org': 'Admin' } });
    const eva = [...bench.sim.state.users.values()].find(({ login }) => login === 'eva');
    expect(eva?.email).toBe('eva@example.org');
    expect(bench.sim.state.orgs.size).toBe(3);
  });

  it('never deletes an organization that was called like the account before', async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true, autoAssignOrg: false });
    const old = await orgLeftBy('ann', 'ann@example.org');
    const { results } = await everything({ manifest });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(people()).toEqual(PEOPLE);
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).toEqual(['Acme', 'ann@example.org', 'Second']);
    expect([...bench.sim.state.org(old).folders.keys()]).toEqual(['living']);
  });

  it('never deletes one that Grafana was told to put new accounts in', async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true, autoAssignOrgRole: 'Admin' });
    const old = await orgLeftBy('dan', 'dan@example.org');
    bench.sim.tuning.autoAssignOrgId = old;
    const { results } = await everything({ manifest });
    expect([...bench.sim.state.org(old).folders.keys()]).toEqual(['living']);
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toMatchObject([
      { kind: 'user', uid: 'dan', outcome: 'failed', reason: expect.stringContaining('last organization admin') },
    ]);
  });

  it('leaves one alone that somebody else has joined', async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true, autoAssignOrg: false });
    bench.sim.setFaults({
      match: 'POST /api/admin/users',
      times: 1,
      action: {
        kind: 'after',
        run: () => {
          const made = [...bench.sim.state.orgs.values()].find(({ name }) => name === 'ann@example.org');
          made?.members.set(1, 'Admin');
        },
      },
    });
    const { results } = await everything({ manifest });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).toContain('ann@example.org');
    expect(people()['ann']).toEqual(PEOPLE['ann']);
  });

  it('takes away the one that Grafana made for an account and then refused', async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true, autoAssignOrg: false });
    const given = { login: 'other', email: 'ann@example.org', password: 'secret' };
    await bench.api('POST /api/admin/users', given);
    const made = [...bench.sim.state.orgs.values()].find(({ name }) => name === given.email);
    await bench.api(`PUT /api/orgs/${made?.id}`, { name: 'Others' });
    const { results } = await everything({ manifest });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toMatchObject([{ uid: 'ann', outcome: 'failed' }]);
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).toEqual(['Acme', 'Others', 'Second']);
  });
});

/** An organization with a folder, whose only member was deleted. */
async function orgLeftBy(login: string, name: string): Promise<number> {
  const { orgId } = (await bench.api('POST /api/orgs', { name })).body;
  bench.sim.advance(MINUTE);
  await bench.api('POST /api/folders', { uid: 'living', title: 'Living' }, orgId as number);
  bench.sim.state.org(orgId as number).members.clear();
  return orgId as number;
}

describe('a membership too many', () => {
  it('is seen when a user is read back', async () => {
    const manifest = await burned({ profile: '13.2' });
    bench.sim.setFaults({ match: 'DELETE /api/orgs/1/users/*', action: { kind: 'status', status: 500 } });
    const { results } = await everything({ manifest });
    expect(results.find(({ uid }) => uid === 'dan')).toMatchObject({ outcome: 'failed' });
  });
});
