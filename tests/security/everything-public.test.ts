import { describe, expect, it } from 'vitest';
import { currentLab, labHooks, type Lab } from './support/plan-attack.ts';

/*
 * Someone without an account kept the link to a public dashboard, or to a dashboard snapshot, that was ended. Restoring
 * everything must not bring the link back without a person's word: that no one else has an account, or that an
 * organization is made again, says nothing of people who need none.
 */

const BOARD = { uid: 'board', title: 'Board', schemaVersion: 39, panels: [] };

interface Item {
  security: { code: string }[];
}

labHooks();

async function share(org: number): Promise<void> {
  const { api } = currentLab();
  await api('POST /api/dashboards/db', { dashboard: BOARD }, org);
  await api('POST /api/dashboards/uid/board/public-dashboards', { isEnabled: true, share: 'public' }, org);
  await api('POST /api/snapshots', { key: 'leak', name: 'Leak', dashboard: { ...BOARD, snapshotData: 'x' } }, org);
}

async function revoke(org: number): Promise<void> {
  const { api } = currentLab();
  const { uid } = await api('GET /api/dashboards/uid/board/public-dashboards', undefined, org);
  await api(`DELETE /api/dashboards/uid/board/public-dashboards/${String(uid)}`, undefined, org);
  await api('DELETE /api/snapshots/leak', undefined, org);
}

async function backUp(): Promise<void> {
  expect((await currentLab().dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
}

/** How many links work for people without an account. */
async function open(): Promise<number> {
  const { grafana } = currentLab();
  const shared = [...grafana.state.orgs.values()].flatMap((org) => [...org.publicDashboards.values()]);
  const { status } = await fetch(`${grafana.url}/api/snapshots/leak`);
  return shared.filter(({ isEnabled }) => isEnabled).length + Number(status === 200);
}

async function expectAsked(): Promise<void> {
  const ended = await currentLab()
    .dashkeep(['restore', 'latest', '--everything', '--apply'])
    .catch((error: unknown) => error);
  expect(await open()).toBe(0);
  expect(ended).toMatchObject({ code: 'DK_CONFIRMATION' });
}

describe('a restore of everything publishes nothing unasked', () => {
  it('where no one else has an account', async () => {
    await share(1);
    await backUp();
    await revoke(1);
    await currentLab().api('DELETE /api/dashboards/uid/board');
    expect(await open()).toBe(0);
    await expectAsked();
  });

  it('in an organization that it makes again', async () => {
    const { api } = currentLab();
    await api('POST /api/admin/users', { login: 'vera', email: 'vera@example.org', name: 'V', password: 'secret' });
    const { orgId } = await api('POST /api/orgs', { name: 'Second' });
    await share(Number(orgId));
    await backUp();
    await revoke(Number(orgId));
    await api(`DELETE /api/orgs/${String(orgId)}`);
    expect(await open()).toBe(0);
    const args = ['restore', 'latest', '--everything'];
    const { json } = await currentLab().dashkeep(args);
    const asked = json.confirm === undefined ? [] : ['--confirm', String(json.confirm)];
    await currentLab()
      .dashkeep([...args, ...asked, '--apply'])
      .catch(() => undefined);
    const said = (json.plan as Item[]).flatMap(({ security }) => security).filter(({ code }) => code === 'public');
    expect({ open: await open(), said: said.length }).toEqual({ open: 2, said: 2 });
  });
});

const OTHERS: [string, (lab: Lab) => unknown][] = [
  ['a service account with a role', ({ api }) => api('POST /api/serviceaccounts', { name: 'kiosk', role: 'Viewer' })],
  ['anyone at all', ({ grafana }) => (grafana.tuning.anonymous = true)],
];

it.each(OTHERS)('%s is someone else, too: what they would see is asked for', async (_, admit) => {
  const { api, dashkeep, grafana } = currentLab();
  const closed = '/api/folders/closed/permissions';
  await api('POST /api/folders', { uid: 'closed', title: 'Closed' });
  await api(`POST ${closed}`, { items: [] });
  await api('POST /api/dashboards/db', { dashboard: BOARD, folderUid: 'closed' });
  await backUp();
  await api('DELETE /api/dashboards/uid/board');
  await api(`POST ${closed}`, { items: [{ role: 'Viewer', permission: 1 }] });
  await admit(currentLab());
  const ended = await dashkeep(['restore', 'latest', '--everything', '--apply']).catch((error: unknown) => error);
  expect(grafana.state.org(1).dashboards.has('board')).toBe(false);
  expect(ended).toMatchObject({ code: 'DK_CONFIRMATION' });
});
