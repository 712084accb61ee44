import { expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * A backup may take permissions over from the one before. A folder was closed, and something put into it that is not
 * for everyone, before the next backup; then it was deleted. It comes back with what was permitted before.
 */

labHooks();

const CLOSED = { permissions: ['Viewer', 'Editor'].map((builtInRole) => ({ builtInRole, permission: '' })) };

/** What is put there, how people see it, and what is deleted together with it. */
const secrets: [what: string, put: () => Promise<unknown>, path: string][] = [
  ['a dashboard', () => put('room'), '/api/dashboards/uid/salaries'],
  ['a dashboard in a folder below', () => put('corner'), '/api/dashboards/uid/salaries'],
  ['an annotation', () => note(), '/api/annotations?dashboardUID=board'],
];

function put(folderUid: string): Promise<unknown> {
  const dashboard = { uid: 'salaries', title: 'salaries', schemaVersion: 39, panels: [] };
  return currentLab().api('POST /api/dashboards/db', { dashboard, folderUid });
}

function note(): Promise<unknown> {
  const annotation = { dashboardUID: 'board', time: Date.now() - 60_000, text: 'salaries', tags: [] };
  return currentLab().api('POST /api/annotations', annotation);
}

it.each(secrets)('%s that was put into a folder after it was closed is shown to no one else', async (_, add, path) => {
  const { api, dashkeep, grafana } = currentLab();
  await api('POST /api/admin/users', { login: 'vera', email: 'vera@example.org', name: 'Vera', password: 'secret' });
  await api('POST /api/folders', { uid: 'room', title: 'room' });
  await api('POST /api/folders', { uid: 'corner', title: 'corner', parentUid: 'room' });
  const dashboard = { uid: 'board', title: 'board', schemaVersion: 39, panels: [] };
  await api('POST /api/dashboards/db', { dashboard, folderUid: 'room' });
  expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
  await api('POST /api/access-control/folders/room', CLOSED);
  await add();
  const isSeen = async (): Promise<boolean> =>
    (await call(grafana, 'vera:secret', `GET ${path}`)).text.includes('salaries');
  expect(await isSeen()).toBe(false);
  expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
  await api('DELETE /api/folders/room');
  expect((await dashkeep(['restore', 'latest', '--apply'])).exit).toBe(0);
  expect((await call(grafana, 'admin:admin', `GET ${path}`)).text).toContain('salaries');
  expect(await isSeen()).toBe(false);
});
