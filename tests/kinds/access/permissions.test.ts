import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../pkg/lib/json/json.ts';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { bodies, restore, roundTrip, take, takeAll, testGrafana, type TestGrafana } from '../harness.ts';

let grafana: TestGrafana;
afterEach(() => grafana.close());

async function addUser(login: string): Promise<number> {
  const user = grafana.sim.state.addUser({ login, email: `${login}@example.org` });
  grafana.sim.state.org(1).members.set(user.id, 'Viewer');
  return user.id;
}

async function addTeam(name: string): Promise<number> {
  const answer = (await (await grafana.admin()).grafana.post('/api/teams', { name })) as JsonObject;
  return answer['teamId'] as number;
}

/** A folder that ops may edit and eva administers, with a dashboard that only the robot may edit besides. */
async function seed(): Promise<void> {
  const { grafana: client } = await grafana.admin();
  await addUser('somebody');
  const userId = await addUser('eva');
  const teamId = await addTeam('ops');
  const robot = grafana.sim.state.addServiceAccount(1, { name: 'robot' });
  await client.post('/api/folders', { uid: 'f1', title: 'Infra' });
  await client.post('/api/dashboards/db', { dashboard: { uid: 'd1', title: 'CPU', panels: [] }, folderUid: 'f1' });
  await client.post('/api/access-control/folders/f1', {
    permissions: [
      { builtInRole: 'Viewer', permission: '' },
      { builtInRole: 'Editor', permission: 'View' },
      { teamId, permission: 'Edit' },
      { userId, permission: 'Admin' },
    ],
  });
  await client.post('/api/access-control/dashboards/d1', {
    permissions: [{ userId: robot.id, permission: 'Edit' }],
  });
}

const NAMES = ['team', 'folder', 'folder-permissions', 'dashboard', 'dashboard-permissions'] as const;

describe.each(TRIED_PROFILES)('permissions on %s', (profile) => {
  it('of folders and dashboards come back the same', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const { before, after, restored } = await roundTrip(grafana, [...NAMES]);
    const folder = before.get('folder-permissions')!.get('f1')!;
    expect(folder.body).toEqual({
      permissions: expect.arrayContaining([
        { role: 'Editor', permission: 'View' },
        { team: 'ops', permission: 'Edit' },
        { user: 'eva', permission: 'Admin' },
      ]),
    });
    expect(before.get('dashboard-permissions')!.get('d1')!.body).toEqual({
      permissions: expect.arrayContaining([{ serviceAccount: 'robot', permission: 'Edit' }]),
    });
    for (const name of ['folder-permissions', 'dashboard-permissions'] as const) {
      expect(bodies(after.get(name)!)).toEqual(bodies(before.get(name)!));
      expect(restored.get(name)!.losses).toEqual({});
    }
  });

  it('are matched by name in another Grafana, and who is not there is named', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const taken = await takeAll(grafana, ['folder', 'folder-permissions']);
    await grafana.close();
    grafana = await testGrafana({ profile });
    // Other numeric ids than where the snapshot was taken.
    for (const login of ['a', 'b', 'c', 'd']) {
      await addUser(login);
    }
    const userId = await addUser('eva');
    await restore('folder', await grafana.admin(), taken.get('folder')!);
    const restored = await restore('folder-permissions', await grafana.admin(), taken.get('folder-permissions')!);
    expect(restored.losses).toEqual({ f1: ['without Edit for team ops, which is missing'] });
    const acl = grafana.sim.state.org(1).folders.get('f1')!.acl;
    expect(acl.find((entry) => entry.userId === userId)?.permission).toBe(4);
    expect(acl.map((entry) => entry.role).filter((role) => role !== undefined)).toEqual(['Editor']);
  });
});

describe('permissions', () => {
  it('of resources with the same entries are one object', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    const { grafana: client } = await grafana.admin();
    await client.post('/api/folders', { uid: 'a', title: 'A' });
    await client.post('/api/folders', { uid: 'b', title: 'B' });
    const taken = await take('folder-permissions', await grafana.admin());
    expect(taken.get('a')!.body).toEqual(taken.get('b')!.body);
    expect(kindOf('folder-permissions').references(taken.get('a')!)).toEqual([
      { kind: 'folder', uid: 'a', required: true },
    ]);
  });

  it('need the teams and service accounts they name, which a restore may bring first', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const content = (await take('folder-permissions', await grafana.admin())).get('f1')!;
    expect(kindOf('folder-permissions').references(content)).toEqual([
      { kind: 'folder', uid: 'f1', required: true },
      { kind: 'team', uid: 'ops' },
    ]);
    grafana.sim.wipe();
    const forecast = await kindOf('folder-permissions').forecast!(await grafana.admin(), { uid: 'f1', content });
    expect(forecast).toEqual({ losses: [], security: [] });
  });

  it('that are inherited stay with the folder they come from', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('dashboard-permissions', await grafana.admin());
    expect(JSON.stringify(taken.get('d1')!.body)).not.toContain('ops');
    expect(taken.get('d1')!.folderUid).toBe('f1');
  });

  it('lose what was granted since, and nothing is sent when nothing differs', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('folder-permissions', await grafana.admin());
    const { grafana: client } = await grafana.admin();
    await client.post('/api/access-control/folders/f1', {
      permissions: [{ userId: await addUser('mallory'), permission: 'Admin' }],
    });
    await restore('folder-permissions', await grafana.admin(), taken);
    expect(bodies(await take('folder-permissions', await grafana.admin()))).toEqual(bodies(taken));
    grafana.sim.clearRequests();
    await kindOf('folder-permissions').write!(await grafana.admin(), { uid: 'f1', content: taken.get('f1')! });
    expect(grafana.sim.writes()).toEqual([]);
  });

  it('of data sources are read where Grafana has them', async () => {
    grafana = await testGrafana({ profile: '13.2', enterprise: true });
    const { grafana: client } = await grafana.admin();
    await client.post('/api/datasources', { uid: 'prom', name: 'Prom', type: 'prometheus', access: 'proxy' });
    await client.post('/api/access-control/datasources/prom', {
      permissions: [{ teamId: await addTeam('ops'), permission: 'Query' }],
    });
    const names = ['team', 'data-source', 'data-source-permissions'] as const;
    const { before, after } = await roundTrip(grafana, [...names]);
    expect(before.get('data-source-permissions')!.get('prom')!.body).toEqual({
      permissions: expect.arrayContaining([{ team: 'ops', permission: 'Query' }]),
    });
    expect(bodies(after.get('data-source-permissions')!)).toEqual(bodies(before.get('data-source-permissions')!));
  });

  it('of data sources are not served by the open source build, which is no missing right', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    expect(await kindOf('data-source-permissions').serves(await grafana.admin())).toEqual({
      served: false,
      reason: { code: 'enterprise-only', params: {} },
    });
    await grafana.close();
    grafana = await testGrafana({ profile: '13.2', enterprise: true });
    const context = await grafana.account({ without: ['datasources.permissions:read'] });
    await expect(kindOf('data-source-permissions').serves(context)).rejects.toThrow(/datasources\.permissions:read/);
  });

  it('without the right to read them name it, folder by folder', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const context = await grafana.account({ without: ['folders.permissions:read'] });
    await expect(take('folder-permissions', context)).rejects.toThrow(/folders\.permissions:read/);
  });
});
