import { afterEach, describe, expect, it } from 'vitest';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { bodies, restore, roundTrip, take, testGrafana, type TestGrafana } from '../harness.ts';

let grafana: TestGrafana;
afterEach(() => grafana.close());

const SHARED = { isEnabled: true, annotationsEnabled: true, timeSelectionEnabled: false, share: 'public' };

async function seed(share = 'public'): Promise<void> {
  const { grafana: client } = await grafana.admin();
  await client.post('/api/dashboards/db', { dashboard: { uid: 'd1', title: 'Status', panels: [] } });
  await client.post('/api/dashboards/uid/d1/public-dashboards', { ...SHARED, share });
}

function shared() {
  return grafana.sim.state.org(1).publicDashboards.get('d1')!;
}

describe.each(TRIED_PROFILES)('public dashboards on %s', (profile) => {
  it('come back with uid and access token, so that links keep working', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const { uid, accessToken } = shared();
    const { before, after, restored } = await roundTrip(grafana, ['dashboard', 'public-dashboard']);
    expect(before.get('public-dashboard')!.get('d1')!.body).toEqual({
      ...SHARED,
      uid,
      accessToken,
      dashboardUid: 'd1',
    });
    expect(bodies(after.get('public-dashboard')!)).toEqual(bodies(before.get('public-dashboard')!));
    expect(restored.get('public-dashboard')!.losses).toEqual({});
    expect(shared()).toMatchObject({ uid, accessToken });
  });
});

describe('public dashboards', () => {
  it('that were switched off are switched on again in place', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('public-dashboard', await grafana.admin());
    const { uid } = shared();
    shared().isEnabled = false;
    grafana.sim.clearRequests();
    await restore('public-dashboard', await grafana.admin(), taken);
    expect(grafana.sim.writes().map(({ method }) => method)).toEqual(['PATCH']);
    expect(shared()).toMatchObject({ uid, isEnabled: true });
  });

  it('say that a link of today is kept when it is another one', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('public-dashboard', await grafana.admin());
    grafana.sim.state.org(1).publicDashboards.clear();
    const { grafana: client } = await grafana.admin();
    await client.post('/api/dashboards/uid/d1/public-dashboards', { isEnabled: false });
    const { accessToken } = shared();
    const restored = await restore('public-dashboard', await grafana.admin(), taken);
    expect(restored.losses['d1']).toEqual([expect.stringContaining('link')]);
    expect(shared()).toMatchObject({ accessToken, isEnabled: true });
  });

  it('shared by e-mail lose their recipients, which holds personal data, and say so', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed('email');
    shared().recipients.push({ recipient: 'someone@example.org' });
    const { before, restored } = await roundTrip(grafana, ['dashboard', 'public-dashboard']);
    expect(JSON.stringify(before.get('public-dashboard')!.get('d1')!.body)).not.toContain('example.org');
    expect(restored.get('public-dashboard')!.losses['d1']).toEqual(['invite the recipients again']);
  });

  it('get their own link as a copy', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const kind = kindOf('public-dashboard');
    const content = (await take('public-dashboard', await grafana.admin())).get('d1')!;
    const { grafana: client } = await grafana.admin();
    await client.post('/api/dashboards/db', { dashboard: { uid: 'd2', title: 'Copy', panels: [] } });
    await kind.write!(await grafana.admin(), { uid: 'd2', content: kind.copy!(content, 'd2') });
    const copy = grafana.sim.state.org(1).publicDashboards.get('d2')!;
    expect(copy.isEnabled).toBe(true);
    expect(copy.accessToken).not.toBe(shared().accessToken);
  });
});
