import { afterEach, describe, expect, it } from 'vitest';
import type { KindName } from '../../pkg/contract/kinds.ts';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { kindOf } from '../../pkg/grafana/kinds/registry.ts';
import { TRIED_PROFILES } from '../support/grafana/profiles/tried.ts';
import { ALERTING, AlertingGrafana, take } from './harness.ts';
import { seedAlerting } from './seed.ts';

let grafana: AlertingGrafana;
afterEach(() => grafana.close());

const READS = ['alert.provisioning:read', 'alert.notifications:read', 'alert.instances:read', 'alert.silences:read'];
const NAMED: Partial<Record<KindName, RegExp>> = {
  silence: /alert\.(instances|silences):read/,
  'inhibition-rule': /this permission: list inhibitionrules \(notifications.alerting.grafana.app\)/,
};

describe.each(TRIED_PROFILES)('without rights in Grafana %s', (profile) => {
  it('every kind fails and names the right and how to grant it, instead of being shorter', async () => {
    grafana = await AlertingGrafana.start({ profile });
    await seedAlerting(grafana);
    const context = await grafana.run({ account: { without: READS } });
    const kinds = ALERTING.filter((name) => name !== 'inhibition-rule' || profile === '13.2');
    for (const name of kinds) {
      const error = await take(name, context).then(
        () => undefined,
        (reason: unknown) => reason as DashkeepError,
      );
      expect(error, name).toBeInstanceOf(DashkeepError);
      expect(error!.code, name).toBe('DK_GRAFANA_FORBIDDEN');
      expect(`${error!.message} ${error!.hint}`, name).toMatch(NAMED[name] ?? /alert\.(provisioning|notifications)/);
    }
  });

  it('rules are not listed by somebody who would only see some of them', async () => {
    grafana = await AlertingGrafana.start({ profile });
    await seedAlerting(grafana);
    const context = await grafana.run({ account: { role: 'Editor' } });
    await expect(take('alert-rule-group', context)).rejects.toThrow(/alert.provisioning:read/);
  });
});

describe('lists', () => {
  it.each([
    ['notification-template', 'templates'],
    ['mute-timing', 'mute-timings'],
    ['contact-point', 'contact-points'],
    ['alert-rule-group', 'alert-rules'],
    ['silence', 'silences'],
  ] as [KindName, string][])('of %s that are not lists are errors', async (name, path) => {
    grafana = await AlertingGrafana.start({ profile: '12.4' });
    grafana.sim.setFaults({
      match: `GET *${path}`,
      action: { kind: 'status', status: 200, body: { message: 'login' } },
    });
    await expect(take(name, await grafana.run())).rejects.toThrow('not a list');
  });

  it('that are null are empty: Grafana writes an empty list so', async () => {
    grafana = await AlertingGrafana.start({ profile: '10.4' });
    grafana.sim.setFaults({ match: 'GET *templates', action: { kind: 'status', status: 200, body: null } });
    expect((await take('notification-template', await grafana.run())).size).toBe(0);
  });

  it.each(ALERTING.slice(0, 4))('of %s that fail are errors, never empty', async (name) => {
    grafana = await AlertingGrafana.start({ profile: '11.6' });
    grafana.sim.setFaults({ match: 'GET /api/v1/provisioning/*', action: { kind: 'status', status: 502 } });
    await expect(take(name, await grafana.run())).rejects.toThrow('502');
  });
});

describe('a Grafana whose alerting is switched off', () => {
  it('serves none of the kinds, and says why', async () => {
    grafana = await AlertingGrafana.start({ profile: '11.6' });
    grafana.sim.setFaults({
      match: 'GET /api/frontend/settings',
      action: { kind: 'status', status: 200, body: { unifiedAlertingEnabled: false } },
    });
    const context = await grafana.run();
    for (const name of ALERTING) {
      const serving = await kindOf(name).serves(context);
      expect(serving, name).toEqual({ served: false, reason: { code: 'alerting-off', params: {} } });
    }
  });

  it.each(['10.4', '11.6', '12.4'] as const)('Grafana %s has no inhibition rules, and says so', async (profile) => {
    grafana = await AlertingGrafana.start({ profile });
    const serving = await kindOf('inhibition-rule').serves(await grafana.run());
    expect(serving).toMatchObject({
      served: false,
      reason: { code: 'version-has-none', params: { version: expect.stringContaining(profile) } },
    });
  });
});
