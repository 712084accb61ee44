import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { idIn } from '../support/repository/forger.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService } from '../support/service.ts';
import type { Person, ProxyResponse } from './support/grafana.ts';
import { twoOrgs, type Side, type TwoOrgs } from './support/two-orgs.ts';

/** Two organizations of one Grafana, and production, to which the deployment lets the home organization send. */
let world: TwoOrgs;
let home: Side;
let other: Side;
let production: Simulator;
let secret: string;
let snapshot: string;
/** Members of the home organization. */
let members: Person[];

beforeAll(async () => {
  production = await startGrafana({ profile: '12.4' });
  secret = production.token({ role: 'Admin' });
  world = await twoOrgs({
    environment: {
      DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
      DASHKEEP_CONNECTION_PRODUCTION_TOKEN: secret,
    },
  });
  ({ home, other } = world);
  snapshot = await world.backup();
  members = await Promise.all(['Editor', 'Viewer'].map((role) => addMember(role)));
});
afterAll(async () => {
  await world?.close();
  await production?.close();
});

async function addMember(role: string): Promise<Person> {
  const person = await world.grafana.addAdmin(1, role.toLowerCase());
  const { id } = await world.grafana.admin.get<{ id: number }>(`/api/users/lookup?loginOrEmail=${person.login}`);
  await world.grafana.admin.send('PATCH', `/api/orgs/1/users/${id}`, { role });
  return person;
}

async function held(): Promise<string> {
  const answer = await call(production, 'admin:admin', 'GET /api/search?limit=1000');
  const { body } = await call(production, 'admin:admin', 'GET /api/datasources');
  return answer.text + JSON.stringify(body);
}

const everything = { type: 'everything' };
const to = (connection: string, more: object = {}): object => ({ options: { to: { connection, ...more } } });
const plan = (side: Side, id = snapshot): Promise<ProxyResponse> =>
  side.call('POST', '/restores', { snapshot: id, selection: everything, ...to('production') });

it('shows the home organization names and addresses, and never a secret', async () => {
  const answer = await home.call('GET', '/connections');
  expect(answer.json).toEqual({ connections: [{ name: 'production', url: production.url }] });
  const planned = await plan(home);
  const texts = [answer, planned, await home.call('GET', '/settings'), await home.call('GET', '/recovery-kit')];
  expect(texts.map(({ text }) => text.includes(secret))).toEqual([false, false, false, false]);
  expect(world.service.lines.join('\n')).not.toContain(secret);
});

it("lets no other organization's Admin list, plan, see, apply or undo", async () => {
  expect((await other.call('GET', '/connections')).json).toEqual({ connections: [] });
  const refused = await plan(other);
  expect([refused.status, refused.json.error.code]).toEqual([404, 'DK_NOT_FOUND']);
  // In the same words as a connection that does not exist.
  const unknown = await other.call('POST', '/restores', { snapshot, selection: everything, ...to('elsewhere') });
  expect(unknown.text.replaceAll('elsewhere', 'production')).toBe(refused.text);
  const later = { snapshot, selection: everything, ...to('production') };
  expect((await other.call('POST', '/restores?wait=false', later)).status).toBe(404);

  const { id, confirm } = (await plan(home)).json as { id: string; confirm?: string };
  const changes = `GET /restores/${id}/changes?kind=dashboard&uid=${home.planted.dashboard}`;
  const paths = [`GET /restores/${id}`, `GET /restores/${id}/items`, changes, `POST /restores/${id}/apply`];
  const begun = await home.call('POST', `/restores/${id}/apply`, { confirm });
  const run = String(begun.json.id);
  await world.ended(home, run);
  for (const named of [...paths, `GET /runs/${run}`, `POST /runs/${run}/undo`]) {
    const [method = '', path = ''] = named.split(' ');
    expect([named, (await other.call(method, path, method === 'POST' ? {} : undefined)).status]).toEqual([named, 404]);
  }
  expect((await other.call('GET', '/runs')).text).not.toContain('production');
  expect((await other.call('GET', '/status')).text).not.toContain('production');
});

it('sends nothing of another organization', async () => {
  const text = await held();
  expect(text).toContain(home.mark);
  expect(text).not.toContain(other.mark);
});

it('lets no Editor and no Viewer of the home organization list, plan or apply', async () => {
  for (const person of members) {
    for (const [method, path, body] of [
      ['GET', '/connections', undefined],
      ['POST', '/restores', { snapshot, selection: everything, ...to('production') }],
    ] as const) {
      const answer = await world.grafana.viaProxy(person, 1, method, path, { body });
      expect([person.login, path, answer.status]).toEqual([person.login, path, 403]);
    }
  }
});

it("lets no one else read, save or delete mappings, and no mapping reach another organization's resources", async () => {
  const path = '/mappings/to-production';
  const text = `folder: { ${home.planted.folder}: x }`;
  expect((await home.call('PUT', path, { text })).status).toBe(200);
  for (const [method, at, body] of [
    ['GET', '/mappings', undefined],
    ['PUT', path, { text: 'team: { a: b }' }],
    ['DELETE', path, undefined],
  ] as const) {
    const answer = await other.call(method, at, body);
    expect([at, answer.status, answer.json.error.code]).toEqual([at, 403, 'DK_HOME_ORGANIZATION']);
    for (const person of members) {
      expect((await world.grafana.viaProxy(person, 1, method, at, { body })).status).toBe(403);
    }
  }
  expect((await home.call('GET', '/mappings')).json.mappings).toHaveLength(1);
  const replace = { folder: { [other.planted.folder]: 'x' }, user: { [other.mark]: 'admin' } };
  const planned = await home.call('POST', '/restores', {
    ...{ snapshot, selection: everything, options: { dataSources: {}, to: { connection: 'production', replace } } },
  });
  expect(planned.status, planned.text).toBe(201);
  const items = await home.call('GET', `/restores/${planned.json.id}/items?limit=500`);
  expect(items.text).not.toContain(other.planted.dashboard);
  expect((await home.call('DELETE', path)).json).toEqual({ mappings: [] });
});

