import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

/*
 * Two Grafanas count up the same IDs, and a mapping puts a team of the other Grafana in the place of one of the
 * snapshot: either may have other members.
 */

let stage: Simulator;
let production: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

// Tests look into answers freely.
// oxlint-disable-next-line typescript/no-explicit-any
async function api(grafana: Simulator, route: string, body?: unknown): Promise<any> {
  const answer = await call(grafana, 'admin:admin', route, body);
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

async function addTeam(grafana: Simulator, name: string, login: string): Promise<number> {
  const account = { login, email: `${login}@example.org`, name: login, password: 'secret' };
  const { id } = await api(grafana, 'POST /api/admin/users', account);
  const { teamId } = await api(grafana, 'POST /api/teams', { name });
  await api(grafana, `POST /api/teams/${teamId}/members`, { userId: id });
  return Number(teamId);
}

const migrate = (...args: string[]): Promise<Ended> =>
  runCli(['migrate', '--to', 'production', '--from', 'live', '--folder', 'closed', ...args, '--json'], environment);

beforeEach(async () => {
  stage = await startGrafana({ profile: '12.4' });
  production = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  environment = {
    GRAFANA_URL: stage.url,
    GRAFANA_API_TOKEN: stage.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
  };
  const teamId = await addTeam(stage, 'board', 'eva');
  await api(stage, 'POST /api/folders', { uid: 'closed', title: 'Closed' });
  await api(stage, 'POST /api/access-control/folders/closed', {
    permissions: [
      ...['Viewer', 'Editor'].map((builtInRole) => ({ builtInRole, permission: '' })),
      { teamId, permission: 'View' },
    ],
  });
  await api(stage, 'POST /api/dashboards/db', {
    dashboard: { uid: 'salaries', title: 'Salaries', schemaVersion: 39, panels: [] },
    folderUid: 'closed',
  });
});
afterEach(async () => {
  await Promise.all([stage.close(), production.close()]);
  await directory.remove();
});

const seenBy = async (login: string): Promise<number> =>
  (await call(production, `${login}:secret`, 'GET /api/dashboards/uid/salaries')).status;

/** What the plan says of the folder's permissions. */
const saidOf = ({ json }: Ended): unknown =>
  (json.plan as { kind: string; security: unknown }[]).find(({ kind }) => kind === 'folder-permissions')?.security;

const mapping = async (): Promise<string[]> => {
  const file = `${directory.path}/mapping.yaml`;
  await writeFile(file, 'team: { board: directors }\n');
  return ['--mapping', file];
};

it('gives a mapped team what the team of the snapshot had, and lists who was not in that, before a confirmation', async () => {
  await addTeam(production, 'directors', 'mallory');
  await addTeam(production, 'board', 'carl');
  const asked = await mapping();

  const plan = await migrate(...asked);

  expect(saidOf(plan)).toMatchObject([
    { code: 'team-replaced', params: { name: 'directors', after: 'View', members: 'mallory' } },
  ]);
  await expect(migrate(...asked, '--apply')).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
  expect((await migrate(...asked, '--apply', '--confirm', plan.json.confirm as string)).exit).toBe(0);
  expect([await seenBy('mallory'), await seenBy('carl')]).toEqual([200, 403]);
  expect(saidOf(await migrate(...asked))).toEqual([]);
});

it('does not take a team of the other Grafana for that of the snapshot by its name and IDs', async () => {
  await addTeam(production, 'board', 'mallory');
  const [there, here] = [production, stage].map((one) => [...one.state.org(1).teams.values()][0]);
  Object.assign(there!, { uid: here!.uid });
  expect(there).toMatchObject({ id: here!.id, uid: here!.uid });

  const plan = await migrate();

  expect(saidOf(plan)).toMatchObject([
    { code: 'team-replaced', params: { name: 'board', after: 'View', members: 'mallory' } },
  ]);
  await expect(migrate('--apply')).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
  expect([403, 404]).toContain(await seenBy('mallory'));
});

it('asks for nothing where the team has the same members', async () => {
  await addTeam(production, 'directors', 'eva');

  const plan = await migrate(...(await mapping()));

  expect(plan.json.confirm).toBeUndefined();
});
