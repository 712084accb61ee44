import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVER_KINDS } from '../../pkg/contract/kinds.ts';
import { KINDS } from '../../pkg/grafana/kinds/registry.ts';
import { buildProgram } from '../../pkg/cli/main.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { removeDirectory, startService } from '../support/service.ts';
import { twoOrgs, type TwoOrgs } from './support/two-orgs.ts';

let world: TwoOrgs;
let snapshot: string;
const FORGED = 'forged-admin';

beforeAll(async () => {
  world = await twoOrgs();
  const { admin } = world.grafana;
  // What a repository can be made to say: a user who is a server admin. The account itself is gone.
  const { id } = await admin.post<{ id: number }>('/api/admin/users', { login: FORGED, password: 'only-for-tests-1' });
  await admin.put(`/api/admin/users/${id}/permissions`, { isGrafanaAdmin: true });
  snapshot = await backupByCommandLine();
  await admin.delete(`/api/admin/users/${id}`);
});
afterAll(() => world?.close());

/** As a server admin, so that organizations and users are in the snapshot. */
async function backupByCommandLine(): Promise<string> {
  const { directory, service } = world.service;
  let printed = '';
  const stdout = { write: (text: string) => ((printed += text), true) } as unknown as NodeJS.WriteStream;
  const program = buildProgram(
    (action) =>
      async (...given) =>
        void (await action(
          {
            environment: {
              HOME: directory,
              GRAFANA_ADMIN_USER: world.grafana.user,
              GRAFANA_ADMIN_PASSWORD: world.grafana.password,
            },
            clock: realClock,
            randomness: realRandomness,
            log: silentLog,
            signal: new AbortController().signal,
            stdout,
            stderr: stdout,
          },
          ...given,
        )),
  );
  const target = service.settings.view().values.target.url;
  const where = ['--grafana-url', world.grafana.url, '--target', target, '--state-dir', `${directory}/state`];
  await program.parseAsync(['backup', '--json', '--orgs', 'all', ...where], { from: 'user' });
  world.service.service.freshness.snapshotsChanged();
  return (JSON.parse(printed) as { snapshot: string }).snapshot;
}

it('knows which kinds belong to the whole server', () => {
  const declared = KINDS.filter(({ declaration }) => declaration.scope === 'server').map(({ name }) => name);
  expect([...SERVER_KINDS].sort()).toEqual(declared.sort());
});

describe('the service, started with the credentials of a server admin', () => {
  it('restores no user, and nobody becomes a server admin', async () => {
    const { home } = world;
    const request = { snapshot, selection: { type: 'kinds', kinds: ['user', 'org'] }, options: { overwrite: true } };
    const plan = await home.call('POST', '/restores', request);
    expect(plan.status).toBe(201);
    expect((await home.call('GET', `/restores/${plan.json.id}/items?limit=500`)).json.items).toEqual([]);
    expect(plan.json.warnings).toEqual(
      expect.arrayContaining([expect.stringContaining(`dashkeep restore ${snapshot} --kinds org,user`)]),
    );
    const applied = await home.call('POST', `/restores/${plan.json.id}/apply`, { confirm: plan.json.confirm });
    if (applied.status === 202) {
      await world.ended(home, applied.json.id);
    }
    const found = await world.grafana.admin.find(`/api/users/lookup?loginOrEmail=${FORGED}`);
    expect(found).toBeUndefined();
  });

  it('shows no organization, not even the home one, what belongs to the whole server', async () => {
    for (const side of [world.home, world.other]) {
      const plan = await side.call('POST', '/restores', { snapshot, selection: { type: 'everything' } });
      const seen = [
        plan,
        await side.call('GET', `/snapshots/${snapshot}/resources?limit=500`),
        await side.call('GET', `/restores/${plan.json.id}/items?limit=500`),
        await side.call('GET', `/search?q=${FORGED}`),
        await side.call('GET', `/snapshots/${snapshot}/resources?kinds=user,org,sso-settings,server-settings`),
      ];
      for (const { text } of seen) {
        expect(text).not.toContain(FORGED);
        expect(text).not.toMatch(/"kind":"(user|org|sso-settings|server-settings)"/);
      }
      const versions = await side.call('GET', `/versions/1/user/${FORGED}`);
      expect(versions.status).toBe(404);
    }
    const { kinds } = (await world.home.call('GET', `/snapshots/${snapshot}`)).json;
    expect(kinds.user.stored).toBeGreaterThan(0);
    expect((await world.other.call('GET', `/snapshots/${snapshot}`)).json.kinds.user).toBeUndefined();
  });

  it('acts as the admin only to make tokens, and to read into a backup what belongs to the whole server', async () => {
    const { simulator } = world.grafana;
    if (simulator === undefined) {
      return;
    }
    const asAdmin = (): string[] =>
      simulator.requests
        .filter(({ login, path }) => login === 'admin' && path !== '/api/orgs')
        .map(({ method, path }) => `${method} ${path.replace(/\/\d+/, '/N').replace(/\/name\/.*/, '/name/…')}`);
    simulator.clearRequests();
    const id = await world.backup();
    expect([...new Set(asAdmin())].sort()).toEqual([
      'GET /api/admin/settings',
      'GET /api/orgs/N/users',
      'GET /api/orgs/name/…',
      'GET /api/user',
      'GET /api/users/N',
      'GET /api/users/N/orgs',
      'GET /api/users/lookup',
      'GET /api/users/search',
      'GET /api/v1/sso-settings',
    ]);
    simulator.clearRequests();
    const plan = await world.home.call('POST', '/restores', { snapshot: id, selection: { type: 'everything' } });
    expect(plan.status).toBe(201);
    await world.home.call('GET', `/diff?from=${id}&to=live`);
    expect(asAdmin()).toEqual([]);
  });
});

describe('a target that a page decides', () => {
  it.each([
    ['its address', { DASHKEEP_TARGET: undefined }, (directory: string) => ({ url: `file://${directory}/elsewhere` })],
    ['its endpoint', {}, () => ({ endpoint: 'http://127.0.0.1:9' })],
  ])('gets nothing that belongs to the whole server: %s', async (_what, environment, target) => {
    const directory = await mkdtemp(join(tmpdir(), 'dashkeep-chosen-'));
    const roots = { DASHKEEP_FILE_ROOTS: directory };
    const service = await startService({
      grafanaUrl: world.grafana.url,
      directory,
      environment: { ...roots, ...environment },
    });
    try {
      const { json } = await service.call('GET', '/settings');
      const values = { target: { ...json.values.target, ...target(directory) } };
      expect((await service.call('PUT', '/settings', { values })).status).toBe(200);
      const started = await service.call('POST', '/runs', { kind: 'backup' });
      const run = await service.ended(started.json.id);
      const { kinds } = (await service.call('GET', `/snapshots/${String(run['snapshot'])}`)).json;
      expect(kinds.user.reason).toContain('server admin');
    } finally {
      await service.stop();
      await removeDirectory(directory);
    }
  });
});
