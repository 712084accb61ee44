import type { AlertingGrafana } from './harness.ts';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';

export const FOLDER = 'infra';
export const SLACK_URL = 'https://hooks.slack.example/T000/B000/secret-of-slack';
export const WEBHOOK_PASSWORD = 'secret-of-webhook';

/** A query rule with every field that Grafana has for one. */
export function rule(uid: string, title: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    uid,
    title,
    condition: 'C',
    data: [
      {
        refId: 'A',
        queryType: '',
        relativeTimeRange: { from: 600, to: 0 },
        datasourceUid: 'prom',
        model: { datasource: { type: 'prometheus', uid: 'prom' }, expr: 'up == 0', refId: 'A' },
      },
      {
        refId: 'C',
        relativeTimeRange: { from: 0, to: 0 },
        datasourceUid: '__expr__',
        model: { datasource: { type: '__expr__', uid: '__expr__' }, type: 'threshold', expression: 'A', refId: 'C' },
      },
    ],
    noDataState: 'Alerting',
    execErrState: 'KeepLast',
    for: '5m',
    keep_firing_for: '10m',
    labels: { team: 'infra' },
    annotations: { summary: 'Target is down', __dashboardUid__: 'board', __panelId__: '7' },
    ...more,
  };
}

/** Contact points after seeding: two, beside the default one that Grafana makes before 12.4. */
export function contactPointsOf(profile: ProfileName): number {
  return profile === '10.4' || profile === '11.6' ? 3 : 2;
}

/** Everything that alerting can hold, made the way people make it, with every field set. */
export async function seedAlerting(grafana: AlertingGrafana): Promise<void> {
  await grafana.api('POST /api/folders', { uid: FOLDER, title: 'Infrastructure' });
  await seedNotifications(grafana);
  await seedRules(grafana);
  await seedSilences(grafana);
  if (grafana.sim.profile.major >= 13) {
    await seedApisOnly(grafana);
  }
}

async function seedNotifications(grafana: AlertingGrafana): Promise<void> {
  const base = '/api/v1/provisioning';
  await grafana.asPerson(`PUT ${base}/templates/slack.title`, { template: '{{ define "slack.title" }}Fire{{ end }}' });
  await grafana.asPerson(`PUT ${base}/templates/bare`, { template: 'only text' });
  await grafana.asPerson(`POST ${base}/mute-timings`, {
    name: 'weekends & nights',
    time_intervals: [
      { weekdays: ['saturday', 'sunday'], location: 'Europe/Paris' },
      { times: [{ start_time: '22:00', end_time: '24:00' }], days_of_month: ['1:5', '-3:-1'], months: ['1:3'] },
    ],
  });
  for (const [uid, type, settings, disableResolveMessage] of [
    ['ops-slack', 'slack', { url: SLACK_URL, recipient: '#ops', title: '{{ template "slack.title" . }}' }, true],
    ['ops-mail', 'email', { addresses: 'ops@example.com;night@example.com', singleEmail: true }, false],
    ['ops-hook', 'webhook', { url: 'https://hook.example', username: 'u', password: WEBHOOK_PASSWORD }, false],
  ] as const) {
    await grafana.asPerson(`POST ${base}/contact-points`, { uid, name: 'ops', type, settings, disableResolveMessage });
  }
  await grafana.asPerson(`POST ${base}/contact-points`, {
    uid: 'pager',
    name: 'on-call',
    type: 'pagerduty',
    settings: { integrationKey: 'secret-of-pagerduty', severity: 'critical' },
  });
  await grafana.asPerson(`PUT ${base}/policies`, {
    receiver: 'ops',
    group_by: ['grafana_folder', 'alertname'],
    group_wait: '45s',
    group_interval: '6m',
    repeat_interval: '5h',
    routes: [
      {
        receiver: 'on-call',
        object_matchers: [
          ['severity', '=', 'critical'],
          ['env', '=~', 'prod|stage'],
        ],
        mute_time_intervals: ['weekends & nights'],
        continue: true,
        routes: [{ receiver: 'ops', object_matchers: [['team', '!=', 'db']], group_by: ['...'] }],
      },
    ],
  });
}

async function seedRules(grafana: AlertingGrafana): Promise<void> {
  await grafana.asPerson(`PUT /api/v1/provisioning/folder/${FOLDER}/rule-groups/every%2030s%20(hosts)`, {
    title: 'every 30s (hosts)',
    folderUid: FOLDER,
    interval: 30,
    rules: [
      rule('second-by-name', 'B runs first', { missingSeriesEvalsToResolve: 3 }),
      rule('paused', 'A is paused', { isPaused: true }),
      rule('routed', 'Goes to the pager', {
        notification_settings: {
          receiver: 'on-call',
          group_by: ['alertname', 'grafana_folder', 'host'],
          repeat_interval: '1d',
          mute_time_intervals: ['weekends & nights'],
        },
      }),
      rule('recorded', 'hosts_up', { record: { metric: 'hosts_up', from: 'A', target_datasource_uid: 'prom' } }),
    ],
  });
  await grafana.asPerson(`PUT /api/v1/provisioning/folder/${FOLDER}/rule-groups/slow`, {
    title: 'slow',
    folderUid: FOLDER,
    interval: 3600,
    rules: [rule('slow-1', 'Disk fills up', { for: '0s' })],
  });
}

/** Milliseconds from Grafana's now. */
export function at(grafana: AlertingGrafana, milliseconds: number): string {
  return new Date(grafana.sim.state.now() + milliseconds).toISOString();
}

const HOUR = 3_600_000;

async function seedSilences(grafana: AlertingGrafana): Promise<void> {
  for (const [comment, start, end] of [
    ['active', -HOUR, 10 * HOUR],
    ['pending', HOUR, 20 * HOUR],
  ] as const) {
    await grafana.api('POST /api/alertmanager/grafana/api/v2/silences', {
      matchers: [
        { name: 'host', value: 'db-.*', isRegex: true, isEqual: true },
        { name: 'alertname', value: 'Disk fills up', isRegex: false, isEqual: false },
      ],
      startsAt: at(grafana, start),
      endsAt: at(grafana, end),
      createdBy: 'ann',
      comment,
    });
  }
}

async function seedApisOnly(grafana: AlertingGrafana): Promise<void> {
  const base = '/apis/notifications.alerting.grafana.app/v1beta1/namespaces/default';
  await grafana.api(`POST ${base}/routingtrees`, {
    metadata: { name: 'team-a' },
    spec: {
      defaults: { receiver: 'on-call', group_by: ['alertname'], group_wait: '10s' },
      routes: [{ receiver: 'ops', continue: false, matchers: [{ type: '=', label: 'sev', value: 'low' }], routes: [] }],
    },
  });
  await grafana.api(`POST ${base}/inhibitionrules`, {
    metadata: { name: 'down-hides-slow' },
    spec: {
      source_matchers: [{ type: '=', label: 'alertname', value: 'Down' }],
      target_matchers: [{ type: '=', label: 'alertname', value: 'Slow' }],
      equal: ['host'],
    },
  });
}
