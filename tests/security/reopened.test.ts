import { describe, expect, it } from 'vitest';
import type { SecurityChange } from '../../pkg/contract/plan.ts';
import { alertRuleGroup } from '../../pkg/grafana/kinds/alerting/alert-rule-group.ts';
import { notificationPolicy } from '../../pkg/grafana/kinds/alerting/notification-policy.ts';
import { publicDashboard } from '../../pkg/grafana/kinds/dashboards/public-dashboard.ts';
import type { Kind } from '../../pkg/grafana/kinds/kind.ts';
import type { Json } from '../../pkg/lib/json/json.ts';
import { describeAttack } from './support/plan-attack.ts';

/* An earlier snapshot reopens something that was closed in place, without any new address, role or contact point. */

const PLUGIN = 'exampleorg-notes-app';

/** What a plan says of a kind whose live body is written over. */
function said(kind: Kind, live: Json, body: Json): SecurityChange[] {
  const item = { uid: 'x', content: { body, title: 'x' }, live: { body: live, title: 'x' } };
  return kind.securityChanges?.(item, { secrets: () => undefined, keepSecrets: false, creates: () => false }) ?? [];
}

const app = (enabled: boolean) => ({
  enabled,
  pinned: false,
  jsonData: { url: 'https://notes.example' },
  secureJsonData: { token: 'secret' },
});

describeAttack('an app that was disabled', {
  always: 'service',
  async seed({ api, grafana }) {
    grafana.state.plugins.set(PLUGIN, { id: PLUGIN, name: 'Notes', type: 'app', version: '1.0.0', autoEnabled: false });
    await api(`POST /api/plugins/${PLUGIN}/settings`, app(true));
  },
  forge: async () => undefined,
  heal: ({ api }) => api(`POST /api/plugins/${PLUGIN}/settings`, app(false)),
  target: { kind: 'plugin-settings', uid: PLUGIN },
  state: ({ grafana }) => grafana.state.org(1).pluginSettings.get(PLUGIN)?.enabled,
  says: [{ code: 'app-enabled', params: {} }],
});

const bare = (enabled: boolean) => ({ enabled, pinned: enabled, jsonData: {} });

describeAttack('an app without settings that was disabled, as if nobody had ever used it', {
  async seed({ api, grafana }) {
    grafana.state.plugins.set(PLUGIN, { id: PLUGIN, name: 'Notes', type: 'app', version: '1.0.0', autoEnabled: false });
    await api(`POST /api/plugins/${PLUGIN}/settings`, bare(true));
    await api('POST /api/admin/users', { login: 'ann', password: 'only-for-tests', OrgId: 1 });
  },
  forge: async () => undefined,
  heal: ({ api }) => api(`POST /api/plugins/${PLUGIN}/settings`, bare(false)),
  target: { kind: 'plugin-settings', uid: PLUGIN },
  state: ({ grafana }) => grafana.state.org(1).pluginSettings.get(PLUGIN)?.enabled,
  says: [{ code: 'app-enabled', params: {} }],
});

describe('a dashboard that is shared with invited people only', () => {
  const shared = (share: string, flags: Record<string, boolean> = {}): Json => ({
    ...{ uid: 'u', accessToken: 't', dashboardUid: 'd', share },
    ...{ isEnabled: true, annotationsEnabled: false, timeSelectionEnabled: false, ...flags },
  });

  it('does not become public unsaid', () => {
    expect(said(publicDashboard, shared('email'), shared('public'))).toEqual([
      { code: 'public', params: { field: 'share', before: 'email', after: 'public' } },
    ]);
  });

  it.each([
    ['public', 'email'],
    ['email', 'email'],
  ])('is as open or less: %s → %s', (before, after) => {
    expect(said(publicDashboard, shared(before), shared(after))).toEqual([]);
  });

  it('that was not shared is said to become public once', () => {
    expect(said(publicDashboard, shared('email', { isEnabled: false }), shared('public'))).toEqual([
      { code: 'public', params: { field: 'isEnabled', before: 'no', after: 'yes' } },
    ]);
  });
});

describe('alerts that another route took', () => {
  const matching = (receiver: string, team: string, more: Record<string, Json> = {}): Json => ({
    receiver,
    object_matchers: [['team', '=', team]],
    ...more,
  });
  const policy = (...routes: Json[]): Json => ({ receiver: 'default', routes });
  const wider = (name: string, matchers: string) => ({ code: 'receiver-wider', params: { name, matchers } });
  const payroll = 'team = payroll';

  it('are said to go on to the next route, where the first continues', () => {
    const next = { receiver: 'contractor' };
    expect(
      said(
        notificationPolicy,
        policy(matching('payroll', 'payroll'), next),
        policy(matching('payroll', 'payroll', { continue: true }), next),
      ),
    ).toEqual([wider('contractor', payroll)]);
  });

  it('are said to go to the route behind one that is gone, or to the default', () => {
    const next = { receiver: 'contractor' };
    const first = matching('payroll', 'payroll');
    expect(said(notificationPolicy, policy(first, next), policy(next))).toEqual([wider('contractor', payroll)]);
    expect(said(notificationPolicy, policy(first), policy())).toEqual([wider('default', payroll)]);
  });

  it('are said to go to the parent of a route that is gone', () => {
    const branch = (...routes: Json[]) => policy(matching('ops', 'ops', { routes }));
    const night = { receiver: 'night', object_matchers: [['shift', '=', 'night']] };
    expect(said(notificationPolicy, branch(night), branch())).toEqual([wider('ops', 'shift = night, team = ops')]);
  });

  it('are none of the next route, or went to it anyway', () => {
    const first = matching('payroll', 'payroll');
    const second = matching('ops', 'ops');
    expect(said(notificationPolicy, policy(first, second), policy(second, first))).toEqual([]);
    expect(
      said(notificationPolicy, policy(matching('ops', 'payroll'), { receiver: 'ops' }), policy({ receiver: 'ops' })),
    ).toEqual([]);
    expect(said(notificationPolicy, policy(first), policy(first, second))).toEqual([
      { code: 'receiver-added', params: { after: 'ops' } },
    ]);
  });
});

describe('a rule whose labels lead to another contact point', () => {
  const group = (labels: Json, more: Record<string, Json> = {}): Json => ({
    ...{ title: 'g', folderUid: 'f', interval: 60 },
    rules: [{ uid: 'r', title: 'High load', labels, ...more }],
  });

  it('is named with the labels that change', () => {
    const now = { team: 'payroll', severity: 'page' };
    expect(said(alertRuleGroup, group(now), group({ ...now, team: 'contractor' }))).toEqual([
      { code: 'rule-label', params: { rule: 'High load', field: 'team', before: 'payroll', after: 'contractor' } },
    ]);
    expect(said(alertRuleGroup, group(now), group({ team: 'payroll' }))).toEqual([
      { code: 'rule-label', params: { rule: 'High load', field: 'severity', before: 'page' } },
    ]);
  });

  it('is not where it names its contact point itself', () => {
    const own = { notification_settings: { receiver: 'ops' } };
    expect(said(alertRuleGroup, group({ team: 'a' }, own), group({ team: 'b' }, own))).toEqual([]);
  });
});
