import { Random } from '../random.ts';

/** A panel's text around the parts that differ: id, position and expression. */
interface Template {
  beforeId: string;
  beforePosition: string;
  beforeExpression: string;
  end: string;
}

const METRICS = [
  'http_requests_total',
  'http_request_duration_seconds_bucket',
  'container_cpu_usage_seconds_total',
  'container_memory_working_set_bytes',
  'kube_pod_status_phase',
  'node_filesystem_avail_bytes',
  'go_goroutines',
  'pg_stat_activity_count',
  'redis_connected_clients',
  'kafka_consumergroup_lag',
];
const UNITS = ['short', 'bytes', 's', 'reqps', 'percentunit', 'ms', 'ops'];
const TYPES = ['timeseries', 'stat', 'gauge', 'table', 'barchart', 'heatmap', 'piechart', 'bargauge'];
const WORDS = [
  'Request rate',
  'Error ratio',
  'Latency p99',
  'Saturation',
  'Memory',
  'CPU',
  'Restarts',
  'Queue',
  'Disk',
];

let templates: Template[] | undefined;

/** Panels of the sorts that people have, made once: about 1.5 KB each. */
function pool(): Template[] {
  const random = new Random(20260101);
  return (templates ??= Array.from({ length: 64 }, (_, index) => template(random, index)));
}

function template(random: Random, index: number): Template {
  const loki = index % 5 === 4;
  const datasource = loki ? { type: 'loki', uid: 'loki-main' } : { type: 'prometheus', uid: '${datasource}' };
  const panel = {
    datasource,
    description:
      index % 3 === 0 ? `${random.pick(WORDS)} over the chosen time, by instance. See the runbook when red.` : '',
    fieldConfig: {
      defaults: {
        color: { mode: 'palette-classic' },
        custom: {
          axisBorderShow: false,
          axisCenteredZero: false,
          axisPlacement: 'auto',
          drawStyle: random.pick(['line', 'bars']),
          fillOpacity: random.below(40),
          gradientMode: 'none',
          lineInterpolation: 'linear',
          lineWidth: 1 + random.below(3),
          pointSize: 5,
          scaleDistribution: { type: 'linear' },
          showPoints: 'auto',
          spanNulls: false,
          stacking: { group: 'A', mode: random.pick(['none', 'normal']) },
          thresholdsStyle: { mode: 'off' },
        },
        mappings: [],
        min: 0,
        thresholds: {
          mode: 'absolute',
          steps: [
            { color: 'green', value: null },
            { color: 'red', value: 80 + random.below(20) + random.below(10) / 10 },
          ],
        },
        unit: random.pick(UNITS),
      },
      overrides: [
        {
          matcher: { id: 'byName', options: random.pick(WORDS) },
          properties: [{ id: 'color', value: { fixedColor: random.pick(['red', 'blue', 'purple']), mode: 'fixed' } }],
        },
      ],
    },
    gridPos: '@position@',
    id: '@id@',
    options: {
      legend: { calcs: ['lastNotNull', 'max'], displayMode: 'table', placement: 'bottom', showLegend: true },
      tooltip: { hideZeros: false, mode: 'multi', sort: 'desc' },
    },
    pluginVersion: '11.6.0',
    targets: [
      {
        datasource,
        editorMode: 'code',
        expr: '@expression@',
        instant: false,
        interval: '',
        legendFormat: '{{instance}}',
        range: true,
        refId: 'A',
      },
    ],
    title: `${random.pick(WORDS)} (${random.pick(METRICS)})`,
    type: loki ? 'logs' : random.pick(TYPES),
  };
  // Position comes before the id in the text; the two are cut out in that order.
  const [beforePosition = '', afterPosition = ''] = JSON.stringify(panel).split('"@position@"');
  const [beforeId = '', afterId = ''] = afterPosition.split('"@id@"');
  const [beforeExpression = '', end = ''] = afterId.split('@expression@');
  return { beforePosition, beforeId, beforeExpression, end };
}

/** Text of one panel. */
export function panelText(random: Random, id: number): string {
  const chosen = pool()[random.below(64)] as Template;
  const slot = id - 1;
  const position = `{"h":8,"w":12,"x":${(slot % 2) * 12},"y":${(slot >> 1) * 8}}`;
  const expression =
    `sum by (instance) (rate(${random.pick(METRICS)}{namespace=\\"$namespace\\", job=\\"${random.id(8)}\\"}` +
    `[$__rate_interval])) / ${1 + random.below(1000)}`;
  return `${chosen.beforePosition}${position}${chosen.beforeId}${id}${chosen.beforeExpression}${expression}${chosen.end}`;
}

/** Text of a row panel. */
export function rowText(id: number, title: string): string {
  return `{"collapsed":false,"gridPos":{"h":1,"w":24,"x":0,"y":${id * 8}},"id":${id},"panels":[],"title":${JSON.stringify(title)},"type":"row"}`;
}

const ANNOTATIONS =
  '{"list":[{"builtIn":1,"datasource":{"type":"grafana","uid":"-- Grafana --"},"enable":true,"hide":true,' +
  '"iconColor":"rgba(0, 211, 255, 1)","name":"Annotations & Alerts","type":"dashboard"}]}';
const VARIABLES =
  '[{"current":{"text":"Prometheus","value":"prom-main"},"name":"datasource","options":[],"query":"prometheus",' +
  '"refresh":1,"type":"datasource"},{"allValue":".*","current":{"text":["All"],"value":["$__all"]},' +
  '"datasource":{"type":"prometheus","uid":"${datasource}"},"definition":"label_values(kube_pod_info, namespace)",' +
  '"includeAll":true,"multi":true,"name":"namespace","options":[],"query":{"query":"label_values(kube_pod_info, namespace)",' +
  '"refId":"PrometheusVariableQueryEditor-VariableQuery"},"refresh":2,"sort":1,"type":"query"}]';

/** A classic dashboard of about that many characters, always the same for the same seed. */
export function classicText(given: {
  seed: number;
  bytes: number;
  title: string;
  tags: string[];
  schemaVersion: number;
}): string {
  const random = new Random(given.seed);
  const panels = [rowText(1, 'Overview')];
  let size = 1300;
  for (let id = 2; size < given.bytes || id === 2; id++) {
    const text = panelText(random, id);
    panels.push(text);
    size += text.length + 1;
  }
  return (
    `{"annotations":${ANNOTATIONS},"editable":true,"fiscalYearStartMonth":0,"graphTooltip":${random.below(3)},"links":[],` +
    `"panels":[${panels.join(',')}],"preload":false,"refresh":"${random.pick(['30s', '1m', '5m', ''])}",` +
    `"schemaVersion":${given.schemaVersion},"tags":${JSON.stringify(given.tags)},"templating":{"list":${VARIABLES}},` +
    `"time":{"from":"now-${random.pick(['1h', '6h', '24h'])}","to":"now"},"timepicker":{},"timezone":"browser",` +
    `"title":${JSON.stringify(given.title)},"weekStart":""}`
  );
}
