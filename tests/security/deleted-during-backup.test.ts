import { expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * What is deleted during a backup, before its permissions are read, keeps those of the backup before. Something was
 * closed, and given what is not for everyone; a person deletes it at the right moment, and waits until it is restored.
 */

labHooks();

const CLOSED = { permissions: ['Viewer', 'Editor'].map((builtInRole) => ({ builtInRole, permission: '' })) };
const BOARD = { uid: 'board', title: 'board', schemaVersion: 39, panels: [] };

/** What is closed, and how that which is not for everyone gets there. */
const places: [what: string, place: string, put: () => Promise<unknown>][] = [
  ['a dashboard that has a new text', 'dashboards/board', () => save({ ...BOARD, title: 'salaries' })],
  ['a dashboard that has a new annotation', 'dashboards/board', () => note()],
  ['a folder with a new text in it', 'folders/room', () => save({ ...BOARD, title: 'salaries' })],
];

function save(dashboard: typeof BOARD): Promise<unknown> {
  return currentLab().api('POST /api/dashboards/db', { dashboard, folderUid: 'room', overwrite: true });
}

function note(): Promise<unknown> {
  const annotation = { dashboardUID: 'board', time: Date.now() - 60_000, text: 'salaries', tags: [] };
  return currentLab().api('POST /api/annotations', annotation);
}

it.each(places)('%s is shown to no one else after it was deleted during a backup', async (_, place, add) => {
  const { api, dashkeep, grafana } = currentLab();
  await api('POST /api/admin/users', { login: 'vera', email: 'vera@example.org', name: 'Vera', password: 'secret' });
  await api('POST /api/folders', { uid: 'room', title: 'room' });
  await save(BOARD);
  await api('POST /api/access-control/dashboards/board/builtInRoles/Viewer', { permission: 'View' });
  expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
  await api('POST /api/access-control/folders/room', CLOSED);
  await api('POST /api/access-control/dashboards/board', CLOSED);
  await add();
  const isSeen = async (): Promise<boolean> => {
    const paths = ['/api/dashboards/uid/board', '/api/annotations?dashboardUID=board'];
    const answers = await Promise.all(paths.map((path) => call(grafana, 'vera:secret', `GET ${path}`)));
    return answers.some(({ text }) => text.includes('salaries'));
  };
  expect(await isSeen()).toBe(false);
  const remove = place.startsWith('folders') ? 'DELETE /api/folders/room' : 'DELETE /api/dashboards/uid/board';
  grafana.setFaults({
    match: `GET /api/access-control/${place}`,
    times: 1,
    action: { kind: 'before', run: () => api(remove) },
  });
  expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
  grafana.setFaults();

  // What was in it is blocked.
  expect([0, 3]).toContain((await dashkeep(['restore', 'latest', '--apply'])).exit);
  expect(await isSeen()).toBe(false);
});
