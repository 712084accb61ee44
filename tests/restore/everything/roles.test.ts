import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { planWarnings } from '../../../pkg/engine/restore/plan/planning.ts';
import { planUndo } from '../../../pkg/engine/restore/undo/undo.ts';
import { interruptedRestores } from '../../../pkg/engine/runs.ts';
import { runKey } from '../../../pkg/repository/layout.ts';
import { bench, burned, contentOf, everything, people, PEOPLE, setUp } from '../burned.ts';
import { undo } from '../undo/undoing.ts';
import { killedAt, recorded } from './recorded.ts';

setUp();

const SECOND = 2;
const HOUR = 3_600_000;
const JOINED = /^(PATCH|POST) \/api\/orgs\/2\/users/;
const FOLDER = /^POST .*\/folders(\?|$)/;

/** A Grafana that lost a folder of an organization in which the account that restores has another role, or none. */
async function withoutFolder(role: 'Viewer' | undefined): Promise<Manifest> {
  const manifest = await burned({ profile: '12.4' });
  await everything({ manifest });
  Object.assign(bench.sim.state.users.get(1)!, { email: 'root@example.org', name: 'Root' });
  await bench.api('DELETE /api/folders/infra?forceDeleteRules=true', undefined, SECOND);
  if (role === undefined) {
    await bench.api(`DELETE /api/orgs/${SECOND}/users/1`);
  }
  return manifest;
}

/** What the organizations hold, but for permissions: Grafana deletes those of an account that leaves. */
async function content(): Promise<Record<string, string>> {
  const { members } = bench.sim.state.org(SECOND);
  const role = members.get(1);
  members.set(1, 'Admin');
  const held = withoutPermissions(await bench.backup());
  members.delete(1);
  return role === undefined ? held : (members.set(1, role), held);
}

function withoutPermissions(manifest: Manifest): Record<string, string> {
  return Object.fromEntries(Object.entries(contentOf(manifest)).filter(([name]) => !name.includes('-permissions/')));
}

describe.each([
  ['a Viewer', 'Viewer'],
  ['no member', undefined],
] as const)('an account that is %s of an organization', (_, role) => {
  const before = { ...PEOPLE, admin: { Acme: 'Admin', ...(role === undefined ? {} : { Second: role }) } };

  it.each([
    ['it became an Admin of it', JOINED],
    ['it wrote to it', FOLDER],
  ])('is that again once a restore is finished that was killed after %s', async (__, match) => {
    const manifest = await withoutFolder(role);
    await killedAt(match, manifest);
    expect(people()['admin']).toEqual({ Acme: 'Admin', Second: 'Admin' });
    const { record } = await recorded(manifest);
    expect(record).toMatchObject({ status: 'complete', errors: [], entered: [] });
    expect(people()).toEqual(before);
    expect(await content()).toEqual(withoutPermissions(manifest));
    // What someone gives it later is not taken away.
    bench.sim.state.org(SECOND).members.set(1, 'Admin');
    await recorded(manifest);
    expect(people()['admin']).toEqual({ Acme: 'Admin', Second: 'Admin' });
  });

  it.each([
    ['it became an Admin of it', JOINED],
    ['it wrote to it', FOLDER],
  ])('is that again once a restore is undone that was killed after %s', async (__, match) => {
    const manifest = await withoutFolder(role);
    const held = await content();
    const { id } = await killedAt(match, manifest);
    expect((await interruptedRestores(bench.repository, {})).map((run) => run.id)).toEqual([id]);
    const record = await undo(bench, id);
    expect(record).toMatchObject({ status: 'complete', errors: [], entered: [] });
    expect(people()).toEqual(before);
    expect(await content()).toEqual(held);
  });
});

it('an undo by an account that is no server admin says which role it leaves', async () => {
  const manifest = await withoutFolder('Viewer');
  const { id } = await killedAt(JOINED, manifest);
  const { manifest: _, selection: _1, options: _2, ...asked } = await bench.request({ manifest });
  const run = (await bench.repository.run(id))!;
  const plan = await bench.asAccount(async (instance) => (await planUndo({ ...asked, instance }, run)).plan);
  expect(planWarnings(plan)).toMatchObject([{ code: 'undo-keeps-admin', params: { login: 'admin', orgs: '2' } }]);
  expect((await planUndo(asked, run)).plan.keptRoles).toBeUndefined();
});

