import { afterEach } from 'vitest';
import { compact } from '../../pkg/contract/compact.ts';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import type { Touched } from '../../pkg/contract/runs.ts';
import type { OnProgress } from '../../pkg/engine/progress.ts';
import { planEverything } from '../../pkg/engine/restore/everything/plan.ts';
import { restore } from '../../pkg/engine/restore/restore.ts';
import type { Restored, Plan, RestoreOptions } from '../../pkg/engine/restore/types.ts';
import { SeededRandomness } from '../support/repository/repository.ts';
import { RestoreBench, stateOf, typedFor } from './harness.ts';
import { seed } from './seed.ts';

export const MINUTE = 60_000;

/** What a was lost Grafana lacks: users by login, with their organizations and roles. */
export const PEOPLE: Record<string, Record<string, string>> = {
  admin: { Acme: 'Admin', Second: 'Viewer' },
  ann: { Acme: 'Editor', Second: 'Viewer' },
  bob: { Second: 'Admin' },
  cyd: { Second: 'Viewer' },
  dan: {},
};

export let bench: RestoreBench;
/** Ends the Grafana of each test. */
export function setUp(): void {
  afterEach(() => bench.close());
}

/** Two organizations with everything; the admin who makes them is only a Viewer of the second one afterwards. */
export async function burned({
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
  onProgress?: OnProgress;
  /** Writes the record of the run, with what it names and counts. */
  keep?: (touched: readonly Touched[], counts: Readonly<Record<string, number>>) => Promise<void>;
}

/** Plans everything of a snapshot and applies it. */
export async function everything(given: Given): Promise<Restored & { plan: Plan; touched: readonly Touched[] }> {
  const request = { ...(await bench.request(given)), ...compact({ onProgress: given.onProgress }) };
  const plan = await planEverything(request);
  let touched: readonly Touched[] = [];
  let counts = {};
  const restored = await restore({
    ...request,
    plan,
    safetySnapshot: given.safetySnapshot ?? false,
    version: '0.1.0',
    randomness: new SeededRandomness(String(bench.sim.requests.length)),
    ...typedFor(plan),
    note: (facts) => {
      touched = facts.touched ?? [];
      counts = facts.counts ?? {};
    },
    checkpoint: async () => given.keep?.(touched, counts),
  });
  return { ...restored, plan, touched };
}

/** Memberships as they are on the server. */
export function people(): Record<string, Record<string, string>> {
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
export function contentOf(manifest: Manifest): Record<string, string> {
  const all = Object.entries(stateOf(manifest));
  return Object.fromEntries(all.filter(([name]) => !name.includes('/data-source/')));
}

const RANK = ['None', 'Viewer', 'Editor', 'Admin'];

/** Roles that somebody other than the one who restores has, and did not have in the snapshot. */
export function tooMuch(): string[] {
  return Object.entries(people()).flatMap(([login, orgs]) =>
    Object.entries(orgs)
      .filter(([org, role]) => RANK.indexOf(role) > RANK.indexOf(PEOPLE[login]?.[org] ?? ''))
      .filter(() => login !== 'admin')
      .map(([org, role]) => `${login}: ${role} of ${org}`),
  );
}
