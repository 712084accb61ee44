import { describe, expect, it } from 'vitest';
import type { ResourceRef } from '../../../pkg/contract/kinds.ts';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { planEverything } from '../../../pkg/engine/restore/everything/plan.ts';
import { bench, burned, everything, people, PEOPLE, setUp } from '../burned.ts';
import { reasons } from '../harness.ts';
import { planOfUndo, stoppedAt, undo } from '../undo/undoing.ts';
import { recorded } from './recorded.ts';

setUp();

const NEW_ORG = /^POST \/api\/orgs$/;
const FOLDER = /^POST .*\/folders(\?|$)/;
const idOf = (name: string): number => [...bench.sim.state.orgs.values()].find((one) => one.name === name)!.id;

const isAdmin = ({ kind, uid }: ResourceRef): boolean => kind === 'user' && uid === 'admin';

/** Restores everything in a process that a person stops after a request. */
async function stopped(manifest: Manifest, match: RegExp, skip = 0) {
  const { record } = await stoppedAt(bench, { match, skip, end: 'stopped' }, (signal) => recorded(manifest, signal));
  expect(record.status).toBe('interrupted');
  return record;
}

/** Stops a restore in an organization that it created, and whose only member its account is. */
async function stoppedInThird() {
  await everything({ manifest: await burned({ profile: '12.4', isEmpty: true }) });
  Object.assign(bench.sim.state.users.get(1)!, { email: 'root@example.org', name: 'Root' });
  await bench.api('POST /api/orgs', { name: 'Third' });
  await bench.api('POST /api/folders', { uid: 'lost', title: 'Lost' }, idOf('Third'));
  const manifest = await bench.backup();
  await bench.api(`DELETE /api/orgs/${idOf('Third')}`);
  return stopped(manifest, FOLDER);
}

it('an organization that keeps its last admin keeps no role in the others', async () => {
  await everything({ manifest: await burned({ profile: '12.4' }) });
  const { state } = bench.sim;
  Object.assign(state.users.get(1)!, { email: 'root@example.org', name: 'Root' });
  const second = state.org(idOf('Second'));
  second.members.set(1, 'Admin');
  await bench.api('POST /api/orgs', { name: 'Third' });
  await bench.api('POST /api/folders', { uid: 'lost', title: 'Lost' }, idOf('Third'));
  bench.sim.advance(60_000);
  const manifest = await bench.backup();
  await bench.api('DELETE /api/folders/lost', undefined, idOf('Third'));
  const bob = [...state.users.values()].find(({ login }) => login === 'bob')!.id;
  second.members.delete(1);
  second.members.set(bob, 'Viewer');
  state.org(idOf('Third')).members.set(1, 'Viewer').set(bob, 'Admin');

  const { entered } = await stopped(manifest, FOLDER);
  expect(people()['admin']).toEqual({ Acme: 'Admin', Second: 'Admin', Third: 'Viewer' });
  expect(entered).toMatchObject([{ login: 'admin' }]);
  // Once the organization has another admin, finishing the restore takes the role back.
  second.members.set(bob, 'Admin');
  const { record } = await recorded(manifest);
  expect(record).toMatchObject({ status: 'complete', entered: [] });
  expect(people()['admin']).toEqual({ Acme: 'Admin', Third: 'Viewer' });
});

it('finishes in an organization that it created and left when it was stopped', async () => {
  await everything({ manifest: await burned({ profile: '12.4' }) });
  const { members } = bench.sim.state.org(2);
  members.set(1, 'Admin');
  await bench.api('POST /api/dashboards/uid/root/public-dashboards', { isEnabled: true, share: 'public' }, 2);
  const whole = await bench.backup();
  members.set(1, 'Viewer');
  const admin = (await bench.backup()).resources.find(isAdmin)!;
  const manifest = { ...whole, resources: whole.resources.map((one) => (isAdmin(one) ? admin : one)) };
  await bench.api('DELETE /api/orgs/2');
  bench.sim.state.leftLinks = [];
  await stopped(manifest, FOLDER, 1);
  expect(people()['admin']).toEqual({ Acme: 'Admin', Second: 'Viewer' });
  // It asks for what becomes public, as the first plan did.
  expect((await planEverything(await bench.request({ manifest }))).confirm).toBe('1 security change');
  const { plan, record } = await recorded(manifest);
  expect(plan.items.filter(({ action }) => action === 'blocked')).toEqual([]);
  expect(bench.sim.state.org(2).publicDashboards.size).toBe(1);
  expect(record).toMatchObject({ status: 'complete', errors: [] });
  expect(people()['admin']).toEqual({ Acme: 'Admin', Second: 'Viewer' });
});

