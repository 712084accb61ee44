interface Panel {
  title: string;
  description?: string;
  type: 'stat' | 'timeseries' | 'bargauge';
  unit?: string;
  width: number;
  height: number;
  targets: { expr: string; legend?: string }[];
  /** Values from which on a colour counts, lowest first. */
  thresholds?: { value: number | null; color: string }[];
  mappings?: Record<string, { text: string; color: string }>;
}

const GOOD_OR_BAD = { '1': { text: 'yes', color: 'green' }, '0': { text: 'no', color: 'red' } };
const INSTALLATION = 'cluster, namespace, job';
const SERVICE = 'cluster=~"$cluster", job=~"$job"';

const AGES = `time() - max by (${INSTALLATION}) (dashkeep_last_success_timestamp_seconds{${SERVICE}})`;
const AGE_OF_OLDEST = `max(${AGES})`;

/** What Dashkeep's own metrics show, in the order in which you ask. */
const PANELS: Panel[] = [
  {
    title: 'Since the last complete backup',
    type: 'stat',
    unit: 's',
    width: 6,
    height: 5,
    targets: [{ expr: AGE_OF_OLDEST }],
    thresholds: [
      { value: null, color: 'green' },
      { value: 14_400, color: 'orange' },
      { value: 28_800, color: 'red' },
    ],
  },
  {
    title: 'Problems in the last backup',
    description: 'Resources that could not be read. The history lists each of them.',
    type: 'stat',
    width: 6,
    height: 5,
    targets: [{ expr: `max(dashkeep_last_run_problems{${SERVICE}, kind="backup"})` }],
    thresholds: [
      { value: null, color: 'green' },
      { value: 1, color: 'orange' },
    ],
  },
  {
    title: 'Token accepted',
    type: 'stat',
    width: 4,
    height: 5,
    targets: [{ expr: `min(max by (${INSTALLATION}) (dashkeep_token_valid{${SERVICE}}))` }],
    mappings: GOOD_OR_BAD,
  },
  {
    title: 'Repository verified',
    type: 'stat',
    width: 4,
    height: 5,
    targets: [{ expr: `min(dashkeep_verify_success{${SERVICE}})` }],
    mappings: GOOD_OR_BAD,
  },
  {
    title: 'Restore test passed',
    type: 'stat',
    width: 4,
    height: 5,
    targets: [{ expr: `min(dashkeep_drill_success{${SERVICE}})` }],
    mappings: GOOD_OR_BAD,
  },
  {
    title: 'Runs',
    type: 'timeseries',
    width: 12,
    height: 8,
    targets: [
      {
        expr: `sum by (kind, status) (increase(dashkeep_runs_total{${SERVICE}}[$__rate_interval]))`,
        legend: '{{kind}} {{status}}',
      },
    ],
  },
  {
    title: 'Duration of runs',
    type: 'timeseries',
    unit: 's',
    width: 12,
    height: 8,
    targets: [
      {
        expr: `histogram_quantile(0.9, sum by (kind, le) (increase(dashkeep_run_duration_seconds_bucket{${SERVICE}}[1d])))`,
        legend: '{{kind}}',
      },
    ],
  },
  {
    title: 'Resources in the newest snapshot',
    type: 'bargauge',
    width: 12,
    height: 10,
    targets: [
      {
        expr: `sort_desc(sum by (kind) (max by (kind, ${INSTALLATION}) (dashkeep_snapshot_resources{${SERVICE}})))`,
        legend: '{{kind}}',
      },
    ],
  },
  {
    title: 'Size of the newest snapshot',
    type: 'timeseries',
    unit: 'bytes',
    width: 12,
    height: 10,
    targets: [{ expr: `sum(max by (${INSTALLATION}) (dashkeep_snapshot_bytes{${SERVICE}}))`, legend: 'content' }],
  },
  {
    title: 'Oldest complete backups',
    description: 'The selected installations with the oldest complete backups.',
    type: 'bargauge',
    unit: 's',
    width: 24,
    height: 10,
    targets: [{ expr: `sort_desc(topk(20, ${AGES}))`, legend: '{{cluster}} {{namespace}}' }],
  },
];

/** The Grafana dashboard that the chart carries and docker-compose shows. */
export function dashboardJson(): string {
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  const panels = PANELS.map((panel, index) => {
    if (x + panel.width > 24) {
      x = 0;
      y += rowHeight;
      rowHeight = 0;
    }
    const gridPos = { x, y, w: panel.width, h: panel.height };
    x += panel.width;
    rowHeight = Math.max(rowHeight, panel.height);
    return render(panel, index + 1, gridPos);
  });
  const dashboard = {
    uid: 'dashkeep',
    title: 'Dashkeep',
    description: 'Whether the backups of this Grafana are recent, complete and restorable',
    tags: ['dashkeep', 'backup'],
    schemaVersion: 39,
    editable: true,
    refresh: '1m',
    time: { from: 'now-7d', to: 'now' },
    templating: { list: [dataSourceVariable(), labelVariable('cluster', 'Cluster'), labelVariable('job', 'Job')] },
    panels,
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' };

function render(panel: Panel, id: number, gridPos: object): object {
  const mappings = Object.entries(panel.mappings ?? {}).map(([value, result]) => ({
    type: 'value',
    options: { [value]: result },
  }));
  return {
    id,
    type: panel.type,
    title: panel.title,
    description: panel.description,
    gridPos,
    datasource: DATA_SOURCE,
    fieldConfig: {
      defaults: {
        unit: panel.unit,
        mappings,
        thresholds: { mode: 'absolute', steps: panel.thresholds ?? [{ value: null, color: 'green' }] },
      },
      overrides: [],
    },
    options:
      panel.type === 'timeseries' ? {} : { reduceOptions: { calcs: ['lastNotNull'] }, orientation: 'horizontal' },
    targets: panel.targets.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATA_SOURCE,
      expr,
      legendFormat: legend,
      instant: panel.type !== 'timeseries',
    })),
  };
}

function dataSourceVariable(): object {
  return { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: {} };
}

function labelVariable(name: string, label: string): object {
  return {
    name,
    label,
    type: 'query',
    datasource: DATA_SOURCE,
    query: { query: `label_values(dashkeep_build_info, ${name})`, refId: name },
    includeAll: true,
    // Also if no series has the label.
    allValue: '.*',
    refresh: 2,
    current: { text: 'All', value: '$__all' },
  };
}
