import { afterEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../pkg/lib/json/json.ts';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { bodies, take, testGrafana, type TestGrafana } from '../harness.ts';

let grafana: TestGrafana;
afterEach(() => grafana.close());

describe.each(TRIED_PROFILES)('server and single sign-on settings on %s', (profile) => {
  it('are archived with their masks, the same at each reading, and can never be written', async () => {
    grafana = await testGrafana({ profile });
    for (const name of ['server-settings', 'sso-settings'] as const) {
      expect(await kindOf(name).serves(await grafana.admin())).toEqual({ served: true });
      const taken = await take(name, await grafana.admin());
      expect(taken.size).toBeGreaterThan(0);
      expect(canonicalJson(bodies(taken) as never)).toContain('*********');
      expect(bodies(await take(name, await grafana.admin()))).toEqual(bodies(taken));
      expect(kindOf(name).write).toBeUndefined();
      expect(kindOf(name).remove).toBeUndefined();
    }
    expect(grafana.sim.writes()).toEqual([]);
  });

  it('need a server admin, and say so', async () => {
    grafana = await testGrafana({ profile });
    for (const name of ['server-settings', 'sso-settings'] as const) {
      expect(await kindOf(name).serves(await grafana.account())).toMatchObject({ served: false });
    }
  });
});

it('the server settings lack what changes with a restart of Grafana', async () => {
  grafana = await testGrafana({ profile: '12.4' });
  const settings = { DEFAULT: {}, rbac: { permission_cache: 'true' }, server: { enabled: 'true' } };
  const read = async (body: object): Promise<unknown> => {
    grafana.sim.setFaults({ match: 'GET /api/admin/settings', action: { kind: 'status', status: 200, body } });
    return bodies(await take('server-settings', await grafana.admin()));
  };
  const later = await read(settings);
  expect(await read({ ...settings, rbac: { ...settings.rbac, enabled: 'true' } })).toEqual(later);
  expect(await read({ ...settings, DEFAULT: { instance_name: 'grafana-7497-5qf8k' } })).toEqual(later);
  expect(JSON.stringify(later)).toContain('permission_cache');
  expect(JSON.stringify(later)).toContain('"server":{"enabled":"true"}');
});

describe('single sign-on settings', () => {
  it('are not served where their API is switched off, which is no missing right', async () => {
    grafana = await testGrafana({ profile: '10.4' });
    grafana.sim.setFaults({ match: '*sso-settings*', action: { kind: 'status', status: 404 } });
    expect(await kindOf('sso-settings').serves(await grafana.admin())).toMatchObject({ served: false });
    grafana.sim.setFaults({ match: '*sso-settings*', action: { kind: 'status', status: 403 } });
    await expect(kindOf('sso-settings').serves(await grafana.admin())).rejects.toMatchObject({
      code: 'DK_GRAFANA_FORBIDDEN',
    });
  });
});
