import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { newestOf } from '../support/grafana/profiles/tried.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/** An Editor wants to read a copy that is for admins only: of a dashboard that was in a restricted folder. */
let grafana: Simulator;
let service: TestService;
let team: number;

const EVE = 'eve:secret';
const as = (who: string, route: string, body?: unknown) => call(grafana, who, route, body);
const admin = (route: string, body?: unknown) => as('admin:admin', route, body);

async function start(profile: '11.6' | '12.4'): Promise<void> {
  grafana = await startGrafana({ profile });
  await admin('POST /api/admin/users', { login: 'eve', email: 'eve@example.org', name: 'Eve', password: 'secret' });
  const { id } = (await admin('GET /api/users/lookup?loginOrEmail=eve')).body;
  await admin(`PATCH /api/org/users/${id}`, { role: 'Editor' });
  const { teamId } = (await admin('POST /api/teams', { name: 'Hers' })).body;
  await admin(`POST /api/teams/${teamId}/members`, { userId: id });
  team = Number(teamId);
  await admin('POST /api/folders', { uid: 'salaries', title: 'Salaries' });
  await admin('POST /api/folders/salaries/permissions', { items: [] });
  const dashboard = { uid: 'board', title: 'Salaries', panels: [] };
  await admin('POST /api/dashboards/db', { dashboard, folderUid: 'salaries' });
  service = await startService({ grafanaUrl: grafana.url });
  const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
  await service.ended(run.id);
}

afterEach(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

const open = () => service.call('POST', '/previews', { snapshot: 'latest', uid: 'board' });

/** The folder that the service created, as Grafana has it. */
const ours = () =>
  [...grafana.state.org(1).folders.values()].find(({ uid }) => /^dashkeep-preview-[0-9a-f]+$/.test(uid));

const TRAP = { uid: 'dashkeep-previews', title: 'Dashkeep previews', parentUid: 'hers' };

/** Everything that Eve may ask for. */
async function seenByEve(uid: string): Promise<unknown[]> {
  const apis = '/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards';
  const folder = ours()?.uid ?? '';
  const answers = await Promise.all([
    as(EVE, `GET /api/dashboards/uid/${uid}`),
    as(EVE, `GET /api/folders/${folder}`),
    as(EVE, `GET /api/access-control/folders/${folder}`),
    as(EVE, `GET ${apis}/${uid}`),
    as(EVE, `GET /apis/folder.grafana.app/v1beta1/namespaces/default/folders/${folder}`),
  ]);
  const found = (await as(EVE, 'GET /api/search?type=dash-db')).body as { uid: string }[];
  return [...answers.map(({ status }) => status).filter((status) => status < 400), ...found];
}

/** Refused, with nothing left of it. */
async function expectRefused(named: string): Promise<void> {
  const { status, json } = await open();
  expect([status, json.error.code, json.error.message]).toEqual([
    502,
    'DK_GRAFANA_REFUSED',
    expect.stringContaining(named),
  ]);
  grafana.setFaults();
  const { folders, dashboards } = grafana.state.org(1);
  expect([...folders.keys(), ...dashboards.keys()].sort()).toEqual(['board', 'hers', 'salaries']);
}

const creates = /^(POST \/api\/folders|PUT \/apis\/folder\S+\/folders\/\S+)$/;
/** From then on it is at the root. */
const placed = /^(POST \/api\/folders\/\S+\/move|PUT \/apis\/folder\S+\/folders\/\S+)$/;
const clears = /^POST \/api\/access-control\/folders\/\S+$/;
const after = (match: RegExp, run: () => void) => grafana.setFaults({ match, action: { kind: 'after', run } });
const permit = () => ours()?.acl.push({ id: 4711, teamId: team, permission: 1 });

describe.each(newestOf('11.6', '12.4'))('on Grafana %s', (profile) => {
  beforeEach(async () => {
    await start(profile);
    expect((await as(EVE, 'POST /api/folders', { uid: 'hers', title: 'Hers' })).status).toBe(200);
  });

  it('a folder with the name of ours, inside one that an Editor administers, gets no copy', async () => {
    expect((await as(EVE, 'POST /api/folders', TRAP)).status).toBe(200);
    const { status, json: preview } = await open();
    expect(status).toBe(201);
    expect((await admin(`GET /api/dashboards/uid/${preview.uid}`)).status).toBe(200);
    expect(await seenByEve(preview.uid)).toEqual([]);
  });

  it('permissions that come between creating and closing are taken away', async () => {
    after(creates, permit);
    const { status, json: preview } = await open();
    expect(status).toBe(201);
    expect(ours()?.acl).toEqual([]);
    expect(await seenByEve(preview.uid)).toEqual([]);
  });

  it('permissions that come again keep the copy from being made', async () => {
    grafana.setFaults(
      { match: creates, action: { kind: 'after', run: permit } },
      { match: clears, action: { kind: 'after', run: permit } },
    );
    grafana.clearRequests();
    await expectRefused('Hers');
    expect(grafana.requests.some(({ path }) => path.includes('/api/dashboards/db'))).toBe(false);
  });

  it('a folder that was moved keeps the copy from being made', async () => {
    after(placed, () => Object.assign(ours() ?? {}, { parentUid: 'hers' }));
    const { status, json } = await open();
    expect([status, json.error.code]).toEqual([502, 'DK_GRAFANA_ANSWER']);
    expect(grafana.state.org(1).dashboards.size).toBe(1);
  });

  it('a folder that is moved before the copy is in it takes the copy with it', async () => {
    after(/dashboards\/db$|\/dashboards$/, () => Object.assign(ours() ?? {}, { parentUid: 'hers' }));
    await expectRefused('eve');
  });
});

it.each(newestOf('11.6', '12.4'))(
  'on Grafana %s no one is ever given the folder: Grafana remembers it',
  async (profile) => {
    await start(profile);
    const given = new Set<string>();
    const look = () => ours()?.acl.forEach(({ role, teamId, userId }) => given.add(`${role} ${teamId} ${userId}`));
    after(/./, look);
    expect((await open()).status).toBe(201);
    expect(given).toEqual(new Set());
    expect(grafana.state.org(1).folders.size).toBe(2);
  },
);
