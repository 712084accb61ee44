import { describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * Permissions name teams by their names. Where a team was deleted, anyone who may create teams can create one of that
 * name, with other members.
 */

interface Item {
  kind: string;
  uid: string;
  security: { code: string; params: Record<string, string> }[];
}

labHooks();

let people: Record<string, number>;

/** A folder with a dashboard that only the team `board` may see, in a snapshot. */
async function seed(): Promise<void> {
  const { api, dashkeep } = currentLab();
  people = {};
  for (const login of ['eva', 'mallory']) {
    const account = { login, email: `${login}@example.org`, name: login, password: 'secret' };
    people[login] = Number((await api('POST /api/admin/users', account))['id']);
  }
  await api('POST /api/folders', { uid: 'closed', title: 'closed' });
  await permit(await addTeam('eva'));
  await save('salaries');
  expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
}

const save = (title: string) =>
  currentLab().api('POST /api/dashboards/db', {
    dashboard: { uid: 'salaries', title, schemaVersion: 39, panels: [] },
    folderUid: 'closed',
    overwrite: true,
  });

async function addTeam(...members: string[]): Promise<number> {
  const { api } = currentLab();
  const { teamId } = await api('POST /api/teams', { name: 'board' });
  await api(`DELETE /api/teams/${teamId}/members/1`).catch(() => undefined);
  for (const login of members) {
    await api(`POST /api/teams/${teamId}/members`, { userId: people[login] });
  }
  return Number(teamId);
}

const permit = (teamId: number) =>
  currentLab().api('POST /api/access-control/folders/closed', {
    permissions: [
      ...['Viewer', 'Editor'].map((builtInRole) => ({ builtInRole, permission: '' })),
      { teamId, permission: 'View' },
    ],
  });

async function removeTeam(): Promise<void> {
  const { api, grafana } = currentLab();
  const team = [...grafana.state.org(1).teams.values()].find(({ name }) => name === 'board');
  await api(`DELETE /api/teams/${team?.id}`);
}

const removeFolder = () => currentLab().api('DELETE /api/folders/closed');

async function plan(...args: string[]): Promise<{ confirm?: string; of(kind: string): Item['security'] | undefined }> {
  const { json } = await currentLab().dashkeep(['restore', 'latest', ...args]);
  return { confirm: json.confirm, of: (kind) => (json.plan as Item[]).find((item) => item.kind === kind)?.security };
}

const seenByMallory = async () =>
  (await call(currentLab().grafana, 'mallory:secret', 'GET /api/dashboards/uid/salaries')).status;

describe('a team that has the name of one that was deleted', () => {
  const said = [{ code: 'team-replaced', params: { name: 'board', after: 'View', members: 'mallory' } }];

  it('gets no folder that comes back without a typed confirmation', async () => {
    await seed();
    await removeFolder();
    await removeTeam();
    await addTeam('mallory');
    const ended = await currentLab()
      .dashkeep(['restore', 'latest', '--apply'])
      .catch((error: unknown) => error);
    expect(ended).toMatchObject({ code: 'DK_CONFIRMATION' });
    expect(await seenByMallory()).not.toBe(200);
    const made = await plan();
    expect(made.confirm).toBe('1 security change');
    expect(made.of('folder-permissions')).toEqual(said);
    // With its members, it is the team of the snapshot.
    const overwritten = await plan('--overwrite');
    expect(overwritten.of('folder-permissions')).toEqual([]);
  });

  it('is named where it gets permissions of a folder that is live', async () => {
    await seed();
    await removeTeam();
    await addTeam('mallory');
    const made = await plan('--only', 'folder-permissions/closed', '--overwrite');
    expect(made.of('folder-permissions')).toEqual(said);
  });

  it('is named where it sees what comes back into its own folder', async () => {
    await seed();
    await removeTeam();
    await permit(await addTeam('mallory'));
    await save('headcount');
    const updated = await plan('--only', 'dashboard/salaries', '--overwrite');
    expect(updated.of('dashboard')).toEqual([
      { code: 'audience', params: { subject: 'team', name: 'board', after: 'View' } },
    ]);
    await currentLab().api('DELETE /api/dashboards/uid/salaries');
    const created = await plan('--only', 'dashboard/salaries');
    expect(created.of('dashboard')).toEqual([
      { code: 'placed', params: { to: 'closed', subject: 'team', name: 'board', after: 'View' } },
    ]);
  });

  it('is none where it has no other members, or the same team only grew', async () => {
    await seed();
    await removeFolder();
    const { api, grafana } = currentLab();
    const [team] = [...grafana.state.org(1).teams.values()];
    await api(`POST /api/teams/${team?.id}/members`, { userId: people['mallory'] });
    expect(await plan()).not.toHaveProperty('confirm', expect.anything());
    await removeTeam();
    await addTeam('eva');
    expect((await plan()).confirm).toBeUndefined();
  });
});
