import { addFolder } from '../support/grafana/folders.ts';
import { describe, expect, it } from 'vitest';
import { removeDashboard } from '../support/grafana/dashboards.ts';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { ENGINE_PROFILES } from '../support/grafana/profiles/tried.ts';
import { start, type Bench } from './harness.ts';

const PERMITTED = ['folder', 'folder-permissions', 'dashboard', 'dashboard-permissions'] as const;

async function backedUp(profile: ProfileName): Promise<Bench> {
  const bench = await start({ profile });
  bench.grafana.seedDashboards({ count: 5, folders: 2, bytes: 900 });
  return bench;
}

describe.each(ENGINE_PROFILES)('on Grafana %s', (profile) => {
  it('an empty Grafana can be backed up, planned for and compared', async () => {
    const bench = await start({ profile });

    const first = await bench.backup();
    const second = await bench.backup();

    expect([first.status, first.errors]).toEqual(['complete', []]);
    expect([second.status, second.errors]).toEqual(['complete', []]);
    const plan = await bench.plan(second);
    expect(plan.items.filter(({ action }) => action === 'blocked')).toEqual([]);
    const { added, changed, removed } = await bench.diffLive(second);
    expect([added, changed, removed]).toEqual([[], [], []]);
  });

  it('what is lost entirely can be planned for, permissions included, without asking for each that is missing', async () => {
    const bench = await backedUp(profile);
    const manifest = await bench.backup({ kinds: [...PERMITTED] });
    bench.grafana.wipe();
    bench.grafana.clearRequests();

    const plan = await bench.plan(manifest);

    expect(new Set(plan.items.map(({ action }) => action))).toEqual(new Set(['create']));
    expect(plan.items).toHaveLength(manifest.resources.length);
    expect(bench.grafana.requests.filter(({ status }) => status >= 500)).toEqual([]);
  });

  it('what is deleted while its permissions are read is skipped with them', async () => {
    const bench = await backedUp(profile);
    const org = bench.grafana.state.org(1);
    const [dashboard] = org.dashboards.keys();
    // An empty one: Grafana deletes a folder with what is in it.
    const { uid: folder } = addFolder(bench.grafana.state, org, { title: 'Empty', by: 'admin', acl: [] });
    bench.grafana.setFaults(
      {
        match: `GET /api/access-control/folders/${folder}`,
        action: { kind: 'before', run: () => void org.folders.delete(folder) },
      },
      {
        match: `GET /api/access-control/dashboards/${dashboard}`,
        action: { kind: 'before', run: () => removeDashboard(bench.grafana.state, org, dashboard ?? '', 'user:1') },
      },
    );

    const manifest = await bench.backup({ kinds: [...PERMITTED] });

    expect(manifest.errors).toEqual([]);
    expect(manifest.skipped.map(({ kind, uid }) => `${kind} ${uid}`).sort()).toEqual(
      [
        `folder ${folder}`,
        `folder-permissions ${folder}`,
        `dashboard ${dashboard}`,
        `dashboard-permissions ${dashboard}`,
      ].sort(),
    );
  });

  it('a server that fails to read permissions is never taken for one without the resource', async () => {
    const bench = await backedUp(profile);
    const org = bench.grafana.state.org(1);
    const [folder] = org.folders.keys();
    const [dashboard] = org.dashboards.keys();
    const message = 'Failed to get permissions';
    // With its database locked Grafana says of a dashboard that it is not there.
    bench.grafana.setFaults(
      { match: /^GET \/api\/access-control\/(?!user\/)/, action: { kind: 'status', status: 500, body: { message } } },
      { match: `GET /api/dashboards/uid/${dashboard}*`, action: { kind: 'status', status: 404 } },
    );

    const manifest = await bench.backup({ kinds: ['folder', 'folder-permissions', 'dashboard-permissions'] });

    expect(manifest.skipped).toEqual([]);
    const failed = manifest.errors.map(({ kind, uid }) => `${kind}/${uid}`);
    expect(failed).toContain(`folder-permissions/${folder}`);
    expect(failed).toContain(`dashboard-permissions/${dashboard}`);
    expect(manifest.errors[0]?.reason).toContain(message);
  });
});
