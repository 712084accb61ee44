import { afterEach, expect, it } from 'vitest';
import { planEverything } from '../../../pkg/engine/restore/everything/plan.ts';
import { RestoreBench } from '../harness.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

it('does not say that a team lacks a member whom the same plan creates', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  const dora = { login: 'dora', email: 'dora@example.org', name: 'Dora', password: 'secret' };
  const { id } = (await bench.api('POST /api/admin/users', dora)).body;
  const { teamId } = (await bench.api('POST /api/teams', { name: 'Dev', email: 'dev@example.org' })).body;
  await bench.api(`PUT /api/teams/${teamId}/members`, { admins: [], members: [dora.email] });
  await bench.backup();
  await bench.api(`DELETE /api/teams/${teamId}`);
  await bench.api(`DELETE /api/admin/users/${id}`);
  const { teams } = bench.sim.state.org(1);
  const alone = await bench.plan({ selection: { kinds: ['team'] } });
  expect(alone.items[0]?.losses).toEqual(['without the member dora, who does not exist in this organization']);
  const selection = { kinds: ['user' as const, 'team' as const] };
  const { plan } = await bench.apply({ selection });
  expect(plan.items.find(({ kind }) => kind === 'team')).toMatchObject({ action: 'create', losses: [] });
  expect([...teams.values()].map(({ members }) => members.size)).toEqual([1]);
});

it('does not say that permissions lack a user whom the same plan creates', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  const dora = { login: 'dora', email: 'dora@example.org', name: 'Dora', password: 'secret' };
  const { id } = (await bench.api('POST /api/admin/users', dora)).body;
  await bench.api('POST /api/folders', { uid: 'ops', title: 'Operations' });
  await bench.api('POST /api/folders/ops/permissions', { items: [{ userId: id, permission: 2 }] });
  await bench.backup();
  await bench.api('DELETE /api/folders/ops');
  await bench.api(`DELETE /api/admin/users/${id}`);
  const kinds = ['user' as const, 'folder' as const, 'folder-permissions' as const];
  const alone = await bench.plan({ selection: { kinds: kinds.slice(1) } });
  expect(alone.items.flatMap(({ losses }) => losses)).toEqual(['without Edit for user dora, which is missing']);
  const request = await bench.request({});
  for (const plan of [await bench.plan({ selection: { kinds } }), await planEverything(request)]) {
    const found = plan.items.find(({ kind }) => kind === 'folder-permissions');
    expect(found).toMatchObject({ action: 'create', losses: [] });
  }
  const { results } = await bench.apply({ selection: { kinds } });
  expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
});
