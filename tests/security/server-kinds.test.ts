import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVER_KINDS } from '../../pkg/contract/kinds.ts';
import { KINDS } from '../../pkg/grafana/kinds/registry.ts';
import { buildProgram } from '../../pkg/cli/main.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { realClock, realRandomness } from '../support/ports.ts';
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
  world.service.service.changed();
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
    const { items } = (await home.call('GET', `/restores/${plan.json.id}/items?limit=500`)).json;
    const forged = items.find(({ uid }: { uid: string }) => uid === FORGED);
    expect(forged).toMatchObject({ kind: 'user', action: 'blocked' });
    expect(forged.reason).toContain('dashkeep restore');
    const applied = await home.call('POST', `/restores/${plan.json.id}/apply`, { confirm: plan.json.confirm });
    if (applied.status === 202) {
      await world.ended(home, applied.json.id);
    }
    const found = await world.grafana.admin.find(`/api/users/lookup?loginOrEmail=${FORGED}`);
    expect(found).toBeUndefined();
  });

  it('shows another organization neither users nor organizations', async () => {
    const { other } = world;
    const seen = await other.call('GET', `/snapshots/${snapshot}/resources?limit=500`);
    expect(seen.status).toBe(200);
    for (const name of [FORGED, 'Main Org.', '"user"']) {
      expect(seen.text).not.toContain(name);
    }
    const plan = await other.call('POST', '/restores', { snapshot, selection: { type: 'kinds', kinds: ['user'] } });
    const items = await other.call('GET', `/restores/${plan.json.id}/items`);
    expect(items.text).not.toContain(FORGED);
  });

  it('does nothing as the admin but making tokens, and looking which organizations need one', async () => {
    const { simulator } = world.grafana;
    if (simulator === undefined) {
      return;
    }
    simulator.clearRequests();
    const id = await world.backup();
    const plan = await world.home.call('POST', '/restores', { snapshot: id, selection: { type: 'everything' } });
    expect(plan.status).toBe(201);
    await world.home.call('GET', `/diff?from=${id}&to=live`);
    const asAdmin = simulator.requests
      .filter(({ login, path }) => login === 'admin' && path !== '/api/orgs')
      .map(({ method, path }) => `${method} ${path}`);
    expect(asAdmin).toEqual([]);
    const { kinds } = (await world.home.call('GET', `/snapshots/${id}`)).json;
    expect(kinds.user.reason).toContain('server admin');
  });
});
