import { afterEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { planEverything } from '../../../pkg/engine/restore/everything/plan.ts';
import { planRestore } from '../../../pkg/engine/restore/plan/plan.ts';
import { inDepth } from '../../support/budget.ts';
import { reasons, RestoreBench, type Wanted } from '../harness.ts';
import { planOfUndo, stoppedAt, undo } from './undoing.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const RETAIL = 2;
const FOLDER = 'POST /api/access-control/folders/shop';
const WRITES = /^(POST|PUT|PATCH|DELETE) \/api\/(orgs|users|admin|teams|access-control)\b/;
const KINDS = ['user', 'team', 'folder-permissions'] as const;

const idOf = (name: string): number => [...bench.sim.state.users.values()].find(({ login }) => login === name)!.id;
const inRetail = (route: string, body?: unknown) => bench.api(route, body, RETAIL);
const join = (login: string, role = 'Viewer') =>
  bench.api(`POST /api/orgs/${RETAIL}/users`, { loginOrEmail: login, role });
const teamId = (): number => [...bench.sim.state.org(RETAIL).teams.keys()][0]!;
const roleOf = (login: string) => bench.sim.state.org(RETAIL).members.get(idOf(login));

async function team(name: string, ...logins: string[]): Promise<void> {
  const { body } = await inRetail('POST /api/teams', { name });
  for (const login of logins) {
    await inRetail(`POST /api/teams/${body.teamId}/members`, { userId: idOf(login) });
  }
}

/** Eva and Max have accounts, and Max is in the organization Retail with a folder. */
async function start(): Promise<void> {
  bench = await RestoreBench.start({ profile: '12.4' });
  for (const login of ['eva', 'max']) {
    await bench.api('POST /api/admin/users', { login, email: `${login}@example.org`, password: 'secret' });
  }
  await bench.api('POST /api/orgs', { name: 'Retail' });
  await join('max');
  await inRetail('POST /api/folders', { uid: 'shop', title: 'Shop' });
  await inRetail(FOLDER, { permissions: [{ userId: idOf('max'), permission: 'Edit' }] });
}

/** Who is in Retail, in its teams, and has permissions on its folder. */
function state(): unknown {
  const { members, teams, folders } = bench.sim.state.org(RETAIL);
  return structuredClone({
    members: [...members].sort(),
    teams: [...teams.values()].map((one) => [one.name, [...one.members].sort()]),
    acl: folders
      .get('shop')
      ?.acl.map(({ id: _, ...entry }) => JSON.stringify(entry))
      .sort(),
  });
}

const all = (manifest: Manifest): Wanted => ({ manifest, selection: { kinds: KINDS }, options: { overwrite: true } });
const newest = async (): Promise<string> => (await bench.repository.runs({ limit: 1 }))[0]!.id;

interface Scene {
  /** Without Eva in the organization. */
  manifest: Manifest;
  before: unknown;
}

async function evaJoined(): Promise<Scene> {
  await start();
  await team('T', 'max');
  const manifest = await bench.backup();
  await join('eva');
  await inRetail(`POST /api/teams/${teamId()}/members`, { userId: idOf('eva') });
  await inRetail(FOLDER, { permissions: [{ userId: idOf('eva'), permission: 'Admin' }] });
  return { manifest, before: state() };
}

const evaOnly = ({ manifest }: Scene): Wanted => ({
  ...all(manifest),
  selection: { only: [{ kind: 'user', uid: 'eva' }] },
});

/**
 * An undo that is killed after any of its writes, and repeated, gives the same as one that is not.
 * @param restored - restores, from what is to be there in the end
 */
async function undoneInTwo(restored: () => Promise<{ run: string; before: unknown }>): Promise<void> {
  let isStopped = true;
  for (let skip = 0; isStopped; skip++) {
    const { run, before } = await restored();
    const stopped = await stoppedAt(bench, { match: WRITES, skip, end: 'killed' }, (signal) =>
      undo(bench, run, signal),
    );
    isStopped = stopped.status !== 'complete';
    const last = isStopped ? await undo(bench, run).catch(() => undefined) : stopped;
    expect(last?.status ?? 'nothing to do', `after write ${skip}`).toMatch(/complete|nothing/);
    expect(state(), `after write ${skip}`).toEqual(before);
    await bench.close();
  }
}

describe('a restore that removes someone from an organization', () => {
  it.each([
    ['alone', evaOnly, planRestore],
    ['with everything', ({ manifest }: Scene): Wanted => ({ manifest, options: { overwrite: true } }), planEverything],
  ])('says what Grafana takes from them, %s', async (_, wanted, planOf) => {
    const scene = await evaJoined();
    const { items } = await planOf(await bench.request(wanted(scene)));
    expect(items.find(({ kind, uid }) => kind === 'user' && uid === 'eva')?.losses).toEqual([
      'Grafana also removes the user from teams (1) and permissions (1) in Retail',
    ]);
  });

  it.each([
    ['alone', evaOnly, planRestore],
    ['with all teams and permissions', ({ manifest }: Scene) => all(manifest), planRestore],
    ['with everything', ({ manifest }: Scene): Wanted => ({ manifest, options: { overwrite: true } }), planEverything],
  ])('gives back teams and permissions when it is undone, %s', async (_, wanted, planOf) => {
    const scene = await evaJoined();
    const { run, results } = await bench.applyRecorded(wanted(scene), true, undefined, planOf);
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(roleOf('eva')).toBeUndefined();
    const after = state();
    const undone = await undo(bench, run);
    expect(undone.status).toBe('complete');
    expect(state()).toEqual(scene.before);
    expect(await undo(bench, undone.id)).toMatchObject({ status: 'complete' });
    expect(state()).toEqual(after);
  });

  it.each(['before', 'after'] as const)('is undone completely if it was killed %s that', async (moment) => {
    const scene = await evaJoined();
    const match = new RegExp(`^DELETE /api/orgs/${RETAIL}/users/${idOf('eva')}`);
    await expect(
      stoppedAt(bench, { match, end: 'killed', moment }, (signal) =>
        bench.applyRecorded({ ...evaOnly(scene), signal }, true),
      ),
    ).rejects.toThrow();
    expect(roleOf('eva')).toBe(moment === 'before' ? 'None' : undefined);
    expect(await undo(bench, await newest())).toMatchObject({ status: 'complete' });
    expect(state()).toEqual(scene.before);
  });

  inDepth(
    'is undone completely if that was killed after any of its writes',
    async () => {
      await undoneInTwo(async () => {
        const scene = await evaJoined();
        return { ...scene, ...(await bench.applyRecorded(evaOnly(scene), true)) };
      });
    },
    60_000,
  );

  it('leaves a team that someone changed since', async () => {
    const scene = await evaJoined();
    const { run } = await bench.applyRecorded(evaOnly(scene), true);
    await inRetail(`DELETE /api/teams/${teamId()}/members/${idOf('max')}`);
    expect(reasons((await planOfUndo(bench, run)).plan, 'skip')).toEqual({ 'team/T': 'someone has changed it since' });
  });

  it('can be finished if it was killed', async () => {
    const scene = await evaJoined();
    const evaIn = ({ resources }: Manifest) => resources.find(({ kind, uid }) => kind === 'user' && uid === 'eva');
    await expect(
      stoppedAt(bench, { match: /^PATCH \/api\/orgs/, end: 'killed' }, (signal) =>
        bench.applyRecorded({ ...evaOnly(scene), signal }, true),
      ),
    ).rejects.toThrow();
    await bench.applyRecorded({ ...evaOnly(scene), options: {} }, true);
    expect(evaIn(await bench.backup())?.object).toBe(evaIn(scene.manifest)?.object);
  });
});

/** What a restore brings back, and what was there before it: Eva is a member only in the first. */
const UNDONE: Record<string, { after(): Promise<void>; before(): Promise<void> }> = {
  'a team that it creates': {
    after: () => team('T', 'eva'),
    async before() {
      await inRetail(`DELETE /api/teams/${teamId()}`);
    },
  },
  'a team and permissions that it changes': {
    async after() {
      await team('T', 'eva');
      await inRetail(FOLDER, { permissions: [{ userId: idOf('eva'), permission: 'Edit' }] });
    },
    async before() {
      await inRetail(`POST /api/teams/${teamId()}/members`, { userId: idOf('max') });
      await inRetail(FOLDER, { permissions: [{ userId: idOf('max'), permission: 'Admin' }] });
    },
  },
};

describe.each(Object.entries(UNDONE))('a restore that adds someone to an organization, and to %s', (_, scene) => {
  /** @returns the restore, and what was there before it */
  async function restored(): Promise<{ run: string; before: unknown }> {
    await start();
    await join('eva');
    await scene.after();
    const manifest = await bench.backup();
    await bench.api(`DELETE /api/orgs/${RETAIL}/users/${idOf('eva')}`);
    await scene.before();
    const before = state();
    const { run, results } = await bench.applyRecorded(all(manifest), true);
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(roleOf('eva')).toBe('Viewer');
    return { run, before };
  }

  it('is undone completely', async () => {
    const { run, before } = await restored();
    expect(await undo(bench, run)).toMatchObject({ status: 'complete' });
    expect(state()).toEqual(before);
  });

  it('is undone completely if that was killed after any of its writes', () => undoneInTwo(restored), 60_000);
});
