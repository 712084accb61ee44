import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { dashboardJson } from '../../scripts/chart/dashboard.ts';
import { CHART, template, the } from '../support/helm/helm.ts';
import { ROOT } from './rootfs.ts';

interface Alert {
  alert: string;
  expr: string;
  for: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

const run = promisify(execFile);
/** Prometheus' own checker, where it is installed. */
const promtool = await run('promtool', ['--version']).then(
  () => true,
  () => false,
);
const MODES = [['deployment'], ['sidecar'], ['cronjob']];

async function rules(mode: string, prometheusRule: object = {}): Promise<{ groups: { rules: Alert[] }[] }> {
  const values = { mode, target: 's3://bucket', metrics: { prometheusRule: { enabled: true, ...prometheusRule } } };
  return the(await template(CHART, { values: [values] }), 'PrometheusRule')['spec'];
}

async function alerts(mode: string, prometheusRule?: object): Promise<Alert[]> {
  return (await rules(mode, prometheusRule)).groups.flatMap((group) => group.rules);
}

/** Names of the metrics that the service really exports, read from where it defines them. */
async function exported(): Promise<string[]> {
  const source = await readFile(join(ROOT, 'pkg/service/status/metrics.ts'), 'utf8');
  return [...source.matchAll(/'(dashkeep_\w+)'/g)].map(([, name]) => name as string);
}

function metricsIn(expression: string): string[] {
  return [...expression.matchAll(/\bdashkeep_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
}

describe('the alerts', () => {
  it('say when backups are late, partial, shrunk or failed, the token bad, the repository damaged', async () => {
    const names = async (mode: string): Promise<string[]> => [
      ...new Set((await alerts(mode)).map(({ alert }) => alert)),
    ];
    const all = [
      'DashkeepBackupLate',
      'DashkeepBackupPartial',
      'DashkeepBackupShrunk',
      'DashkeepMassChange',
      'DashkeepBackupFailed',
      'DashkeepToken',
      'DashkeepVerify',
      'DashkeepRepositoryChanged',
      'DashkeepCopyFailed',
      'DashkeepCopyOverdue',
      'DashkeepNotReady',
    ];
    expect(await names('deployment')).toEqual(all);
    expect(await names('sidecar')).toEqual(all);
    expect(await names('cronjob')).toEqual(['DashkeepBackupLate', 'DashkeepBackupFailed', 'DashkeepToken']);
  });

  it.each(MODES)('%s: each has a severity, words, and a runbook', async (mode) => {
    for (const { labels, annotations } of await alerts(mode, {
      alertLabels: { team: 'a' },
      runbookBaseUrl: 'https://x/y',
    })) {
      expect(labels).toEqual({ severity: expect.stringMatching(/^(warning|critical)$/), team: 'a' });
      expect(annotations['summary']).toMatch(/^\w.+/);
      expect(annotations['runbook_url']).toMatch(
        /^https:\/\/x\/y\/(late|partial|shrunk|mass-change|failed|token|verify|repository|copy-failed|copy-overdue|readiness)\.md$/,
      );
    }
  });

  it('say what to do where the deployment sets the token, and where a verification could not finish', async () => {
    const said = new Map(
      (await alerts('deployment')).map(({ alert, annotations }) => [alert, annotations['description']]),
    );
    expect(said.get('DashkeepToken')).toContain('If you set GRAFANA_API_TOKEN yourself, create a new token');
    expect(said.get('DashkeepVerify')).toContain('If dashkeep_last_run_problems{kind="verify"} is 0');
  });

  it('lead to runbooks that are there', async () => {
    const there = await readdir(join(ROOT, 'docs/runbooks'));
    for (const { annotations } of (await Promise.all(MODES.map(([mode]) => alerts(mode as string)))).flat()) {
      expect(there).toContain(annotations['runbook_url']?.split('/').at(-1));
    }
  });

  it('ask only for metrics that the service has', async () => {
    const known = await exported();
    for (const { expr } of await alerts('deployment')) {
      expect(known).toEqual(expect.arrayContaining(metricsIn(expr)));
    }
  });

  it('keep the clusters of one Prometheus apart', async () => {
    for (const { expr } of (await Promise.all(MODES.map(([mode]) => alerts(mode as string)))).flat()) {
      expect(expr.replaceAll(/\b(by|on) \(cluster, namespace/g, '')).not.toMatch(/\b(by|on) \(/);
    }
  });

  it.skipIf(!promtool)('are what Prometheus itself accepts', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'dashkeep-rules-')), 'rules.yml');
    for (const [mode] of MODES) {
      await writeFile(file, stringify(await rules(mode as string)));
      // Lateness has two causes and so two rules of one name, which the linter takes for a mistake.
      expect((await run('promtool', ['check', 'rules', '--lint=none', file])).stdout).toContain('SUCCESS');
    }
  });

  it.skipIf(!promtool)('notice a missing service beside another one in the same Prometheus', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dashkeep-rules-'));
    const spec = await rules('deployment');
    await writeFile(join(folder, 'rules.yml'), stringify(spec));
    const [, missing] = spec.groups[0]?.rules ?? [];
    const { labels, annotations } = missing as Alert;
    const elsewhere = 'dashkeep_last_success_timestamp_seconds{namespace="elsewhere", job="dashkeep"}';
    const firing = [{ exp_labels: { ...labels, namespace: 'monitoring' }, exp_annotations: annotations }];
    const test = {
      rule_files: ['rules.yml'],
      tests: [
        {
          interval: '1m',
          input_series: [{ series: elsewhere, values: '0x400' }],
          alert_rule_test: [{ eval_time: '6h', alertname: 'DashkeepBackupLate', exp_alerts: firing }],
        },
      ],
    };
    await writeFile(join(folder, 'test.yml'), stringify(test));
    await run('promtool', ['test', 'rules', join(folder, 'test.yml')]);
  });
});

describe('the dashboard', () => {
  it('is the one in the chart (npm run chart), and in its ConfigMap', async () => {
    expect(await readFile(join(CHART, 'files/dashboard.json'), 'utf8')).toBe(dashboardJson());
    const objects = await template(CHART, { values: [{ metrics: { dashboard: { enabled: true } } }] });
    const shown = the(objects, 'ConfigMap', 'dashkeep-dashboard');
    expect(JSON.parse(shown['data']['dashkeep.json'])).toEqual(JSON.parse(dashboardJson()));
    expect(shown.metadata.labels?.['grafana_dashboard']).toBe('1');
  });

  it('shows only metrics that the service has', async () => {
    expect(await exported()).toEqual(expect.arrayContaining(metricsIn(dashboardJson())));
  });

  it('has no panel on top of another', () => {
    const { panels } = JSON.parse(dashboardJson()) as {
      panels: { gridPos: { x: number; y: number; w: number; h: number } }[];
    };
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});