it('survives mapping files that are bombs, huge or full of odd names', async () => {
  const levels = ['a: &a [x,x,x,x,x,x,x,x,x]'];
  for (const [at, name] of [...'bcdefghi'].entries()) {
    const before = 'abcdefghi'[at];
    levels.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`);
  }
  for (const text of [levels.join('\n'), '['.repeat(30_000), 'x'.repeat(40_000), '__proto__: { a: b }']) {
    expect((await home.call('PUT', '/mappings/one', { text })).status).toBe(400);
  }
  const odd = await home.call('PUT', '/mappings/constructor', {
    text: 'team: { __proto__: x, constructor: y, toString: z }',
  });
  expect(odd.json.mappings).toEqual([{ name: 'constructor', mapping: { team: { constructor: 'y', toString: 'z' } } }]);
  expect((await home.call('PUT', '/mappings/__proto__', { text: 'team: { a: b }' })).status).toBe(400);

  const large = (name: string): Promise<ProxyResponse> =>
    home.call('PUT', `/mappings/${name}`, { text: `team: { a: ${'x'.repeat(500)}, ${many} }` });
  const many = Array.from({ length: 60 }, (_, at) => `t${at}: ${'y'.repeat(500)}`).join(', ');
  const statuses = [];
  for (let at = 0; at < 5; at++) {
    statuses.push((await large(`m${at}`)).status);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 400]);
  expect((await home.call('DELETE', '/mappings/m0')).status).toBe(200);
  expect((await large('m4')).status).toBe(200);
});

it('lets no page choose an address', async () => {
  for (const options of [
    { to: { connection: 'production', url: 'http://127.0.0.1:1' } },
    { to: { connection: 'http://127.0.0.1:1' } },
    { to: { connection: '../production' } },
    { to: { url: 'http://127.0.0.1:1', token: 'x' } },
    { to: { connection: 'constructor' } },
  ]) {
    const answer = await home.call('POST', '/restores', { snapshot, selection: everything, options });
    expect(answer.status, JSON.stringify(options)).toBeOneOf([400, 404]);
  }
  const settings = (await home.call('GET', '/settings')).json as { revision: string };
  const values = { connections: { evil: { url: 'http://127.0.0.1:1', token: 'x' } } };
  await home.call('PUT', '/settings', { revision: settings.revision, values });
  expect((await home.call('GET', '/settings')).text).not.toContain('evil');
  expect((await home.call('GET', '/connections')).json.connections).toHaveLength(1);
});

it('sends nothing from an untrusted snapshot', async () => {
  const before = await held();
  const unsigned = await world.backup();
  await rm(join(world.service.directory, `target/signatures/snapshots/${unsigned}.json.gz.sig`));
  const answer = await plan(home, unsigned);
  expect([answer.status, answer.json.error.code]).toEqual([409, 'DK_SNAPSHOT_FOREIGN']);
  expect(await held()).toBe(before);
});

it('offers no undo of a run that only the bucket records', async () => {
  const [id, now] = [idIn(1000), new Date().toISOString()];
  const touched = [{ org: 1, kind: 'dashboard', uid: home.planted.dashboard, did: 'created', mark: 'x' }];
  const record = {
    ...{ id, kind: 'restore', status: 'complete', trigger: 'manual', org: 1, started: now, finished: now },
    ...{ counts: {}, errors: [], connection: 'production', snapshot, touched },
  };
  for (const folder of ['target/runs', 'target/connections/production/runs']) {
    await mkdir(join(world.service.directory, folder), { recursive: true });
    await writeFile(join(world.service.directory, folder, `${id}.json`), JSON.stringify(record));
  }
  const answer = await home.call('POST', `/runs/${id}/undo`, {});
  expect(answer.json.error.code).toBe('DK_RUN_UNTRUSTED');
});

it('stores no safety snapshot of production at a target that a page set', async () => {
  const stage = await startGrafana({ profile: '12.4' });
  const { path, remove } = await temporaryDirectory();
  const service = await startService({
    grafanaUrl: stage.url,
    environment: {
      DASHKEEP_TARGET: undefined,
      DASHKEEP_FILE_ROOTS: path,
      DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
      DASHKEEP_CONNECTION_PRODUCTION_TOKEN: secret,
    },
  });
  try {
    const { json } = await service.call('GET', '/settings');
    const values = { target: { ...json.values.target, url: `file://${path}/own` } };
    const saved = await service.call('PUT', '/settings', { revision: json.revision, values });
    expect(saved.status, saved.text).toBe(200);
    const begun = await service.call('POST', '/runs', { kind: 'backup' });
    await service.ended(String(begun.json.id));
    const body = { snapshot: 'latest', selection: everything, ...to('production') };
    const answer = await service.call('POST', '/restores', body);
    const refused = { code: 'DK_SETTINGS', why: { code: 'connections-need-target' } };
    expect(answer.json.error).toMatchObject(refused);
    // The page that sends says so before anything is chosen.
    expect((await service.call('GET', '/connections')).json.error).toMatchObject(refused);
  } finally {
    await service.stop();
    await stage.close();
    await removeDirectory(service.directory);
    await remove();
  }
});
