import { describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * An annotation said something that was not for everyone. It was deleted, and its dashboard was opened to others after
 * that. A restore, even without --overwrite, writes it again: those others read it.
 */

labHooks();

async function seed(): Promise<void> {
  const { api, dashkeep } = currentLab();
  await api('POST /api/admin/users', { login: 'vera', email: 'vera@example.org', name: 'Vera', password: 'secret' });
  await api('POST /api/folders', { uid: 'closed', title: 'closed' });
  await api('POST /api/access-control/folders/closed', {
    permissions: ['Viewer', 'Editor'].map((builtInRole) => ({ builtInRole, permission: '' })),
  });
  await api('POST /api/dashboards/db', {
    dashboard: { uid: 'board', title: 'board', schemaVersion: 39, panels: [] },
    folderUid: 'closed',
  });
  const { id } = await api('POST /api/annotations', {
    dashboardUID: 'board',
    time: 1_700_000_000_000,
    text: 'salaries',
    tags: [],
  });
  expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
  await api(`DELETE /api/annotations/${String(id)}`);
}

async function expectAsked(...args: string[]): Promise<void> {
  const ended = await currentLab()
    .dashkeep(['restore', 'latest', ...args, '--apply'])
    .catch((error: unknown) => error);
  expect(ended).toMatchObject({ code: 'DK_CONFIRMATION' });
}

const seen = async (): Promise<boolean> =>
  (await call(currentLab().grafana, 'vera:secret', 'GET /api/annotations?dashboardUID=board')).text.includes(
    'salaries',
  );

describe('an annotation that was deleted before its dashboard was opened', () => {
  it.each([[[]], [['--only', 'dashboard/board']]])('is not shown to Viewers unasked: %j', async (args) => {
    await seed();
    expect(await seen()).toBe(false);
    await currentLab().api('POST /api/access-control/folders/closed', {
      permissions: [{ builtInRole: 'Viewer', permission: 'View' }],
    });
    expect(await seen()).toBe(false);
    await expectAsked(...args);
    expect(await seen()).toBe(false);
  });

  it('is not shown to anyone who has the link of a public dashboard unasked', async () => {
    await seed();
    await currentLab().api('POST /api/dashboards/uid/board/public-dashboards', {
      isEnabled: true,
      annotationsEnabled: true,
      share: 'public',
    });
    await expectAsked();
  });
});
