import { describe, expect, it } from 'vitest';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { type Bench, DASHBOARDS, start } from '../harness.ts';
import { remake } from './edits.ts';

const APIS: ProfileName[] = ['12.4', '13.2'];

describe.each(APIS)('backup of Grafana %s through /apis', (profile) => {
  it('asks for no dashboard singly when nothing changed', async () => {
    const { grafana, backup } = await start({ profile });
    grafana.seedDashboards({ count: 60, folders: 10, bytes: 900 });
    await backup({ kinds: DASHBOARDS });
    grafana.clearRequests();

    const manifest = await backup({ kinds: DASHBOARDS });

    expect(manifest.kinds.dashboard).toMatchObject({ reused: manifest.kinds.dashboard?.listed, stored: 0 });
    const single = grafana.requests.filter(({ path }) => /dashboards\/(uid\/)?[^/]+$/.test(path));
    expect(single).toEqual([]);
  });

  it('sees a dashboard that was deleted and made again with the same version', async () => {
    const { grafana, backup } = await start({ profile });
    grafana.seedDashboards({ count: 10, folders: 0, bytes: 600, v2Share: 0 });
    const dashboards = live(grafana);
    const [uid = ''] = dashboards;
    const first = await backup({ kinds: DASHBOARDS });
    await remake(grafana.url, uid);

    const second = await backup({ kinds: DASHBOARDS });

    const object = (manifest: typeof first): string | undefined =>
      manifest.resources.find((entry) => entry.kind === 'dashboard' && entry.uid === uid)?.object;
    expect(object(second)).not.toBe(object(first));
  });

  it('starts a list again whose continue token has expired', async () => {
    const { grafana, backup } = await start({ profile });
    grafana.seedDashboards({ count: 400, folders: 2, bytes: 600 });
    const dashboards = live(grafana);
    grafana.setFaults({
      match: /dashboards\?.*continue=/,
      skip: 2,
      times: 1,
      action: {
        kind: 'status',
        status: 410,
        body: { kind: 'Status', reason: 'Expired', code: 410, message: 'expired' },
      },
    });

    const manifest = await backup({ kinds: DASHBOARDS });

    expect(manifest.status).toBe('complete');
    expect(manifest.kinds.dashboard?.listed).toBe(dashboards.length);
  });

  it('keeps the stored version of v2 dashboards', async () => {
    const { grafana, backup } = await start({ profile });
    grafana.seedDashboards({ count: 60, folders: 2, bytes: 900, v2Share: 0.4 });

    const manifest = await backup({ kinds: DASHBOARDS });

    const stored = new Map([...grafana.state.org(1).dashboards].map(([uid, { apiVersion }]) => [uid, apiVersion]));
    for (const entry of manifest.resources.filter(({ kind }) => kind === 'dashboard')) {
      expect(entry.apiVersion?.split('/')[1]).toBe(stored.get(entry.uid)?.split('/').at(-1));
    }
  });
});

/** Uids of all dashboards that the simulated Grafana has. */
function live(grafana: Bench['grafana']): string[] {
  return [...grafana.state.org(1).dashboards.keys()];
}
