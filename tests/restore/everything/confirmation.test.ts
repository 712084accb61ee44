import { expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { planEverything } from '../../../pkg/engine/restore/everything/plan.ts';
import type { Plan } from '../../../pkg/engine/restore/types.ts';
import { bench, burned, everything, setUp } from '../burned.ts';
import { killedAt, recorded } from './recorded.ts';

setUp();

const PERMISSIONS = /^POST .*access-control\/folders/;

/** What has to be confirmed, by resource. */
function asked({ items }: Plan): string[] {
  return items.flatMap(({ kind, uid, security }) => security.map(({ code }) => `${kind}/${uid} ${code}`));
}

it('finishing a restore needs no confirmation for permissions of what that restore created', async () => {
  const manifest = await burned({ profile: '12.4' });
  await killedAt(PERMISSIONS, manifest, 'before');
  const { plan, record } = await recorded(manifest);
  expect(asked(plan)).toEqual([]);
  expect(plan.confirm).toBeUndefined();
  expect(record).toMatchObject({ status: 'complete', errors: [] });
});

/** A Grafana in which a restore was killed after it had created the second organization and its first folder. */
async function killedInSecond(): Promise<Manifest> {
  const manifest = await burned({ profile: '12.4' });
  await everything({ manifest });
  Object.assign(bench.sim.state.users.get(1)!, { email: 'root@example.org', name: 'Root' });
  await bench.api('DELETE /api/orgs/2');
  await bench.api('POST /api/orgs', { name: 'Between' });
  await killedAt(/^POST .*\/folders(\?|$)/, manifest);
  return manifest;
}

it('nor for what is still missing in an organization that it created, whose ID is another one', async () => {
  const { plan, record } = await recorded(await killedInSecond());
  expect(asked(plan)).toEqual([]);
  expect(plan.confirm).toBeUndefined();
  expect(record).toMatchObject({ status: 'complete', errors: [] });
});

it('needs it for another organization that took the name since', async () => {
  const manifest = await killedInSecond();
  const { id } = [...bench.sim.state.orgs.values()].find(({ name }) => name === 'Second')!;
  await bench.api(`DELETE /api/orgs/${id}`);
  await bench.api('POST /api/orgs', { name: 'Later' });
  await bench.api('POST /api/orgs', { name: 'Second' });
  const plan = await planEverything(await bench.request({ manifest }));
  expect(asked(plan)).toContain('org/Second org-taken');
});

it.each(['Viewer', 'Admin'] as const)('reports about its account what the plan did, as a later %s', async (role) => {
  let manifest = await burned({ profile: '12.4' });
  if (role === 'Admin') {
    await everything({ manifest });
    bench.sim.state.org(2).members.set(1, role);
    manifest = await bench.backup();
    bench.sim.burn();
  }
  const ownIn = (items: readonly { kind: string; uid: string; security?: unknown }[]): unknown[] =>
    items.flatMap(({ kind, uid, security }) => (kind === 'user' && uid === 'admin' ? [security] : []));
  const before = ownIn((await planEverything(await bench.request({ manifest }))).items);
  expect(before).toMatchObject([[{ params: { org: 'Acme' } }, { params: { org: 'Second', after: role } }]]);
  const { plan, results } = await everything({ manifest });
  expect(plan.items.find(({ kind, uid }) => kind === 'user' && uid === 'admin')?.action).toBe('update');
  expect([ownIn(plan.items), ownIn(results)]).toEqual([before, before]);
  expect(bench.sim.state.org(2).members.get(1)).toBe(role);
});
