import { describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { currentLab, describeAttack, labHooks, type Lab } from './support/plan-attack.ts';

const VIEWER = { login: 'vera', email: 'vera@example.org', name: 'Vera', password: 'secret' };

/** The folder that Viewers may not see. */
async function restricted({ api }: Lab, uid = 'closed', parentUid = ''): Promise<void> {
  await api('POST /api/folders', { uid, title: uid, parentUid });
  const permissions = ['Viewer', 'Editor'].map((builtInRole) => ({ builtInRole, permission: '' }));
  await api(`POST /api/access-control/folders/${uid}`, { permissions });
}

const save = ({ api }: Lab, folderUid: string, text = 'old', uid = 'board') =>
  api('POST /api/dashboards/db', {
    dashboard: { uid, title: uid, schemaVersion: 39, panels: [{ id: 1, type: 'text', title: text }] },
    folderUid,
    overwrite: true,
  });
const move = ({ api }: Lab, parentUid: string, uid = 'inner') => api(`POST /api/folders/${uid}/move`, { parentUid });
const grant = ({ api }: Lab, path: string, ...permissions: object[]) =>
  api(`POST /api/access-control/${path}`, { permissions });

/** What a Viewer of the organization gets for a dashboard: 200 or 403. */
async function seenByViewer({ grafana }: Lab, uid = 'board'): Promise<number> {
  const seen = await call(grafana, 'vera:secret', `GET /api/dashboards/uid/${uid}`);
  return seen.status;
}

async function seedFolders(lab: Lab): Promise<void> {
  await lab.api('POST /api/admin/users', VIEWER);
  await lab.api('POST /api/folders', { uid: 'open', title: 'Open' });
  await restricted(lab);
}

const toOpen = { from: 'closed', to: 'Open' };
const viewers = { subject: 'role', name: 'Viewer', after: 'View' };
const editors = { subject: 'role', name: 'Editor', after: 'Edit' };

describeAttack('a dashboard that was moved into a closed folder', {
  always: 'service',
  async seed(lab) {
    await seedFolders(lab);
    await save(lab, 'open');
  },
  forge: async () => undefined,
  heal: (lab) => save(lab, 'closed', 'secret'),
  target: { kind: 'dashboard', uid: 'board' },
  state: (lab) => seenByViewer(lab),
  says: [
    { code: 'moved', params: { ...toOpen, ...viewers } },
    { code: 'moved', params: { ...toOpen, ...editors } },
  ],
});

describeAttack('a folder that was moved into a closed one', {
  async seed(lab) {
    await seedFolders(lab);
    await lab.api('POST /api/folders', { uid: 'inner', title: 'Inner', parentUid: 'open' });
    await lab.api('POST /api/folders', { uid: 'deep', title: 'Deep', parentUid: 'inner' });
  },
  forge: async () => undefined,
  async heal(lab) {
    await move(lab, 'closed');
    // Written where it is closed, and in no snapshot.
    await save(lab, 'deep', 'secret');
  },
  target: { kind: 'folder', uid: 'inner' },
  state: (lab) => seenByViewer(lab),
  says: [
    { code: 'moved', params: { ...toOpen, ...viewers, contents: 'yes' } },
    { code: 'moved', params: { ...toOpen, ...editors, contents: 'yes' } },
  ],
});

describeAttack('a dashboard that comes back into a folder that is open by now', {
  async seed(lab) {
    await lab.api('POST /api/admin/users', VIEWER);
    await restricted(lab);
    await save(lab, 'closed', 'secret');
  },
  forge: async () => undefined,
  async heal(lab) {
    await lab.api('DELETE /api/dashboards/uid/board');
    await grant(lab, 'folders/closed', { builtInRole: 'Viewer', permission: 'View' });
  },
  target: { kind: 'dashboard', uid: 'board' },
  state: (lab) => seenByViewer(lab),
  says: [{ code: 'placed', params: { to: 'closed', ...viewers } }],
});

describe('a place that opens something', () => {
  labHooks();

  interface Item {
    kind: string;
    uid: string;
    action: string;
    security: { code: string; params: Record<string, string> }[];
  }
  const plan = async (...args: string[]): Promise<{ items: Item[]; confirm?: string }> => {
    const { json } = await currentLab().dashkeep(['restore', 'latest', '--overwrite', ...args]);
    return { items: json.plan as Item[], ...(json.confirm === undefined ? {} : { confirm: json.confirm as string }) };
  };
  const of = ({ items }: { items: Item[] }, kind: string, uid: string) =>
    items.find((item) => item.kind === kind && item.uid === uid);
  const backup = async () => {
    expect((await currentLab().dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
  };

  it('names teams, people and service accounts by what they gain, and Admins not at all', async () => {
    const lab = currentLab();
    await seedFolders(lab);
    const { id } = await lab.api('GET /api/users/lookup?loginOrEmail=vera');
    const { teamId } = await lab.api('POST /api/teams', { name: 'ops' });
    const { id: robot } = await lab.api('POST /api/serviceaccounts', { name: 'robot', role: 'Viewer' });
    await grant(
      lab,
      'folders/open',
      { builtInRole: 'Viewer', permission: '' },
      { builtInRole: 'Editor', permission: '' },
      { userId: id, permission: 'Admin' },
      { teamId, permission: 'Edit' },
      { userId: robot, permission: 'View' },
    );
    await save(lab, 'open');
    await grant(lab, 'dashboards/board', { userId: id, permission: 'Edit' });
    await backup();
    await save(lab, 'closed', 'secret');
    expect(of(await plan(), 'dashboard', 'board')?.security).toEqual([
      { code: 'moved', params: { ...toOpen, subject: 'team', name: 'ops', after: 'Edit' } },
      { code: 'moved', params: { ...toOpen, subject: 'user', name: 'vera', before: 'Edit', after: 'Admin' } },
      { code: 'moved', params: { ...toOpen, subject: 'serviceAccount', name: 'robot', after: 'View' } },
    ]);
  });

  it('names the first ten, and how many more', async () => {
    const lab = currentLab();
    await seedFolders(lab);
    for (let one = 10; one < 25; one++) {
      const { teamId } = await lab.api('POST /api/teams', { name: `team ${one}` });
      await grant(lab, 'folders/open', { teamId, permission: 'View' });
    }
    await save(lab, 'open');
    await backup();
    await save(lab, 'closed');
    const { security = [] } = of(await plan('--only', 'dashboard/board'), 'dashboard', 'board') ?? {};
    expect(security.slice(0, 3).map(({ params }) => params['name'])).toEqual(['Viewer', 'Editor', 'team 10']);
    expect(security.at(-1)).toEqual({ code: 'more-gain', params: { count: '7' } });
    expect(security).toHaveLength(11);
  });

  it('counts what the same restore opens further up', async () => {
    const lab = currentLab();
    await lab.api('POST /api/admin/users', VIEWER);
    await lab.api('POST /api/folders', { uid: 'open', title: 'Open' });
    await lab.api('POST /api/folders', { uid: 'inner', title: 'Inner', parentUid: 'open' });
    await save(lab, 'inner');
    await backup();
    await restricted(lab);
    await save(lab, 'closed');
    await grant(lab, 'folders/open', { builtInRole: 'Viewer', permission: '' });
    const made = await plan();
    expect(of(made, 'folder-permissions', 'open')?.security).toMatchObject([{ code: 'permission' }]);
    expect(of(made, 'dashboard', 'board')?.security).toMatchObject([
      { params: { to: 'Inner', ...viewers } },
      { params: { to: 'Inner', ...editors } },
    ]);
    // Without those permissions, the folder stays as closed to Viewers as it is.
    const alone = await plan('--kinds', 'dashboard');
    expect(of(alone, 'dashboard', 'board')?.security).toMatchObject([{ params: { to: 'Inner', ...editors } }]);
  });

  it('says that a folder that is made without its permissions gets those of Grafana', async () => {
    const lab = currentLab();
    await lab.api('POST /api/admin/users', VIEWER);
    await restricted(lab);
    await save(lab, 'closed', 'secret');
    await backup();
    await lab.api('DELETE /api/folders/closed');
    const open = await plan('--kinds', 'folder,dashboard');
    const gains = [
      { code: 'placed', params: { ...viewers } },
      { code: 'placed', params: { ...editors } },
    ];
    expect(of(open, 'folder', 'closed')?.security).toMatchObject(gains);
    expect(of(open, 'dashboard', 'board')?.security).toMatchObject(gains);
    expect(await plan('--kinds', 'folder,folder-permissions,dashboard')).not.toHaveProperty('confirm');
  });

  it('says once what comes back open because the snapshot was taken without permissions', async () => {
    const lab = currentLab();
    await restricted(lab);
    await restricted(lab, 'deep', 'closed');
    await restricted(lab, 'also');
    await save(lab, 'deep', 'secret');
    await save(lab, '', 'secret', 'top');
    const { json } = await lab.dashkeep(['backup'], { DASHKEEP_KINDS: 'folder,dashboard' });
    expect(json.status).toBe('complete');
    for (const path of ['folders/closed', 'folders/also', 'dashboards/uid/top']) {
      await lab.api(`DELETE /api/${path}`);
    }
    // Where there are only Admins, no one gains: so it is in an empty Grafana.
    expect(await plan()).not.toHaveProperty('confirm');
    await lab.api('POST /api/admin/users', VIEWER);
    const made = await plan();
    expect(made.confirm).toBe('1 security change');
    expect(made.items[0]?.security).toEqual([
      { code: 'placed-unread', params: { count: '3', titles: 'also, closed, top' } },
    ]);
    await expect(lab.dashkeep(['restore', 'latest', '--apply'])).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
    expect(await seenByViewer(lab)).toBe(404);
    const only = await plan('--only', 'dashboard/top');
    expect(of(only, 'dashboard', 'top')?.security).toMatchObject([
      { code: 'placed-unread', params: { titles: 'top' } },
    ]);
  });

  it('is none where nobody gains', async () => {
    const lab = currentLab();
    await seedFolders(lab);
    await lab.api('POST /api/folders', { uid: 'other', title: 'Other' });
    await save(lab, 'closed', 'old', 'kept');
    await save(lab, 'open');
    await backup();
    await save(lab, 'open', 'old', 'kept');
    await save(lab, 'other');
    const made = await plan();
    expect(made.items.filter(({ action }) => action === 'update').map(({ uid }) => uid)).toEqual(['board', 'kept']);
    expect(made).not.toHaveProperty('confirm');
  });

  it('is looked at when a restore is undone', async () => {
    const lab = currentLab();
    await seedFolders(lab);
    await save(lab, 'closed');
    await backup();
    await save(lab, 'open');
    const { json } = await lab.dashkeep(['restore', 'latest', '--overwrite', '--apply']);
    expect(await seenByViewer(lab)).toBe(403);
    const undo = (await lab.dashkeep(['restore', '--undo', json.run as string])).json;
    expect(undo.confirm).toBe('2 security changes');
    const said = { from: 'closed', to: 'Open' };
    expect(of({ items: undo.plan as Item[] }, 'dashboard', 'board')?.security).toMatchObject([
      { code: 'moved', params: { ...said, ...viewers } },
      { code: 'moved', params: { ...said, ...editors } },
    ]);
  });

  it('makes a saved plan stale that was looked at when it opened less', async () => {
    const lab = currentLab();
    await seedFolders(lab);
    await grant(lab, 'folders/open', { builtInRole: 'Viewer', permission: '' });
    await save(lab, 'open');
    await backup();
    await save(lab, 'closed', 'secret');
    const directory = await temporaryDirectory();
    const file = `${directory.path}/plan.json`;
    const saved = await plan('--only', 'dashboard/board', '--save-plan', file);
    expect(saved.confirm).toBe('1 security change');
    await grant(
      lab,
      'folders/open',
      { builtInRole: 'Viewer', permission: 'View' },
      { builtInRole: 'Editor', permission: '' },
    );
    const args = ['restore', '--plan', file, '--apply', '--confirm', '1 security change'];
    await expect(lab.dashkeep(args)).rejects.toMatchObject({ code: 'DK_PLAN_STALE' });
    expect(await seenByViewer(lab)).toBe(403);
    await directory.remove();
  });

  it('asks Grafana for nothing where nothing moved', async () => {
    const lab = currentLab();
    const boards = Array.from({ length: 40 }, (_, one) => `board-${one}`);
    const saveAll = (folder: string, title: string): Promise<unknown> =>
      Promise.all(boards.map((uid) => save(lab, folder, title, uid)));
    await seedFolders(lab);
    await saveAll('open', 'old');
    await backup();
    /** What a plan asks about folders and permissions, and about anything. */
    const asked = async (): Promise<{ places: number; all: number }> => {
      const before = lab.grafana.requests.length;
      await plan();
      const paths = lab.grafana.requests.slice(before).map(({ path }) => path);
      const places = paths.filter((path) => /folders|access-control\/dashboards/.test(path));
      return { places: places.length, all: paths.length };
    };
    const still = await asked();
    await saveAll('open', 'new');
    const changed = await asked();
    expect(changed.places).toBe(still.places);
    await saveAll('closed', 'new');
    expect((await asked()).all - changed.all).toBe(0);
    await restricted(lab, 'later');
    await saveAll('later', 'new');
    expect((await asked()).all - changed.all).toBeLessThanOrEqual(2);
  });
});
