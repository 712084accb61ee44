import type { Grafana, Served } from '../grafana.ts';

/** Keeps what is written editable by people, as if it had been made on the pages. */
const EDITABLE = { 'x-disable-provenance': 'true' };

const PROVISIONING = '/api/v1/provisioning';

/** Templates, mute timings, contact points with secrets, policies, and inhibition rules where they are served. */
export async function fillNotifications(grafana: Grafana, served: Served): Promise<void> {
  for (const [name, template] of Object.entries(TEMPLATES)) {
    await grafana.put(`${PROVISIONING}/templates/${name}`, { template }, EDITABLE);
  }
  for (const timing of MUTE_TIMINGS) {
    await grafana.post(`${PROVISIONING}/mute-timings`, timing, EDITABLE);
  }
  for (const point of CONTACT_POINTS) {
    await grafana.post(`${PROVISIONING}/contact-points`, { disableResolveMessage: false, ...point }, EDITABLE);
  }
  await grafana.put(`${PROVISIONING}/policies`, POLICIES, EDITABLE);
  await fillInhibitionRules(grafana, served);
}

const TEMPLATES = {
  'real-title': '{{ define "real-title" }}{{ .Status | toUpper }}: {{ .CommonLabels.alertname }}{{ end }}',
  'real body': '{{ define "real-body" }}{{ range .Alerts }}{{ .Annotations.summary }}\n{{ end }}{{ end }}',
};

const MUTE_TIMINGS = [
  { name: 'real-weekends', time_intervals: [{ weekdays: ['saturday', 'sunday'], location: 'Europe/Paris' }] },
  {
    name: 'real nights / holidays',
    time_intervals: [
      { times: [{ start_time: '22:00', end_time: '23:59' }] },
      { days_of_month: ['24:26'], months: ['december'], years: ['2026:2030'] },
    ],
  },
];

const CONTACT_POINTS = [
  { uid: 'real-cp-mail', name: 'Mail', type: 'email', settings: { addresses: 'ops@example.com', singleEmail: true } },
  {
    uid: 'real-cp-slack',
    name: 'Operations',
    type: 'slack',
    settings: {
      url: 'https://hooks.slack.example.com/services/secret-of-slack',
      title: '{{ template "real-title" . }}',
    },
  },
  {
    uid: 'real-cp-pagerduty',
    name: 'Operations',
    type: 'pagerduty',
    disableResolveMessage: true,
    settings: { integrationKey: 'secret-of-pagerduty', severity: 'critical' },
  },
  {
    uid: 'real-cp-webhook',
    name: 'Webhook',
    type: 'webhook',
    settings: { url: 'https://example.com/hook', httpMethod: 'POST', username: 'hook', password: 'secret-of-webhook' },
  },
  {
    uid: 'real-cp-telegram',
    name: 'Telegram',
    type: 'telegram',
    settings: { bottoken: 'secret-of-telegram', chatid: '12345' },
  },
  {
    uid: 'real-cp-discord',
    name: 'Discord',
    type: 'discord',
    settings: { url: 'https://discord.example.com/secret-of-discord', use_discord_username: true },
  },
  {
    uid: 'real-cp-teams',
    name: 'Teams',
    type: 'teams',
    settings: { url: 'https://teams.example.com/secret-of-teams', title: 'alert' },
  },
];

const POLICIES = {
  receiver: 'Mail',
  group_by: ['grafana_folder', 'alertname'],
  group_wait: '45s',
  group_interval: '6m',
  repeat_interval: '5h',
  routes: [
    {
      receiver: 'Operations',
      object_matchers: [['team', '=', 'operations']],
      continue: true,
      mute_time_intervals: ['real-weekends'],
      routes: [{ receiver: 'Webhook', object_matchers: [['severity', '=~', 'critical|fatal']] }],
    },
    {
      receiver: 'Telegram',
      object_matchers: [['team', '!=', 'operations']],
      mute_time_intervals: ['real nights / holidays'],
    },
  ],
};

const NOTIFICATIONS = 'notifications.alerting.grafana.app';

/** The version that serves inhibition rules; undefined where none does. */
export async function inhibitionVersion(grafana: Grafana, served: Served): Promise<string | undefined> {
  for (const version of served.get(NOTIFICATIONS) ?? []) {
    if (await grafana.serves(NOTIFICATIONS, version, 'inhibitionrules')) {
      return version;
    }
  }
  return undefined;
}

async function fillInhibitionRules(grafana: Grafana, served: Served): Promise<void> {
  const version = await inhibitionVersion(grafana, served);
  if (version === undefined) {
    return;
  }
  await grafana.post(grafana.resource(NOTIFICATIONS, version, 'inhibitionrules'), {
    apiVersion: `${NOTIFICATIONS}/${version}`,
    kind: 'InhibitionRule',
    metadata: { name: 'real-inhibition' },
    spec: {
      source_matchers: [{ type: '=', label: 'alertname', value: 'Down' }],
      target_matchers: [{ type: '=~', label: 'alertname', value: 'Slow.*' }],
      equal: ['instance'],
    },
  });
}
