import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SigningKey } from '../../pkg/repository/signing/signing-key.ts';
import { sha256Of, signStatement } from '../../pkg/repository/signing/statement.ts';
import { call } from '../simulator/http.ts';
import { Forger, idIn, madeUp } from '../support/repository/forger.ts';
import { twoOrgs, type Side, type TwoOrgs } from './support/two-orgs.ts';

/** Names of who deleted something reach only admins of that organization, and come from no forged snapshot. */
const EDITOR = { login: 'ada-of-home', password: 'ada-secret' };
/** Both organizations have one with this uid. */
const SHARED = 'shared';

let world: TwoOrgs;
let home: Side;
let other: Side;
let before: string;
let after: string;

const asAdmin = (route: string, body?: unknown, org = 1) =>
  call(world.grafana.simulator!, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });

beforeAll(async () => {
  world = await twoOrgs();
  ({ home, other } = world);
  const { body } = await asAdmin('POST /api/admin/users', { ...EDITOR, name: 'Ada of home', OrgId: 1 });
  await asAdmin(`PATCH /api/org/users/${String(body['id'])}`, { role: 'Editor' });
  for (const org of [home.org, other.org]) {
    const dashboard = { uid: SHARED, title: `Shared ${org}`, panels: [] };
    await asAdmin('POST /api/dashboards/db', { dashboard }, org);
  }
  before = await world.backup();
  // Grafana says when something was deleted in whole seconds, by which it has to be after the snapshot before.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const { login, password } = EDITOR;
  const deleted = await call(
    world.grafana.simulator!,
    `${login}:${password}`,
    `DELETE /api/dashboards/uid/${SHARED}`,
    undefined,
    { 'x-grafana-org-id': '1' },
  );
  expect(deleted.status).toBe(200);
  await asAdmin(`DELETE /api/dashboards/uid/${SHARED}`, undefined, other.org);
  after = await world.backup();
}, 120_000);
afterAll(() => world?.close());

const paths = () => [
  '/changes',
  `/diff?from=${before}&to=${after}`,
  `/diff?from=${before}&to=live`,
  `/resources/1/dashboard/${SHARED}/versions`,
  `/diff/resource?from=${before}&to=${after}&org=1&kind=dashboard&uid=${SHARED}`,
];

it('an admin of the organization learns who deleted something', async () => {
  for (const path of paths()) {
    expect([path, (await home.call('GET', path)).text]).toEqual([path, expect.stringContaining(EDITOR.login)]);
  }
});

it('an admin of another organization does not, even of a dashboard with the same UID', async () => {
  for (const path of paths()) {
    const { text } = await other.call('GET', path);
    expect([path, text]).toEqual([path, expect.not.stringMatching(new RegExp(`${EDITOR.login}|Shared 1`))]);
  }
  const { json } = await other.call('GET', `/diff?from=${before}&to=${after}&kind=dashboard`);
  expect(json.items).toMatchObject([{ uid: SHARED, change: 'removed', by: 'admin' }]);
});

it('an editor does not', async () => {
  for (const path of paths()) {
    const { status, text } = await world.grafana.viaProxy(EDITOR, 1, 'GET', path);
    expect([path, status]).toEqual([path, 403]);
    expect(text).not.toContain(SHARED);
  }
});

it('no name is given where a forged snapshot seems to show a deletion', async () => {
  const forger = new Forger(join(world.service.directory, 'target'));
  const forged = idIn(-3_600_000);
  const stored = await forger.putObject({ uid: SHARED, title: 'Shared 1', panels: [] });
  const entry = { org: 1, kind: 'dashboard' as const, uid: SHARED, title: 'Shared 1', folder: '' };
  const counts = { listed: 1, stored: 1, reused: 0, skipped: 0, failed: 0 };
  await forger.putManifest({ ...madeUp(forged, [{ ...entry, ...stored }]), kinds: { dashboard: counts } });
  world.service.service.freshness.snapshotsChanged();
  for (const to of [after, 'live']) {
    const { json } = await home.call('GET', `/diff?from=${forged}&to=${to}&kind=dashboard&change=removed`);
    expect(json.items).toMatchObject([{ uid: SHARED, change: 'removed' }]);
    expect(json.items[0]).not.toHaveProperty('updatedBy');
    const one = `from=${forged}&to=${to}&org=1&kind=dashboard&uid=${SHARED}`;
    const { json: diff } = await home.call('GET', `/diff/resource?${one}`);
    expect(diff.change).toBe('removed');
    expect(diff.to).not.toHaveProperty('updatedBy');
  }
});

it('the same holds when Grafana no longer knows it, and only a backup does', async () => {
  for (const org of [home.org, other.org]) {
    const dashboard = { uid: SHARED, title: `Shared ${org}`, panels: [] };
    await asAdmin('POST /api/dashboards/db', { dashboard }, org);
  }
  const kept = paths().filter((path) => !path.includes('live'));
  for (const path of kept) {
    expect([path, (await home.call('GET', path)).text]).toEqual([path, expect.stringContaining(EDITOR.login)]);
  }
  for (const path of [...kept, `/snapshots/${after}`, '/snapshots']) {
    const { text } = await other.call('GET', path);
    expect([path, text]).toEqual([path, expect.not.stringMatching(new RegExp(`${EDITOR.login}|Shared 1|deletions`))]);
  }
});

it('a forged snapshot names no one, even one that a key signed that is not trusted', async () => {
  const forger = new Forger(join(world.service.directory, 'target'));
  const forged = idIn(0);
  const deletions = [
    { org: 1, kind: 'dashboard' as const, uid: SHARED, updated: new Date().toISOString(), updatedBy: 'mallory' },
  ];
  await forger.putManifest({ ...madeUp(forged, []), deletions });
  const { id: repository } = JSON.parse((await forger.get('dashkeep.json')).toString()) as { id: string };
  const file = `snapshots/${forged}.json.gz`;
  const sha256 = sha256Of(await forger.get(file));
  await forger.put(`signatures/${file}.sig`, signStatement({ repository, file, sha256 }, SigningKey.make()));
  world.service.service.freshness.snapshotsChanged();
  for (const path of [...paths(), `/search?q=${SHARED}&deleted=true`]) {
    expect([path, (await home.call('GET', path)).text]).toEqual([path, expect.not.stringContaining('mallory')]);
  }
});
