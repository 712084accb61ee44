import { expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { runKey } from '../../../pkg/repository/layout.ts';
import { bench, burned, contentOf, everything, MINUTE, people, PEOPLE, setUp } from '../burned.ts';
import { reasons } from '../harness.ts';
import { planOfUndo, undo } from '../undo/undoing.ts';
import { killedAt, recorded } from './recorded.ts';

setUp();

const NEW_ORG = /^POST \/api\/orgs$/;

/** A Grafana that is as the snapshot says, but for a deleted organization. No account is Grafana's own. */
async function withoutSecond(): Promise<Manifest> {
  const manifest = await burned({ profile: '12.4' });
  await everything({ manifest });
  Object.assign(bench.sim.state.users.get(1)!, { email: 'root@example.org', name: 'Root' });
  await bench.api('DELETE /api/orgs/2');
  return manifest;
}

/** Members of the organization, by login. */
function members(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(people()).flatMap(([login, { Second }]) => (Second === undefined ? [] : [[login, Second]])),
  );
}

const remains = (name: string): string =>
  `remains an Admin of ${name}; a server admin can remove it under Administration > Organizations once another account is an Admin there`;

const ALL = { ann: 'Viewer', bob: 'Admin', cyd: 'Viewer' };

/** What the organizations hold. */
async function content(): Promise<Record<string, string>> {
  const state = bench.sim.state.org(second());
  state.members.set(1, 'Admin');
  const held = contentOf(await bench.backup());
  return Object.fromEntries(Object.entries(held).map(([name, body]) => [name.replace(`${second()}/`, '2/'), body]));
}

const second = (): number => [...bench.sim.state.orgs.values()].find(({ name }) => name === 'Second')!.id;

it('an organization that a killed restore created gets its members and all else when it is finished', async () => {
  const manifest = await withoutSecond();
  await killedAt(NEW_ORG, manifest);
  expect(members()).toEqual({ admin: 'Admin' });
  // Finishing it may be cut off, too.
  await killedAt(/^POST \/api\/orgs\/\d+\/users$/, manifest);
  expect(Object.keys(members()).length).toBe(2);
  const { record } = await recorded(manifest);
  expect(record).toMatchObject({ status: 'complete', errors: [] });
  expect(people()).toEqual(PEOPLE);
  expect(await content()).toEqual(contentOf(manifest));
});

it('that is so on a machine whose clock is a little behind that of the one which made the backup', async () => {
  const manifest = { ...(await withoutSecond()), finished: bench.clock.now().toISOString() };
  bench.behind.machine = 4 * MINUTE;
  await killedAt(NEW_ORG, manifest);
  bench.sim.advance(MINUTE);
  const { record } = await recorded(manifest);
  expect(record).toMatchObject({ status: 'complete', errors: [] });
  expect(people()).toEqual(PEOPLE);
});

it('nobody joins such an organization again whom someone has removed from it since', async () => {
  const manifest = await withoutSecond();
  const remove = (login: string): void => {
    const { id } = [...bench.sim.state.users.values()].find((one) => one.login === login)!;
    bench.sim.state.org(second()).members.delete(id);
  };
  await killedAt(/^POST .*\/folders(\?|$)/, manifest);
  expect(members()).toMatchObject(ALL);
  remove('ann');
  await recorded(manifest);
  expect(members()).not.toHaveProperty('ann');
  remove('cyd');
  const { plan } = await recorded(manifest);
  expect(reasons(plan, 'skip')).toHaveProperty('user/cyd');
  expect(members()).not.toHaveProperty('cyd');
});

it.each([
  ['as do accounts that joined it', 'Second', { bob: 'Admin' }],
  // Its members may be right for the person who renamed it.
  ['although someone has renamed it', 'Renamed', ALL],
])('the account that restores leaves such an organization when the restore is undone, %s', async (_, name, then) => {
  const manifest = await withoutSecond();
  const { id } = await killedAt(/^POST .*\/folders(\?|$)/, manifest);
  const org = second();
  await bench.api(`PUT /api/orgs/${org}`, { name });
  const why = remains(name);
  expect(reasons((await planOfUndo(bench, id)).plan, 'skip')).toMatchObject({ 'user/bob': why });
  expect(await undo(bench, id)).toMatchObject({ status: 'complete', errors: [], entered: [] });
  bench.sim.state.org(org).name = 'Second';
  expect(members()).toEqual(then);
  expect(bench.sim.state.org(second()).folders.size).toBe(0);
});

it('accounts that joined an organization which a restore created leave it when that is undone', async () => {
  await everything({ manifest: await burned({ profile: '12.4', isEmpty: true }) });
  Object.assign(bench.sim.state.users.get(1)!, { email: 'root@example.org', name: 'Root' });
  bench.sim.state.org(2).members.set(1, 'Admin');
  const manifest = await bench.backup();
  await bench.api('DELETE /api/orgs/2');
  const { record } = await recorded(manifest);
  expect(members()).toEqual({ ...ALL, admin: 'Admin' });
  expect(await undo(bench, record.id)).toMatchObject({ status: 'complete', errors: [] });
  // It became an Admin by creating the organization, which stays.
  expect(members()).toEqual({ admin: 'Admin' });
});

it('the last admin of such an organization stays until a later restore has added another one', async () => {
  const manifest = await withoutSecond();
  const { id } = await killedAt(NEW_ORG, manifest);
  expect(reasons((await planOfUndo(bench, id)).plan, 'skip')).toMatchObject({ 'user/admin': remains('Second') });
  expect(await undo(bench, id)).toMatchObject({ status: 'complete', errors: [] });
  expect(members()).toEqual({ admin: 'Admin' });
  await recorded(manifest);
  expect(people()).toEqual(PEOPLE);
});

it('an undo lists no organization that the restore was killed before it created', async () => {
  const manifest = await withoutSecond();
  const { id } = await killedAt(NEW_ORG, manifest, 'before');
  expect((await planOfUndo(bench, id)).plan.items).toEqual([]);
});

it('nobody joins an organization that someone else created after the restore was killed', async () => {
  const manifest = await withoutSecond();
  await killedAt(NEW_ORG, manifest, 'before');
  await bench.api('POST /api/orgs', { name: 'Second' });
  bench.sim.state.org(second()).members.set(bench.sim.state.addUser({ login: 'eva', email: '' }).id, 'Admin');
  await recorded(manifest);
  expect(Object.keys(members())).toEqual(['admin', 'eva']);
});

it('nobody joins an organization because a record says so that no trusted key signed', async () => {
  const manifest = await withoutSecond();
  const { id } = await killedAt(NEW_ORG, manifest);
  const { store } = bench.repository;
  const { signature: _, ...unsigned } = JSON.parse(String(await store.get(runKey(id, false)))) as Record<
    string,
    unknown
  >;
  await store.put(runKey(id, false), Buffer.from(JSON.stringify(unsigned)));
  await recorded(manifest);
  expect(members()).toEqual({ admin: 'Admin' });
});
