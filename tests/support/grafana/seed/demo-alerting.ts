import type { JsonObject } from '../../../../pkg/lib/json/json.ts';
import type { ContactPoint, Provenance } from '../model/alerting.ts';
import type { Org } from '../model/model.ts';
import type { GrafanaState } from '../state.ts';

const POINTS: Omit<ContactPoint, 'provenance'>[] = [
  {
    uid: 'cp-platform-slack',
    name: 'platform',
    type: 'slack',
    settings: { recipient: '#platform-alerts', url: 'https://hooks.slack.example/T1/B1/secret-1' },
    disableResolveMessage: false,
  },
  {
    uid: 'cp-oncall-pagerduty',
    name: 'on-call',
    type: 'pagerduty',
    settings: { integrationKey: 'pd-secret-2', severity: 'critical' },
    disableResolveMessage: false,
  },
  {
    uid: 'cp-oncall-email',
    name: 'on-call',
    type: 'email',
    settings: { addresses: 'oncall@aurora.example', singleEmail: true },
    disableResolveMessage: true,
  },
  {
    uid: 'cp-business-webhook',
    name: 'business',
    type: 'webhook',
    settings: { url: 'https://desk.aurora.example/alerts', httpMethod: 'POST', password: 'hook-secret-3' },
    disableResolveMessage: true,
  },
];

/** Group, folder, interval in seconds, provenance, rules (uid, title, expression, threshold, severity). */
const GROUPS: [string, string, number, Provenance, [string, string, string, number, string][]][] = [
  [
    'cluster',
    'platform-k8s',
    60,
    '',
    [
      [
        'r-pod-restarts',
        'Pods restart too often',
        'increase(kube_pod_container_status_restarts_total[1h])',
        5,
        'warning',
      ],
      [
        'r-node-disk',
        'Node disk nearly full',
        'min(node_filesystem_avail_bytes / node_filesystem_size_bytes)',
        0.1,
        'critical',
      ],
    ],
  ],
  [
    'postgres',
    'platform-db-pg',
    30,
    'api',
    [['r-pg-lag', 'Replication lag', 'max(pg_replication_lag_seconds)', 30, 'critical']],
  ],
  [
    'checkout-slo',
    'shop-checkout',
    60,
    '',
    [
      [
        'r-checkout-errors',
        'Checkout errors burn the budget',
        'slo:burn_rate:1h{service="checkout"}',
        14.4,
        'critical',
      ],
      ['r-checkout-slow', 'Checkout is slow', 'slo:latency:p99{service="checkout"}', 1.5, 'warning'],
      ['r-payments-down', 'Payment provider down', 'sum(up{job="payments"})', 1, 'critical'],
    ],
  ],
  [
    'search',
    'shop-search',
    120,
    '',
    [['r-search-empty', 'Search finds nothing', 'sum(rate(search_empty_total[10m]))', 3, 'warning']],
  ],
  [
    'pipelines',
    'data',
    300,
    '',
    [['r-pipeline-late', 'Nightly pipeline is late', 'time() - pipeline_last_success', 90000, 'warning']],
  ],
  [
    'orders',
    'business',
    600,
    '',
    [['r-no-orders', 'No orders for an hour', 'sum(increase(orders_total[1h]))', 1, 'critical']],
  ],
];

export function seedDemoAlerting(state: GrafanaState, org: Org): void {
  const { alerting } = org;
  alerting.contactPoints.push(...POINTS.map((point) => ({ ...point, provenance: '' as const })));
  alerting.muteTimings.set('weekends', {
    name: 'weekends',
    time_intervals: [{ weekdays: ['saturday', 'sunday'], location: 'Europe/Paris' }],
    provenance: '',
  });
  alerting.muteTimings.set('maintenance', {
    name: 'maintenance',
    time_intervals: [{ times: [{ start_time: '02:00', end_time: '04:00' }], weekdays: ['tuesday'] }],
    provenance: '',
  });
  alerting.templates.set('aurora', {
    name: 'aurora',
    template: '{{ define "aurora.title" }}[{{ .Status }}] {{ .CommonLabels.alertname }}{{ end }}',
    provenance: '',
  });
  alerting.policy = {
    receiver: 'platform',
    group_by: ['grafana_folder', 'alertname'],
    group_wait: '30s',
    group_interval: '5m',
    repeat_interval: '4h',
    routes: [
      { receiver: 'on-call', object_matchers: [['severity', '=', 'critical']], continue: true },
      {
        receiver: 'business',
        object_matchers: [['team', '=', 'business']],
        mute_time_intervals: ['weekends'],
        routes: [{ receiver: 'on-call', object_matchers: [['alertname', '=', 'No orders for an hour']] }],
      },
    ],
  };
  for (const [group, folderUid, interval, provenance, rules] of GROUPS) {
    alerting.intervals.set(`${folderUid}/${group}`, interval);
    for (const [uid, title, expr, threshold, severity] of rules) {
      const fields = ruleFields(expr, threshold, severity, title);
      const id = state.nextId();
      alerting.rules.set(uid, {
        id,
        uid,
        folderUid,
        group,
        title,
        fields,
        provenance,
        updated: state.now(),
        version: 1,
      });
    }
  }
  if (org.multipleTrees) {
    const spec: JsonObject = {
      defaults: { receiver: 'business', group_by: ['alertname'], group_wait: '30s' },
      routes: [
        {
          receiver: 'on-call',
          continue: false,
          matchers: [{ type: '=', label: 'severity', value: 'critical' }],
          routes: [],
        },
      ],
    };
    alerting.routingTrees.set('shop', { ...state.stored('shop', 'user:seed'), spec, provenance: '' });
    const inhibition: JsonObject = {
      source_matchers: [{ type: '=', label: 'alertname', value: 'Payment provider down' }],
      target_matchers: [{ type: '=', label: 'service', value: 'checkout' }],
      equal: ['environment'],
    };
    const name = 'payments-hide-checkout';
    alerting.inhibitionRules.set(name, { ...state.stored(name, 'user:seed'), spec: inhibition, provenance: '' });
  }
  const hour = 3_600_000;
  alerting.silences.set('5f1f2c9e-demo-silence', {
    id: '5f1f2c9e-demo-silence',
    matchers: [{ name: 'service', value: 'search', isRegex: false, isEqual: true }],
    startsAt: new Date(state.now() - hour).toISOString(),
    endsAt: new Date(state.now() + 30 * 24 * hour).toISOString(),
    createdBy: 'jonas',
    comment: 'Index is being rebuilt',
    updatedAt: state.now() - hour,
  });
}

function ruleFields(expr: string, threshold: number, severity: string, title: string): JsonObject {
  return {
    condition: 'B',
    data: [
      {
        refId: 'A',
        queryType: '',
        relativeTimeRange: { from: 600, to: 0 },
        datasourceUid: 'prometheus',
        model: { intervalMs: 1000, maxDataPoints: 43200, refId: 'A', expr },
      },
      {
        refId: 'B',
        queryType: '',
        relativeTimeRange: { from: 0, to: 0 },
        datasourceUid: '__expr__',
        model: {
          intervalMs: 1000,
          maxDataPoints: 43200,
          refId: 'B',
          type: 'threshold',
          expression: 'A',
          conditions: [{ evaluator: { type: 'gt', params: [threshold] } }],
        },
      },
    ],
    noDataState: 'NoData',
    execErrState: 'Error',
    for: '5m',
    isPaused: false,
    labels: { severity },
    annotations: { summary: `${title}: {{ $value }}`, runbook_url: 'https://wiki.aurora.example/runbooks' },
  };
}
