import { describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { currentLab, describeAttack, labHooks, type Lab } from './support/plan-attack.ts';

/*
 * A dashboard held something that was not for everyone, was cleaned, and was opened to others after that. A restore
 * writes the earlier content over it.
 */

const save = ({ api }: Lab, text: string, folderUid = 'closed', uid = 'board') =>
  api('POST /api/dashboards/db', {
    dashboard: { uid, title: uid, schemaVersion: 39, panels: [{ id: 1, type: 'text', title: text }] },
    folderUid,
    overwrite: true,
  });
const grant = ({ api }: Lab, path: string, ...permissions: object[]) =>
  api(`POST /api/access-control/${path}`, { permissions });
const close = (lab: Lab, path: string) =>
  grant(lab, path, ...['Viewer', 'Editor'].map((builtInRole) => ({ builtInRole, permission: '' })));

async function seed(lab: Lab): Promise<void> {
  await lab.api('POST /api/admin/users', {
    login: 'vera',
    email: 'vera@example.org',
    name: 'Vera',
    password: 'secret',
  });
  await lab.api('POST /api/folders', { uid: 'closed', title: 'closed' });
  await close(lab, 'folders/closed');
  await save(lab, 'salaries');
}

async function seen({ grafana }: Lab): Promise<string> {
  return JSON.stringify((await call(grafana, 'vera:secret', 'GET /api/dashboards/uid/board')).body);
}

const target = { kind: 'dashboard', uid: 'board' };
const nothing = async (): Promise<void> => undefined;
const viewers = { subject: 'role', name: 'Viewer', after: 'View' };

describeAttack('a dashboard whose folder was opened to Viewers', {
  always: 'service',
  seed,
  forge: nothing,
  async heal(lab) {
    await save(lab, 'headcount');
    await grant(lab, 'folders/closed', { builtInRole: 'Viewer', permission: 'View' });
  },
  target,
  state: seen,
  says: [{ code: 'audience', params: viewers }],
});

describeAttack('a dashboard that was opened to Viewers itself', {
  seed,
  forge: nothing,
  async heal(lab) {
    await save(lab, 'headcount');
    await grant(lab, 'dashboards/board', { builtInRole: 'Viewer', permission: 'Edit' });
  },
  target,
  state: seen,
  says: [{ code: 'audience', params: { ...viewers, after: 'Edit' } }],
});

describeAttack('a dashboard whose folder was moved into an open one', {
  seed,
  forge: nothing,
  async heal(lab) {
    await save(lab, 'headcount');
    await lab.api('POST /api/folders', { uid: 'open', title: 'open' });
    await grant(lab, 'folders/open', { builtInRole: 'Editor', permission: '' });
    await lab.api('POST /api/folders/closed/move', { parentUid: 'open' });
  },
  target,
  state: seen,
  says: [{ code: 'audience', params: viewers }],
});

describeAttack('a dashboard that was moved between two folders, both opened since', {
  async seed(lab) {
    await seed(lab);
    await lab.api('POST /api/folders', { uid: 'other', title: 'other' });
    await close(lab, 'folders/other');
  },
  forge: nothing,
  async heal(lab) {
    await save(lab, 'headcount', 'other');
    await grant(lab, 'folders/closed', { builtInRole: 'Viewer', permission: 'View' });
    await grant(lab, 'folders/other', { builtInRole: 'Viewer', permission: 'View' });
  },
  target,
  state: seen,
  says: [{ code: 'audience', params: viewers }],
});

describeAttack('a dashboard that was made public', {
  seed,
  forge: nothing,
  async heal(lab) {
    await save(lab, 'headcount');
    await lab.api('POST /api/dashboards/uid/board/public-dashboards', { isEnabled: true });
  },
  target,
  state: async ({ api }) => JSON.stringify(await api('GET /api/dashboards/uid/board')).includes('salaries'),
  says: [{ code: 'audience-shared', params: {} }],
});

describeAttack('a library panel whose folder was opened to Viewers', {
  async seed(lab) {
    await seed(lab);
    await lab.api('POST /api/library-elements', {
      uid: 'panel',
      name: 'panel',
      kind: 1,
      folderUid: 'closed',
      model: { type: 'text', title: 'salaries' },
    });
  },
  forge: nothing,
  async heal(lab) {
    const { result } = await lab.api('GET /api/library-elements/panel');
    const { version } = result as { version: number };
    const model = { type: 'text', title: 'headcount' };
    await lab.api('PATCH /api/library-elements/panel', { name: 'panel', kind: 1, folderUid: 'closed', version, model });
    await grant(lab, 'folders/closed', { builtInRole: 'Viewer', permission: 'View' });
  },
  target: { kind: 'library-panel', uid: 'panel' },
  state: async ({ api }) => JSON.stringify(await api('GET /api/library-elements/panel')).includes('salaries'),
  says: [{ code: 'audience', params: viewers }],
});

describe('a restore over something that is as open as it was', () => {
  labHooks();

  interface Item {
    uid: string;
    security: { code: string; params: Record<string, string> }[];
  }
  const backup = async () => {
    expect((await currentLab().dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
  };
  const plan = async (): Promise<{ confirm?: string; security: Item['security']; asked: string[] }> => {
    const { dashkeep, grafana } = currentLab();
    const before = grafana.requests.length;
    const { json } = await dashkeep(['restore', 'latest', '--only', 'dashboard/board', '--overwrite']);
    return {
      confirm: json.confirm,
      security: (json.plan as Item[]).find(({ uid }) => uid === 'board')?.security ?? [],
      asked: grafana.requests.slice(before).map(({ method, path }) => `${method} ${path}`),
    };
  };

  it('needs no confirmation, and asks for little', async () => {
    const lab = currentLab();
    await seed(lab);
    await backup();
    await save(lab, 'headcount');
    const { confirm, security, asked } = await plan();
    expect({ confirm, security }).toEqual({ confirm: undefined, security: [] });
    expect(
      asked.filter((path) => /folders\/closed|public-dashboards|access-control\/dashboards/.test(path)).length,
    ).toBe(4);
  });

  it('needs none where it was closed, or only gives more to those who saw it', async () => {
    const lab = currentLab();
    await seed(lab);
    const { id } = await lab.api('GET /api/users/lookup?loginOrEmail=vera');
    const { teamId } = await lab.api('POST /api/teams', { name: 'ops' });
    await grant(lab, 'folders/closed', { builtInRole: 'Viewer', permission: 'View' });
    await lab.api('POST /api/dashboards/uid/board/public-dashboards', { isEnabled: true });
    await backup();
    await save(lab, 'headcount');
    await grant(
      lab,
      'folders/closed',
      { builtInRole: 'Viewer', permission: '' },
      { builtInRole: 'Editor', permission: 'Edit' },
      { userId: id, permission: 'Admin' },
      { teamId, permission: 'View' },
    );
    expect((await plan()).security).toEqual([]);
    // Without any role, Vera saw nothing; and there may be others like her in the team.
    await lab.api(`PATCH /api/orgs/1/users/${String(id)}`, { role: 'None' });
    expect((await plan()).security.map(({ params }) => params)).toEqual([
      { subject: 'team', name: 'ops', after: 'View' },
      { subject: 'user', name: 'vera', after: 'Admin' },
    ]);
  });
});
