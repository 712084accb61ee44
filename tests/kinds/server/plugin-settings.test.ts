import { afterEach, describe, expect, it } from 'vitest';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { bodies, listed, restore, roundTrip, take, testGrafana, type TestGrafana } from '../harness.ts';

const ONCALL = 'grafana-oncall-app';
let grafana: TestGrafana;
afterEach(() => grafana.close());

async function seed(): Promise<void> {
  const { grafana: client } = await grafana.admin();
  grafana.sim.state.plugins.set(ONCALL, {
    id: ONCALL,
    name: 'OnCall',
    type: 'app',
    version: '1.9.0',
    autoEnabled: false,
  });
  grafana.sim.state.plugins.set('idle-app', {
    id: 'idle-app',
    name: 'Idle',
    type: 'app',
    version: '1',
    autoEnabled: false,
  });
  await client.post(`/api/plugins/${ONCALL}/settings`, {
    enabled: true,
    pinned: true,
    jsonData: { url: 'http://oncall', stackId: 5 },
    secureJsonData: { apiToken: 'oncall-secret' },
  });
  await client.post('/api/plugins/dashkeep-backup-app/settings', {
    enabled: true,
    pinned: true,
    jsonData: { sidecarUrl: 'http://127.0.0.1:3210' },
    secureJsonData: { sidecarToken: 'own-secret' },
  });
}

describe.each(TRIED_PROFILES)('app plugin settings on %s', (profile) => {
  it('come back whole when the secrets are supplied', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const { before, after } = await roundTrip(grafana, ['plugin-settings'], {
      secrets: { [`plugin-settings/${ONCALL}`]: { apiToken: 'oncall-secret' } },
    });
    expect(before.get('plugin-settings')!.get(ONCALL)!.body).toEqual({
      enabled: true,
      pinned: true,
      jsonData: { url: 'http://oncall', stackId: 5 },
      secureJsonFields: { apiToken: true },
    });
    expect(bodies(after.get('plugin-settings')!)).toEqual(bodies(before.get('plugin-settings')!));
  });
});

describe('app plugin settings', () => {
  it('name the secrets to enter again', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const { restored } = await roundTrip(grafana, ['plugin-settings']);
    expect(restored.get('plugin-settings')!.losses).toEqual({ [ONCALL]: ['enter again: apiToken'] });
    expect(grafana.sim.state.org(1).pluginSettings.get(ONCALL)!.secureJsonData).toEqual({});
  });

  it('keep the secrets of the target', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('plugin-settings', await grafana.admin());
    grafana.sim.state.org(1).pluginSettings.get(ONCALL)!.jsonData = { url: 'http://oncall' };
    const restored = await restore('plugin-settings', await grafana.admin(), taken);
    expect(restored.losses).toEqual({});
    expect(grafana.sim.state.org(1).pluginSettings.get(ONCALL)).toMatchObject({
      jsonData: { url: 'http://oncall', stackId: 5 },
      secureJsonData: { apiToken: 'oncall-secret' },
    });
  });

  it('leave out plugins nobody uses, and Dashkeep itself', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const uids = (await listed('plugin-settings', await grafana.admin())).map(({ uid }) => uid);
    expect(uids).toContain(ONCALL);
    expect(uids).not.toContain('idle-app');
    expect(uids).not.toContain('dashkeep-backup-app');
  });

  it('are blocked where the plugin is not installed', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('plugin-settings', await grafana.admin());
    grafana.sim.state.plugins.delete(ONCALL);
    const restored = await restore('plugin-settings', await grafana.admin(), taken);
    expect(restored.blocked[ONCALL]).toMatch(/not installed/);
  });

  it('are not taken for complete when Grafana hides plugins without a word', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const context = await grafana.account({ without: ['datasources:create'] });
    await expect(listed('plugin-settings', context)).rejects.toMatchObject({
      code: 'DK_GRAFANA_FORBIDDEN',
      message: expect.stringContaining('datasources:create'),
    });
    expect(kindOf('plugin-settings').remove).toBeUndefined();
  });
});
