import { describe, expect, it } from 'vitest';
import type { KindName } from '../../../../pkg/contract/kinds.ts';
import type { Fault } from '../../../support/grafana/http/faults.ts';
import { start } from '../../harness.ts';

const PATHS: Partial<Record<KindName, string>> = {
  user: '/api/users/search*',
  team: '/api/teams/search*',
  'service-account': '/api/serviceaccounts/search*',
  plugin: '/api/plugins*',
  'data-source': '/api/datasources',
  correlation: '/api/datasources/correlations*',
  'library-panel': '/api/library-elements*',
  'public-dashboard': '/api/dashboards/public-dashboards*',
  'notification-template': '/api/v1/provisioning/templates*',
  'mute-timing': '/api/v1/provisioning/mute-timings*',
  'contact-point': '/api/v1/provisioning/contact-points*',
  'notification-policy': '/api/v1/provisioning/policies*',
  'alert-rule-group': '/api/v1/provisioning/*',
  silence: '/api/alertmanager/*',
  annotation: '/api/annotations*',
  'dashboard-snapshot': '/api/dashboard/snapshots*',
  'sso-settings': '/api/v1/sso-settings*',
  'server-settings': '/api/admin/settings*',
};

const answer = (match: string, status: number, body: object = { message: 'Not found' }): Fault => ({
  match: `GET ${match}`,
  action: { kind: 'status', status, body },
});

describe('a backup whose list is answered with 404', () => {
  it.each(Object.entries(PATHS))('is partial, and names the kind %s', async (name, path) => {
    const bench = await start({ profile: '12.4' });
    bench.grafana.setFaults(answer(path, 404));
    const manifest = await bench.backup();
    expect(manifest.status).toBe('partial');
    expect(manifest.errors.map(({ kind }) => kind)).toContain(name);
  });

  it.each([
    ['notification-policy', 'routingtrees'],
    ['inhibition-rule', 'inhibitionrules'],
  ])('is partial, and names the kind %s of /apis, unless its group says that it has none', async (kind, resource) => {
    const bench = await start({ profile: '13.2' });
    const group = '/apis/notifications.alerting.grafana.app/v1beta1';
    const list = answer(`${group}/namespaces/default/${resource}*`, 404);
    bench.grafana.setFaults(list);
    const manifest = await bench.backup();
    expect(manifest.status).toBe('partial');
    expect(manifest.errors.map((error) => error.kind)).toEqual([kind]);
    bench.grafana.setFaults(list, answer(group, 404));
    expect((await bench.backup()).errors.map((error) => error.kind)).toEqual([kind]);
    bench.grafana.setFaults(list, answer('/apis', 404));
    expect((await bench.backup()).errors.map((error) => error.kind)).toContain(kind);
    bench.grafana.setFaults(list, answer(group, 200, { kind: 'APIResourceList', resources: [{ name: 'receivers' }] }));
    expect(await bench.backup()).toMatchObject({ status: 'complete', errors: [] });
  });

  it.each([
    ['sso-settings', '/api/v1/sso-settings*', { featureToggles: { ssoSettingsApi: true } }],
    [
      'data-source-permissions',
      '/api/access-control/datasources/*',
      { licenseInfo: { enabledFeatures: { 'dspermissions.enforcement': true } } },
    ],
  ] as const)('is partial without %s only if Grafana says that it has them', async (kind, path, settings) => {
    const bench = await start({ profile: '11.6' });
    await (
      await bench.instance()
    ).orgs[0]!.client.post('/api/datasources', {
      ...{ uid: 'a', name: 'a', type: 'prometheus', access: 'proxy' },
    });
    bench.grafana.setFaults(answer(path, 404));
    expect((await bench.backup()).status).toBe('complete');
    bench.grafana.setFaults(answer(path, 404), answer('/api/frontend/settings', 200, settings));
    const { status, errors } = await bench.backup();
    expect({ status, kinds: errors.map((error) => error.kind) }).toEqual({ status: 'partial', kinds: [kind] });
  });

  it('is partial where only single resources are answered with 404, and is not where they are deleted', async () => {
    const bench = await start({ profile: '12.4' });
    const { client } = (await bench.instance()).orgs[0]!;
    const signal = new AbortController().signal;
    for (const uid of ['a', 'b']) {
      await client.post('/api/datasources', { uid, name: uid, type: 'prometheus', access: 'proxy' }, { signal });
    }
    const deleteB = async (): Promise<void> => void (await client.delete('/api/datasources/uid/b', { signal }));
    bench.grafana.setFaults(
      answer('/api/datasources/uid/a', 404),
      { match: 'GET /api/datasources/uid/b', times: 1, action: { kind: 'before', run: deleteB } },
      answer('/api/users/1', 404),
    );
    const { status, errors, skipped } = await bench.backup();
    expect(status).toBe('partial');
    expect(errors.map(({ kind, uid, code }) => `${kind} ${uid} ${code}`).sort()).toEqual([
      'data-source a listed-not-found',
      'user admin listed-not-found',
    ]);
    expect(skipped).toMatchObject([{ kind: 'data-source', uid: 'b', code: 'deleted-meanwhile' }]);
  });

  it('reads no content of the others again to see whether one is still listed', async () => {
    const bench = await start({ profile: '12.4' });
    const { dashboards } = bench.grafana.seedDashboards({ count: 8, folders: 1, v2Share: 0.5 });
    const single = (uid: string): string => `/apis/dashboard.grafana.app/*/namespaces/default/dashboards/${uid}`;
    const uids = new Set(dashboards);
    await bench.backup({ kinds: ['dashboard'] });
    // What is stored in another version than most is read by itself, of a list as well.
    const read = bench.grafana.requests.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
    const uid = read.find((one) => uids.has(one)) ?? '';
    bench.grafana.setFaults(answer(single(uid), 404));
    bench.grafana.clearRequests();
    const { errors } = await bench.backup({ kinds: ['dashboard'], fullReadEvery: 1 });
    expect(errors).toMatchObject([{ uid, code: 'listed-not-found' }]);
    const lists = bench.grafana.requests.filter(({ path }) => path.endsWith('/dashboards'));
    expect(
      lists.map(({ query }) => new URLSearchParams(query).get('limit')).filter((limit) => limit === '1000'),
    ).toEqual(['1000']);
  });

  it('is complete where Grafana says that it has the feature turned off', async () => {
    const bench = await start({ profile: '12.4' });
    const settings = { unifiedAlertingEnabled: false, publicDashboardsEnabled: false, snapshotEnabled: false };
    bench.grafana.setFaults(
      answer('/api/frontend/settings', 200, settings),
      answer('/api/v1/provisioning/*', 404),
      answer('/api/alertmanager/*', 404),
      answer('/api/dashboards/public-dashboards*', 404),
      answer('/api/dashboard/snapshots*', 403, { message: 'Dashboard Snapshots are disabled' }),
    );
    const { status, kinds, errors } = await bench.backup();
    expect({ status, errors }).toEqual({ status: 'complete', errors: [] });
    const codeOf = (kind: KindName): string | undefined => kinds[kind]?.code;
    for (const kind of ['notification-template', 'mute-timing', 'contact-point', 'notification-policy'] as const) {
      expect(codeOf(kind)).toBe('alerting-off');
    }
    expect(['inhibition-rule', 'alert-rule-group', 'silence'].map((kind) => codeOf(kind as KindName))).toEqual(
      Array(3).fill('alerting-off'),
    );
    expect(codeOf('public-dashboard')).toBe('public-dashboards-off');
    expect(codeOf('dashboard-snapshot')).toBe('snapshots-off');
  });
});
