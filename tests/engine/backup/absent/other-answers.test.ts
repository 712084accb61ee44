import { describe, expect, it } from 'vitest';
import type { KindName } from '../../../../pkg/contract/kinds.ts';
import type { ProfileName } from '../../../support/grafana/profiles/profiles.ts';
import { start, type Bench } from '../../harness.ts';

type Case = [KindName, string, ProfileName?];

/** Requests for one resource, each once a backup has read it. */
const CASES: Case[] = [
  ['data-source', '/api/datasources/uid/*'],
  ['public-dashboard', '/api/dashboards/uid/*/public-dashboards'],
  ['dashboard-snapshot', '/api/snapshots/*'],
  ['notification-policy', '/api/v1/provisioning/policies'],
  ['alert-rule-group', '/api/v1/provisioning/folder/*'],
  ['user', '/api/users/1'],
  ['org', '/api/orgs/name/*'],
  ['server-settings', '/api/admin/settings'],
  ['plugin-settings', '/api/plugins/*/settings'],
  ['playlist', '/api/playlists/*', '11.6'],
  ['dashboard', '/api/dashboards/uid/*', '11.6'],
];

async function seeded(profile: ProfileName): Promise<Bench> {
  const bench = await start({ profile });
  bench.grafana.demoSeed();
  const { client } = (await bench.instance()).orgs[0]!;
  const [uid = ''] = bench.grafana.state.org(1).dashboards.keys();
  await client.post('/api/snapshots', { name: 'Kept', dashboard: { uid, title: 'Kept' }, expires: 0 });
  await client.post('/api/plugins/grafana-lokiexplore-app/settings', {
    enabled: true,
    pinned: true,
    jsonData: { a: 1 },
  });
  return bench;
}

describe('a backup whose resources are answered with something else and status 200', () => {
  it.each(CASES)('is partial, and names the kind %s', async (kind, path, profile = '12.4') => {
    const bench = await seeded(profile);
    expect((await bench.backup({ kinds: [kind] })).resources.length).toBeGreaterThan(0);
    for (const body of [{}, { message: 'Starting' }, []]) {
      bench.grafana.setFaults({ match: `GET ${path}`, action: { kind: 'status', status: 200, body } });
      const failed = await bench.backup({ kinds: [kind], fullReadEvery: 1 }).then(
        ({ errors }) => errors,
        (error: Error) => [{ kind, reason: error.message }],
      );
      expect(failed.map((one) => one.kind)).toContain(kind);
      expect(failed[0]?.reason).toMatch(/is not the requested resource|is not a list/);
    }
  });

  it.each<[ProfileName, RegExp | string]>([
    ['11.6', 'GET /api/dashboards/uid/*'],
    ['12.4', /GET \/apis\/dashboard\.grafana\.app\/[^?]*\/dashboards\/[^/?]+$/],
  ])('is partial where dashboards of Grafana %s are answered with another one', async (profile, match) => {
    const bench = await start({ profile });
    bench.grafana.seedDashboards({ count: 8, folders: 1, v2Share: profile === '11.6' ? 0 : 0.5 });
    expect((await bench.backup({ kinds: ['dashboard'] })).status).toBe('complete');
    const spec = { uid: 'other', title: 'Other', panels: [] };
    const object = { apiVersion: 'dashboard.grafana.app/v2beta1', metadata: { name: 'other' }, spec };
    const body = { ...object, dashboard: spec, meta: {} };
    bench.grafana.setFaults({ match, times: 1, action: { kind: 'status', status: 200, body } });
    const { status, errors, resources } = await bench.backup({ kinds: ['dashboard'], fullReadEvery: 1 });
    expect(status).toBe('partial');
    expect(errors[0]?.reason).toContain('is not the requested resource');
    expect(errors).toHaveLength(1);
    expect(resources.map(({ title }) => title)).not.toContain('Other');
  });

  it('is partial where preferences are answered with none', async () => {
    const bench = await seeded('12.4');
    bench.grafana.setFaults({ match: 'GET /api/org/preferences', action: { kind: 'status', status: 200, body: [] } });
    await expect(bench.backup({ kinds: ['org-preferences'] })).rejects.toThrow('is not the requested resource');
  });
});

it('a backup counts a resource once that a list repeats', async () => {
  const bench = await start({ profile: '12.4' });
  const timing = { name: 'Nights', time_intervals: [] };
  const list = { match: 'GET /api/v1/provisioning/mute-timings', times: 2 };
  bench.grafana.setFaults({ ...list, action: { kind: 'status', status: 200, body: [timing, timing] } });
  for (const _ of [1, 2]) {
    const { status, resources } = await bench.backup({ kinds: ['mute-timing'], fullReadEvery: 1 });
    expect({ status, uids: resources.map(({ uid }) => uid) }).toEqual({ status: 'complete', uids: ['Nights'] });
  }
});
