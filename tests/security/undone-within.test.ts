import { expect, it } from 'vitest';
import { bench, burned, everything, setUp } from '../restore/burned.ts';
import { recorded } from '../restore/everything/recorded.ts';
import { planOfUndo, undo } from '../restore/undo/undoing.ts';

/*
 * An undo joins an organization only after a person has confirmed its plan, which shows nothing of it. What it finds
 * there must not widen access without the confirmation of a person who has seen that.
 */

setUp();

const SECOND = 2;
const PERMISSIONS = 'POST /api/folders/infra/permissions';

it('widens no access in an organization that it joins, because its plan cannot show that', async () => {
  await everything({ manifest: await burned({ profile: '12.4' }) });
  Object.assign(bench.sim.state.users.get(1)!, { email: 'root@example.org', name: 'Root' });
  const { members, folders } = bench.sim.state.org(SECOND);
  members.set(1, 'Admin');
  await bench.api(PERMISSIONS, { items: [{ role: 'Editor', permission: 2 }] }, SECOND);
  // The restore has to join this one.
  const { orgId } = (await bench.api('POST /api/orgs', { name: 'Third' })).body;
  await bench.api('POST /api/folders', { uid: 'lost', title: 'Lost' }, orgId);
  const manifest = await bench.backup();
  await bench.api('DELETE /api/folders/lost', undefined, orgId);
  await bench.api(PERMISSIONS, { items: [{ role: 'Viewer', permission: 1 }] }, SECOND);
  bench.sim.state.org(orgId).members.delete(1);
  const { record } = await recorded(manifest, undefined, { overwrite: true });
  expect(record.touched).toContainEqual(expect.objectContaining({ kind: 'folder-permissions', uid: 'infra' }));
  const closed = structuredClone(folders.get('infra'));
  members.delete(1);

  const { plan } = await planOfUndo(bench, record.id);
  expect(plan).toMatchObject({ enters: { orgs: [{ id: SECOND }] } });
  const undone = await undo(bench, record.id);
  expect(undone.errors).toContainEqual(expect.objectContaining({ uid: 'infra', code: 'security-unseen' }));
  expect(folders.get('infra')).toEqual(closed);
  expect(members.has(1)).toBe(false);
});
