import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/*
 * A server admin sends everything to production. An Admin of the home organization, who is no server admin, undoes that
 * over the API, with the password of the connection: to enter organizations there, and to change its users.
 */
let stage: Simulator;
let production: Simulator;
let service: TestService;
let cli: (...args: string[]) => Promise<Ended>;

const api = (grafana: Simulator, route: string, body?: unknown, org = 1) =>
  call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });

beforeAll(async () => {
  stage = await startGrafana({ profile: '12.4' });
  production = await startGrafana({ profile: '12.4' });
  const connection = {
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_ADMIN_USER: 'admin',
    DASHKEEP_CONNECTION_PRODUCTION_ADMIN_PASSWORD: 'admin',
  };
  service = await startService({ grafanaUrl: stage.url, environment: connection });
  const { directory } = service;
  const admin = { GRAFANA_URL: stage.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
  const where = { DASHKEEP_TARGET: `file://${directory}/target`, DASHKEEP_STATE_DIR: join(directory, 'state') };
  cli = (...args) => runCli([...args, '--json'], { ...admin, ...where, ...connection });
});
afterAll(async () => {
  await service?.stop();
  await Promise.all([stage?.close(), production?.close()]);
  await removeDirectory(service.directory);
});

it.each([
  ['of which it is an Admin', true],
  ['of which it is no member', false],
])('an undo over the API changes nothing of the whole server, with an organization %s', async (_, isMember) => {
  const made = isMember ? 'Second' : 'Third';
  const { orgId } = (await api(stage, 'POST /api/orgs', { name: made })).body as { orgId: number };
  await api(stage, 'POST /api/folders', { uid: `home-${made}`, title: made });
  await api(stage, 'POST /api/folders', { uid: 'second', title: made }, orgId);
  const ann = { login: `ann-${made}`, password: 'only-for-tests-1' };
  await api(stage, 'POST /api/admin/users', { ...ann, email: `${made}@example.org` });
  await api(production, 'POST /api/admin/users', { ...ann, email: `${made}@example.com` });
  await cli('backup', '--orgs', 'all');
  const migrate = ['migrate', '--from', 'latest', '--to', 'production', '--everything', '--overwrite'];
  const { json: planned } = await cli(...migrate);
  const { json } = await cli(...migrate, '--apply', '--confirm', String(planned.confirm));
  const { members } = [...production.state.orgs.values()].find(({ name }) => name === made)!;
  if (!isMember) {
    members.delete(1);
  }
  const people = (): unknown => structuredClone({ users: [...production.state.users.values()], members });
  const before = people();
  production.clearRequests();

  const undo = await service.call('POST', `/runs/${String(json.run)}/undo`);
  if (undo.status < 300) {
    const { id, confirm } = undo.json;
    const { items } = (await service.call('GET', `/restores/${id}/items?limit=500`)).json;
    expect((items as { kind: string }[]).filter(({ kind }) => kind === 'user' || kind === 'org')).toEqual([]);
    const applied = await service.call('POST', `/restores/${id}/apply`, { confirm });
    await service.ended(applied.json.id);
  }
  expect(undo.status < 300).toBe(isMember);
  expect(production.writes().filter(({ path }) => /^\/api\/(orgs|users|admin)/.test(path))).toEqual([]);
  expect(people()).toEqual(before);
});
