import { Refused, type Grafana } from '../grafana.ts';

const EDITABLE = { 'x-disable-provenance': 'true' };

/** Rules of several sorts by folder and group. None of them ever fires. */
export async function fillAlertRules(grafana: Grafana, [major]: [number, number]): Promise<void> {
  const group = (folder: string, title: string, interval: number, rules: object[]) =>
    grafana.put(
      `/api/v1/provisioning/folder/${folder}/rule-groups/${encodeURIComponent(title)}`,
      {
        title,
        folderUid: folder,
        interval,
        rules: rules.map((rule) => ({ ...rule, folderUID: folder, ruleGroup: title })),
      },
      EDITABLE,
    );
  await group('real-shop', 'Orders', 3600, [
    rule('real-rule-slow', 'Orders are slow', {
      annotations: { __dashboardUid__: 'real-shop-front', __panelId__: '1', summary: 'slow' },
    }),
    rule('real-rule-paused', 'Orders are paused', { isPaused: true }),
  ]);
  await group('real-payment', 'Cards / debit', 7200, [
    rule('real-rule-cards', 'Cards are refused', {
      for: '10m',
      noDataState: 'OK',
      execErrState: 'OK',
      labels: { team: 'operations', severity: 'critical' },
      ...(major >= 11
        ? { notification_settings: { receiver: 'Webhook', group_by: ['alertname', 'grafana_folder'] } }
        : {}),
    }),
  ]);
  await group('real-empty', 'Only rules', 3600, [rule('real-rule-alone', 'A folder with rules alone', {})]);
  await grafana
    .put(
      '/api/v1/provisioning/folder/real-wide/rule-groups/Recorded',
      {
        title: 'Recorded',
        folderUid: 'real-wide',
        interval: 3600,
        rules: [
          rule('real-rule-record', 'A recording', {
            folderUID: 'real-wide',
            ruleGroup: 'Recorded',
            isPaused: true,
            record: { metric: 'real_orders', from: 'A', target_datasource_uid: 'real-prometheus' },
          }),
        ],
      },
      EDITABLE,
    )
    .catch(ignoreRefusal);
}

/** Recording rules are served from 11.2 on, and may be switched off. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof Refused)) {
    throw error;
  }
}

function rule(uid: string, title: string, more: object): object {
  return {
    uid,
    title,
    condition: 'A',
    for: '5m',
    noDataState: 'NoData',
    execErrState: 'Error',
    labels: { team: 'operations' },
    annotations: { summary: title },
    isPaused: false,
    data: [
      {
        refId: 'A',
        queryType: '',
        relativeTimeRange: { from: 600, to: 0 },
        datasourceUid: '__expr__',
        model: { refId: 'A', type: 'math', expression: '1 < 0', datasource: { type: '__expr__', uid: '__expr__' } },
      },
    ],
    ...more,
  };
}

const HOUR = 3_600_000;

/** A silence that holds now, and one that will. */
export async function fillSilences(grafana: Grafana): Promise<void> {
  for (const [comment, from] of [
    ['maintenance now', 0],
    ['maintenance later', 48 * HOUR],
  ] as const) {
    await grafana.post('/api/alertmanager/grafana/api/v2/silences', {
      matchers: [
        { name: 'team', value: 'operations', isRegex: false, isEqual: true },
        { name: 'severity', value: 'warn.*', isRegex: true, isEqual: false },
      ],
      startsAt: new Date(Date.now() + from).toISOString(),
      endsAt: new Date(Date.now() + from + 72 * HOUR).toISOString(),
      createdBy: 'admin',
      comment,
    });
  }
}