it('counts what it had not planned of an organization that it had to join', async () => {
  const manifest = await burned({ profile: '12.4' });
  await everything({ manifest });
  Object.assign(bench.sim.state.users.get(1)!, { email: 'root@example.org', name: 'Root' });
  await bench.api('DELETE /api/folders/infra?forceDeleteRules=true', undefined, 2);
  await bench.api('DELETE /api/orgs/2/users/1');
  const { counts } = await stopped(manifest, /^POST \/api\/orgs\/2\/users$/);
  expect(counts['unplanned']).toBeGreaterThan(10);
  const later = await stopped(manifest, FOLDER);
  expect(later.counts).toMatchObject({ planned: expect.any(Number) });
  expect(later.counts).not.toHaveProperty('unplanned');
});

it.each([
  ['created', NEW_ORG, 0],
  ['found', /^GET \/api\/orgs\/name\/Second$/, 1],
])('takes its role back when it is finished, in an organization that it had just %s', async (_name, match, skip) => {
  const manifest = await burned({ profile: '12.4' });
  await everything({ manifest });
  Object.assign(bench.sim.state.users.get(1)!, { email: 'root@example.org', name: 'Root' });
  await bench.api('DELETE /api/orgs/2');
  const { entered } = await stopped(manifest, match, skip);
  expect(people()['admin']).toEqual({ Acme: 'Admin', Second: 'Admin' });
  expect(entered).toMatchObject([{ login: 'admin' }]);
  const { record } = await recorded(manifest);
  expect(record).toMatchObject({ status: 'complete', errors: [], entered: [] });
  expect(people()).toEqual(PEOPLE);
});

it('names its account in the undo as the last Admin of an organization that it created, as it is in the snapshot', async () => {
  const { id } = await stoppedInThird();
  expect(people()['admin']).toMatchObject({ Third: 'Admin' });
  const { plan } = await planOfUndo(bench, id);
  expect(reasons(plan, 'skip')).toMatchObject({ 'user/admin': expect.stringContaining('remains an Admin of Third;') });
});

it('is undone by another server admin, who may remain in an organization that it created', async () => {
  const { id } = await stoppedInThird();
  const login = { login: 'root2', password: 'secret' };
  const root2 = (await bench.api('POST /api/admin/users', { ...login, email: 'root2@example.org' })).body;
  await bench.api(`PUT /api/admin/users/${root2.id}/permissions`, { isGrafanaAdmin: true });
  bench.sim.state.org(1).members.set(root2.id, 'Admin');
  Object.assign(bench.account, login);
  expect(await undo(bench, id)).toMatchObject({ status: 'complete', errors: [] });
  expect(bench.sim.state.org(idOf('Third')).members.size).toBe(1);
  expect(bench.sim.state.org(idOf('Third')).folders.size).toBe(0);
});

it('is undone in an organization that has another ID by now, with folders that it had not read back', async () => {
  await everything({ manifest: await burned({ profile: '12.4', isEmpty: true }) });
  bench.sim.state.org(2).members.set(1, 'Admin');
  await bench.api('POST /api/folders', { uid: 'outer', title: 'Outer', description: 'All' }, 2);
  await bench.api('POST /api/folders', { uid: 'inner', title: 'Inner', description: 'One', parentUid: 'outer' }, 2);
  const manifest = await bench.backup();
  await bench.api('DELETE /api/orgs/2');
  await bench.api('POST /api/orgs', { name: 'Other' });
  await everything({ manifest });
  const org = idOf('Second');
  expect(org).not.toBe(2);
  await bench.api('DELETE /api/folders/outer', undefined, org);
  const { id } = await stopped(manifest, FOLDER, 1);
  const { folders } = bench.sim.state.org(org);
  expect([...folders.keys()]).toEqual(['outer', 'inner']);
  expect(await undo(bench, id)).toMatchObject({ status: 'complete', errors: [] });
  expect([...folders.keys()]).toEqual([]);
});

