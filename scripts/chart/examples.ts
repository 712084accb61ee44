import { stringify } from 'yaml';
import type { Values } from '../../tests/support/helm/helm.ts';
import { CHART, template, the, tryTemplate } from '../../tests/support/helm/helm.ts';

interface Overlay {
  file: string;
  title: string;
  values: Record<string, unknown>;
}

const TARGET = 's3://my-bucket/grafana';

/** Values files for releases of other charts, as the chart itself keeps them in its overlay ConfigMap. */
const OVERLAYS: Overlay[] = [
  {
    file: 'grafana-overlay.yaml',
    title: 'For a release `grafana` of the official Grafana chart, 11.1.1 or later (grafana-community/helm-charts).',
    values: {},
  },
  {
    file: 'grafana-overlay-chart-10.yaml',
    title: 'For a release `grafana` of the official Grafana chart before 11.1.1 (grafana/helm-charts).',
    values: { overlay: { grafanaChartVersion: '10.5.14' } },
  },
  {
    file: 'grafana-overlay-offline.yaml',
    title: "For a release `grafana` of the official Grafana chart in a cluster that can't reach the internet.",
    values: { plugin: { source: 'image' } },
  },
  {
    file: 'kube-prometheus-stack-overlay.yaml',
    title: 'For a release `kube-prometheus-stack` of the chart of that name.',
    values: { grafana: { releaseName: 'kube-prometheus-stack' }, overlay: { under: 'grafana' } },
  },
];

const MANIFESTS: Overlay[] = [
  {
    file: 'manifests/cronjob.yaml',
    title: 'Bootstrap Job and two CronJobs, without a service.',
    values: { mode: 'cronjob', target: TARGET },
  },
  {
    file: 'manifests/deployment.yaml',
    title: 'The service as a separate Deployment.',
    // A manifest in a repository can't hold a key, so the Secret with the certificate is yours.
    values: {
      mode: 'deployment',
      target: TARGET,
      overlay: { create: false },
      tls: { source: 'secret', secretName: 'dashkeep-tls' },
    },
  },
  {
    file: 'manifests/sidecar.yaml',
    title: "The sidecar's objects; its container and volumes are in grafana-overlay.yaml.",
    values: { mode: 'sidecar', target: TARGET, overlay: { create: false } },
  },
];

/** The rendered files below examples/, by path. */
export async function renderExamples(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const { file, title, values } of OVERLAYS) {
    const objects = await template(CHART, { values: [{ mode: 'sidecar', ...values }] });
    const text = String(the(objects, 'ConfigMap', 'dashkeep-overlay')['data']['overlay.yaml']);
    files.set(file, header(title, values) + text);
  }
  for (const { file, title, values } of MANIFESTS) {
    files.set(file, header(title, values) + (await manifest([values])));
  }
  return files;
}

/** The alert rules as a file for a Prometheus without the operator. */
export async function renderRules(): Promise<string> {
  const values = { mode: 'deployment', metrics: { prometheusRule: { enabled: true } } };
  const rule = the(await template(CHART, { values: [values] }), 'PrometheusRule');
  return `# Generated from charts/dashkeep; \`npm run chart\` updates it.\n${stringify(rule['spec'], { lineWidth: 0 })}`;
}

function header(title: string, values: Record<string, unknown>): string {
  return `# ${title}\n# Generated from charts/dashkeep with the values ${JSON.stringify(values)}; \`npm run chart\` updates it.\n`;
}

/** The chart without what only Helm understands: its labels, its test hook, what an uninstall keeps. */
async function manifest(values: Values[]): Promise<string> {
  const outcome = await tryTemplate(CHART, {
    values: [...values, { tokenSecret: { keep: false } }],
    args: ['--skip-tests'],
  });
  if (outcome.code !== 0) {
    throw new Error(outcome.stderr);
  }
  return outcome.stdout
    .split('\n')
    .filter((line) => !/^# Source: |^\s+helm\.sh\/chart: |^\s+app\.kubernetes\.io\/managed-by: /.test(line))
    .join('\n');
}
