import { join } from 'node:path';
import { expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * A person reviewed a saved plan and its one security change. Before it is applied, that change is made by someone
 * else, and a folder that was missing is there again, closed, with something in it that is not for everyone.
 */

labHooks();

const grant = (folder: string, ...given: [role: string, permission: string][]) =>
  currentLab().api(`POST /api/access-control/folders/${folder}`, {
    permissions: given.map(([builtInRole, permission]) => ({ builtInRole, permission })),
  });

it('a saved plan that opens something else than was reviewed is stale', async () => {
  const { api, dashkeep, grafana } = currentLab();
  const directory = await temporaryDirectory();
  try {
    await api('POST /api/admin/users', { login: 'vera', email: 'vera@example.org', name: 'V', password: 'secret' });
    for (const uid of ['team', 'room']) {
      await api('POST /api/folders', { uid, title: uid });
      await grant(uid, ['Editor', '']);
    }
    expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
    await grant('team', ['Viewer', '']);
    await api('DELETE /api/folders/room');
    const plan = join(directory.path, 'plan.json');
    const { json } = await dashkeep(['restore', 'latest', '--overwrite', '--save-plan', plan]);
    expect(json.confirm).toBe('1 security change');

    await grant('team', ['Viewer', 'View']);
    await api('POST /api/folders', { uid: 'room', title: 'room' });
    await grant('room', ['Editor', ''], ['Viewer', '']);
    const dashboard = { uid: 'salaries', title: 'Salaries', schemaVersion: 39, panels: [] };
    await api('POST /api/dashboards/db', { dashboard, folderUid: 'room' });
    const seen = async (): Promise<number> =>
      (await call(grafana, 'vera:secret', 'GET /api/dashboards/uid/salaries')).status;
    expect(await seen()).toBe(403);
    const ended = await dashkeep(['restore', '--plan', plan, '--apply', '--confirm', '1 security change']).catch(
      (error: unknown) => error,
    );
    expect({ seen: await seen(), code: (ended as { code?: string }).code }).toEqual({
      seen: 403,
      code: 'DK_PLAN_STALE',
    });
  } finally {
    await directory.remove();
  }
});

it('a saved plan is stale if a folder was created meanwhile and its permissions are another account’s by now', async () => {
  const { api, dashkeep, grafana } = currentLab();
  const directory = await temporaryDirectory();
  try {
    const ids: Record<string, unknown> = {};
    for (const login of ['bob', 'mallory']) {
      const email = `${login}@example.org`;
      ids[login] = (await api('POST /api/admin/users', { login, email, name: login, password: 'secret' }))['id'];
    }
    const own = { userId: ids['bob'], permission: 'Edit' };
    for (const uid of ['team', 'room', 'closed']) {
      await api('POST /api/folders', { uid, title: uid });
    }
    const closed = [{ builtInRole: 'Viewer', permission: '' }, { builtInRole: 'Editor', permission: '' }, own];
    await api('POST /api/access-control/folders/closed', { permissions: closed });
    expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
    await grant('team', ['Viewer', '']);
    await grant('room', ['Viewer', '']);
    await api('DELETE /api/folders/closed');
    const plan = join(directory.path, 'plan.json');
    const { json } = await dashkeep(['restore', 'latest', '--overwrite', '--save-plan', plan]);
    expect(json.confirm).toBe('2 security changes');

    await grant('team', ['Viewer', 'View']);
    await grant('room', ['Viewer', 'View']);
    await api(`DELETE /api/admin/users/${String(ids['bob'])}`);
    // As mallory can with PUT /api/user, and as an Editor.
    await api(`PUT /api/users/${String(ids['mallory'])}`, { login: 'bob', email: 'mallory@example.org', name: 'm' });
    grafana.advance(60_000);
    await api('POST /api/folders', { uid: 'closed', title: 'closed' });
    const ended = await dashkeep(['restore', '--plan', plan, '--apply', '--confirm', '2 security changes']).catch(
      (error: unknown) => error,
    );
    const { status } = await call(grafana, 'bob:secret', 'PUT /api/folders/closed', { title: 'Mine', overwrite: true });
    expect({ status, code: (ended as { code?: string }).code }).toEqual({ status: 403, code: 'DK_PLAN_STALE' });
  } finally {
    await directory.remove();
  }
});
