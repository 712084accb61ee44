import { afterEach, describe, expect, it } from 'vitest';
import { sentenceOf } from '../../../pkg/contract/reasons/catalogue.ts';
import { securityText } from '../../../pkg/contract/security-texts.ts';
import { planEverything } from '../../../pkg/engine/restore/everything/plan.ts';
import { planWarnings } from '../../../pkg/engine/restore/plan/planning.ts';
import { planRestore } from '../../../pkg/engine/restore/plan/plan.ts';
import { restore } from '../../../pkg/engine/restore/restore.ts';
import type { Plan } from '../../../pkg/engine/restore/types.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { named, reasons, RestoreBench } from '../harness.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const wanted = { selection: { kinds: ['team', 'folder-permissions'] as const }, options: { overwrite: true } };

const org = () => bench.sim.state.org(1);
const ops = () => [...org().teams.values()][0]!;

function addBen(): number {
  const ben = bench.sim.state.addUser({ login: 'ben', email: 'ben@example.org' });
  org().members.set(ben.id, 'Viewer');
  return ben.id;
}

/** A team and the permissions of a folder name ben; they were restored to a Grafana that has no such account. */
async function restoredWithoutBen(): Promise<void> {
  bench = await RestoreBench.start({ profile: '12.4' });
  await bench.api('POST /api/teams', { name: 'Operations', email: 'ops@example.org' });
  await bench.api('POST /api/folders', { uid: 'ops', title: 'Operations' });
  const id = addBen();
  ops().members.set(id, 0);
  await bench.api('POST /api/folders/ops/permissions', {
    items: [
      { role: 'Viewer', permission: 1 },
      { userId: id, permission: 2 },
    ],
  });
  await bench.backup();
  bench.sim.advance(60_000);
  org().members.delete(id);
  bench.sim.state.users.delete(id);
  ops().members.delete(id);
  await bench.api('POST /api/folders/ops/permissions', { items: [{ role: 'Viewer', permission: 1 }] });
}

const changes = ({ items }: Plan): string[] =>
  items.flatMap(({ security }) => security.map((change) => securityText(change)));

describe('a team and permissions that lack only users without an account', () => {
  it('are left as they are: nothing would change, so nothing is announced or confirmed', async () => {
    await restoredWithoutBen();
    const why = 'differs only in users who have no account in this organization: ben';
    for (const overwrite of [true, false]) {
      const plan = await bench.plan({ ...wanted, options: { overwrite } });
      expect(reasons(plan, 'skip')).toEqual({ 'team/Operations': why, 'folder-permissions/ops': why });
      expect(named(plan, 'create', 'update', 'delete', 'blocked')).toEqual([]);
      expect(plan.items.flatMap(({ losses }) => losses)).toEqual([]);
      expect(plan.confirm).toBeUndefined();
      expect(changes(plan)).toEqual([]);
      const advice = planWarnings(plan).map((one) => sentenceOf(one));
      expect(advice.join()).toMatch(/or add them to the organization .* restore again with --overwrite/);
    }
  });

  it('get nobody whose account is created between the plan and its application', async () => {
    await restoredWithoutBen();
    const request = await bench.request(wanted);
    const plan = await planRestore(request);
    addBen();
    await restore({ ...request, plan, safetySnapshot: false, version: '0.1.0', randomness: new SeededRandomness() });
    expect(ops().members.size).toBe(1);
  });

  it('get them back together with their membership', async () => {
    await restoredWithoutBen();
    bench.sim.state.addUser({ login: 'ben', email: 'ben@example.org' });
    const { plan } = await bench.apply({ ...wanted, selection: { kinds: ['user', 'team', 'folder-permissions'] } });
    expect(named(plan, 'update')).toEqual(['folder-permissions/ops', 'team/Operations', 'user/ben']);
    expect(ops().members.size).toBe(2);
  });

  it('get them back, with a confirmation, once the account exists', async () => {
    await restoredWithoutBen();
    addBen();
    const plan = await bench.plan(wanted);
    expect(named(plan, 'update')).toEqual(['folder-permissions/ops', 'team/Operations']);
    expect(changes(plan)).toEqual(['Member ben: nothing → Member.', 'User ben: nothing → Edit.']);
    expect(plan.confirm).toBe('2 security changes');
    await bench.apply(wanted);
    expect(ops().members.size).toBe(2);
    expect(named(await bench.plan(wanted), 'create', 'update', 'skip', 'blocked')).toEqual([]);
  });

  it('are planned as usual where the same restore creates the account', async () => {
    await restoredWithoutBen();
    const plan = await planEverything(await bench.request({ options: { overwrite: true } }));
    expect(named(plan, 'update')).toEqual(expect.arrayContaining(['folder-permissions/ops', 'team/Operations']));
    expect(changes(plan)).toEqual(
      expect.arrayContaining(['Member ben: nothing → Member.', 'User ben: nothing → Edit.']),
    );
  });
});

describe('a team that is created without a user', () => {
  it('comes with the advice which account to create first, unless the same plan creates it', async () => {
    await restoredWithoutBen();
    await bench.api('DELETE /api/teams/1');
    const warnings = (plan: Plan): string[] => planWarnings(plan).map(({ params }) => params['logins'] ?? '');
    const plan = await bench.plan({ selection: { kinds: ['team'] } });
    expect([named(plan, 'create'), warnings(plan)]).toEqual([['team/Operations'], ['ben']]);
    expect(warnings(await bench.plan({ selection: { kinds: ['user', 'team'] } }))).toEqual([]);
  });
});

describe('a team that differs in something else as well', () => {
  it('is written, and says that the access needs an account', async () => {
    await restoredWithoutBen();
    ops().email = 'other@example.org';
    const plan = await bench.plan(wanted);
    expect(named(plan, 'update')).toEqual(['team/Operations']);
    expect(changes(plan)).toEqual([
      'Member ben: nothing → Member. This takes effect only if the account exists when the plan is applied.',
    ]);
    expect(plan.confirm).toBe('1 security change');
  });
});