it('an account loses the role that a killed restore gave it, although one of another Grafana ended since', async () => {
  const manifest = await withoutFolder('Viewer');
  const { id, ...record } = await killedAt(JOINED, manifest);
  const grafana = { url: 'http://other', keys: [{ id: 'id-2026-12-es256', x: 'another' }] };
  const ended = { status: 'complete' as const, entered: [], touched: [], grafana };
  await bench.repository.writeRun({ ...record, ...ended, id: id.replace(/-.*/, '-ffffffff') });
  await recorded(manifest);
  expect(people()['admin']).toEqual({ Acme: 'Admin', Second: 'Viewer' });
});

it.each([
  ['finished', async (manifest: Manifest) => (await recorded(manifest)).record],
  ['undone', (_: Manifest, id: string) => undo(bench, id)],
])('a new account of a Grafana whose clock is ahead loses the role when the restore is %s', async (_, end) => {
  const manifest = await withoutFolder('Viewer');
  bench.sim.advanceDated(10 * HOUR);
  Object.assign(bench.behind, { machine: 10 * HOUR, store: 10 * HOUR });
  bench.sim.state.users.get(1)!.created = bench.sim.state.now() - HOUR;
  const { id } = await killedAt(JOINED, manifest);
  expect(await end(manifest, id)).toMatchObject({ status: 'complete', errors: [], entered: [] });
  expect(people()['admin']).toEqual({ Acme: 'Admin', Second: 'Viewer' });
});

it('no account loses a role because a record says so that no trusted key signed', async () => {
  const manifest = await withoutFolder('Viewer');
  const { id } = await killedAt(JOINED, manifest);
  const { store } = bench.repository;
  const stored = JSON.parse(String(await store.get(runKey(id, false)))) as Record<string, unknown>;
  await store.put(runKey(id, false), Buffer.from(JSON.stringify({ ...stored, signature: undefined })));
  await recorded(manifest);
  expect(people()['admin']).toEqual({ Acme: 'Admin', Second: 'Admin' });
});

it('an account that someone has demoted since the snapshot is not an Admin again', async () => {
  await everything({ manifest: await burned({ profile: '12.4' }) });
  Object.assign(bench.sim.state.users.get(1)!, { email: 'root@example.org', name: 'Root' });
  const { members } = bench.sim.state.org(SECOND);
  members.set(1, 'Admin');
  const manifest = await bench.backup();
  members.set(1, 'Viewer');
  await bench.api('DELETE /api/folders/infra?forceDeleteRules=true', undefined, SECOND);
  const { record } = await recorded(manifest);
  expect(record).toMatchObject({ status: 'complete', entered: [] });
  expect(people()['admin']).toEqual({ Acme: 'Admin', Second: 'Viewer' });
});

it.each([
  ['stays an Admin of it', true, { Acme: 'Admin', Second: 'Admin' }],
  ['leaves it if nothing may be overwritten', false, { Acme: 'Admin' }],
])('an account that a killed restore made what it is in the snapshot %s', async (_, overwrite, then) => {
  await everything({ manifest: await burned({ profile: '12.4' }) });
  Object.assign(bench.sim.state.users.get(1)!, { email: 'root@example.org', name: 'Root' });
  const { members } = bench.sim.state.org(SECOND);
  members.set(1, 'Admin');
  const manifest = await bench.backup();
  await bench.api(`DELETE /api/orgs/${SECOND}/users/1`);
  await killedAt(JOINED, manifest, 'after', { overwrite });
  const { record } = await recorded(manifest, undefined, { overwrite });
  expect(record).toMatchObject({ status: 'complete', errors: [], entered: [] });
  expect(people()['admin']).toEqual(then);
});

describe('the role that the snapshot gave to the account that restored', () => {
  async function given(): Promise<string> {
    await everything({ manifest: await burned({ profile: '12.4' }) });
    Object.assign(bench.sim.state.users.get(1)!, { email: 'root@example.org', name: 'Root' });
    const { members } = bench.sim.state.org(SECOND);
    members.set(1, 'Editor');
    const manifest = await bench.backup();
    members.delete(1);
    const { record } = await recorded(manifest, undefined, { overwrite: true });
    expect(record).toMatchObject({ status: 'complete', entered: [] });
    expect(people()['admin']).toEqual({ Acme: 'Admin', Second: 'Editor' });
    return record.id;
  }

  it('is taken back by an undo', async () => {
    const id = await given();
    expect(await undo(bench, id)).toMatchObject({ status: 'complete', errors: [] });
    expect(people()['admin']).toEqual({ Acme: 'Admin' });
  });

  it('stays if someone has changed it since', async () => {
    const id = await given();
    bench.sim.state.org(SECOND).members.set(1, 'Admin');
    await undo(bench, id);
    expect(people()['admin']).toEqual({ Acme: 'Admin', Second: 'Admin' });
  });
});
