import { afterEach, describe, expect, it } from 'vitest';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { bodies, restore, roundTrip, take, testGrafana, type TestGrafana } from '../harness.ts';

let grafana: TestGrafana;
afterEach(() => grafana.close());

async function seed(): Promise<void> {
  const { grafana: client } = await grafana.admin();
  await client.post('/api/dashboards/db', { dashboard: { uid: 'home', title: 'Home', panels: [] } });
  await client.put('/api/org/preferences', {
    theme: 'light',
    timezone: 'utc',
    weekStart: 'monday',
    homeDashboardUID: 'home',
  });
}

describe.each(TRIED_PROFILES)('org preferences on %s', (profile) => {
  it('come back with the home dashboard', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const { before, after } = await roundTrip(grafana, ['dashboard', 'org-preferences']);
    const body = before.get('org-preferences')!.get('org')!.body;
    expect(body).toEqual({ theme: 'light', timezone: 'utc', weekStart: 'monday', homeDashboardUID: 'home' });
    expect(bodies(after.get('org-preferences')!)).toEqual(bodies(before.get('org-preferences')!));
  });
});

describe('org preferences', () => {
  it('come back without a home dashboard that is missing, and say so', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('org-preferences', await grafana.admin());
    grafana.sim.wipe();
    const restored = await restore('org-preferences', await grafana.admin(), taken);
    expect(restored.losses['org']).toEqual(['without its home dashboard home, which is missing']);
    const body = (await take('org-preferences', await grafana.admin())).get('org')!.body;
    expect(body).toEqual({ theme: 'light', timezone: 'utc', weekStart: 'monday' });
  });

  it('name the home dashboard and follow its renaming', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const content = (await take('org-preferences', await grafana.admin())).get('org')!;
    const kind = kindOf('org-preferences');
    expect(kind.references(content)).toEqual([{ kind: 'dashboard', uid: 'home' }]);
    expect(kind.references(kind.rename!(content, () => 'other'))).toEqual([{ kind: 'dashboard', uid: 'other' }]);
  });

  it('without the right to read them is an error that names it', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    const context = await grafana.account({ without: ['orgs.preferences:read'] });
    await expect(take('org-preferences', context)).rejects.toThrow(/orgs\.preferences:read/);
  });
});
