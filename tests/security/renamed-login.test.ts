import { describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * Permissions name people by their logins. Where an account was deleted, anyone may give their own its login
 * (`PUT /api/user`): what comes back with that login's permissions is then theirs.
 */

interface Item {
  kind: string;
  security: { code: string }[];
}

labHooks();

describe('a login that a colleague who left had', () => {
  it.each(['folder', 'dashboard'])('gets no %s that comes back without a typed confirmation', async (what) => {
    const { api, dashkeep, grafana } = currentLab();
    const ids: Record<string, unknown> = {};
    for (const login of ['bob', 'mallory']) {
      ids[login] = (
        await api('POST /api/admin/users', { login, email: `${login}@example.org`, name: login, password: 'secret' })
      )['id'];
    }
    await api('POST /api/folders', { uid: 'closed', title: 'closed' });
    const close = ['Viewer', 'Editor'].map((builtInRole) => ({ builtInRole, permission: '' }));
    const give = { userId: ids['bob'], permission: 'Edit' };
    await api('POST /api/access-control/folders/closed', {
      permissions: what === 'folder' ? [...close, give] : close,
    });
    await api('POST /api/dashboards/db', {
      dashboard: { uid: 'salaries', title: 'salaries', schemaVersion: 39, panels: [] },
      folderUid: 'closed',
    });
    if (what === 'dashboard') {
      await api('POST /api/access-control/dashboards/salaries', { permissions: [give] });
    }
    expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
    await api(`DELETE /api/admin/users/${String(ids['bob'])}`);
    // As mallory can with PUT /api/user.
    const renamed = { login: 'bob', email: 'mallory@example.org', name: 'mallory' };
    await api(`PUT /api/users/${String(ids['mallory'])}`, renamed);
    await api(what === 'folder' ? 'DELETE /api/folders/closed' : 'DELETE /api/dashboards/uid/salaries');

    const { json } = await dashkeep(['restore', 'latest']);
    const ended = await dashkeep(['restore', 'latest', '--apply']).catch((error: unknown) => error);
    const { status } = await call(grafana, 'bob:secret', 'GET /api/dashboards/uid/salaries');
    expect({
      status,
      asked: (ended as { code?: string }).code,
      said: (json.plan as Item[]).flatMap(({ security }) => security).length > 0,
    }).toEqual({ status: 404, asked: 'DK_CONFIRMATION', said: true });
  });
});