describe('in an organization that it created and left', () => {
  /** Stops a restore of an organization in which its account is no Admin, and what it left there. */
  async function stoppedWithin(role: 'Viewer' | undefined, match: RegExp, skip = 0) {
    await everything({ manifest: await burned({ profile: '12.4' }) });
    Object.assign(bench.sim.state.users.get(1)!, { email: 'root@example.org', name: 'Root' });
    const { members } = bench.sim.state.org(2);
    members.set(1, 'Admin');
    const { teamId } = (await bench.api('POST /api/teams', { name: 'Ops', email: 'ops@example.org' }, 2)).body;
    await bench.api(`PUT /api/teams/${teamId}/members`, { admins: [], members: ['ann@example.org'] }, 2);
    const whole = await bench.backup();
    members.delete(1);
    void (role === undefined || members.set(1, role));
    const admin = (await bench.backup()).resources.find(isAdmin)!;
    const manifest = { ...whole, resources: whole.resources.map((one) => (isAdmin(one) ? admin : one)) };
    await bench.api('DELETE /api/orgs/2');
    const record = await stopped(manifest, match, skip);
    const roles = people()['admin'];
    expect(roles).toEqual({ Acme: 'Admin', ...(role && { Second: role }) });
    return { manifest, roles, id: record.id };
  }

  it.each([undefined, 'Viewer'] as const)('is undone from inside, by an account that had the role %s', async (role) => {
    const { id, roles } = await stoppedWithin(role, /^POST .*dashboards\/?(db)?(\?|$)/);
    const { folders, dashboards, teams } = bench.sim.state.org(2);
    expect(folders.size).toBeGreaterThan(0);
    const { plan } = await planOfUndo(bench, id);
    expect(people()['admin']).toEqual(roles);
    expect(plan.items.find(({ uid, kind }) => kind === 'folder' && uid === 'infra')?.title).toBe('Folder infra');
    expect(plan.confirm).toBe('Second, 2 security changes');
    expect(reasons(plan, 'delete')).toMatchObject({ 'folder/infra': expect.stringContaining('joins') });
    const record = await undo(bench, id);
    expect(record).toMatchObject({ status: 'complete', errors: [], entered: [] });
    expect([folders.size, dashboards.size, teams.size]).toEqual([0, 0, 0]);
    expect(people()['admin']).toEqual(roles);
  });

  it('is left again by an undo that is stopped', async () => {
    const { id, roles } = await stoppedWithin(undefined, /^POST .*dashboards\/?(db)?(\?|$)/);
    const stop = { match: /^DELETE .*\/folders\//, end: 'stopped' } as const;
    const record = await stoppedAt(bench, stop, (signal) => undo(bench, id, signal));
    expect(record).toMatchObject({ status: 'interrupted', entered: [] });
    expect(people()['admin']).toEqual(roles);
    expect(await undo(bench, id)).toMatchObject({ status: 'complete', errors: [], entered: [] });
    expect(bench.sim.state.org(2).folders.size).toBe(0);
    expect(people()['admin']).toEqual(roles);
  });

  it.each([0, 1, 2])('is finished in the middle of a team, after %s steps', async (skip) => {
    const { manifest, roles } = await stoppedWithin(undefined, /^(POST|PUT) \/api\/teams/, skip);
    const { record, plan } = await recorded(manifest);
    expect(plan.items.filter(({ action }) => action === 'blocked')).toEqual([]);
    expect(record).toMatchObject({ status: 'complete', errors: [] });
    expect(people()['admin']).toEqual(roles);
  });
});
