import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { CHART, template, the, tryTemplate, type KubernetesObject } from '../support/helm/helm.ts';
import { expectAcceptable, podIn } from './charts.ts';

const connections = { production: { url: 'https://grafana.example.com', tokenSecret: { name: 'production' } } };
const business = { to: 'production', folder: 'business', schedule: '30 * * * *' };

const render = (promotion: object, mode = 'deployment'): Promise<KubernetesObject[]> =>
  template(CHART, {
    values: [{ mode, target: 's3://bucket/p', connections, promotions: { business: { ...business, ...promotion } } }],
  });

/** The arguments of the Job. */
function argsIn(objects: KubernetesObject[]): string[] {
  return podIn(the(objects, 'CronJob', 'dashkeep-promote-business')).containers[0]?.args ?? [];
}

it.each(['deployment', 'cronjob'])(
  '%s: plans a promotion, and applies it only where that is asked for',
  async (mode) => {
    const objects = await render({}, mode);
    await expectAcceptable(objects);
    const promote = ['migrate', '--from', 'latest', '--to', 'production', '--folder', 'business', '--promote'];
    expect(argsIn(objects)).toEqual([...promote, '--markdown']);
    expect(argsIn(await render({ apply: true }, mode))).toEqual([...promote, '--apply']);
    const job = the(objects, 'CronJob', 'dashkeep-promote-business');
    expect(JSON.stringify(job)).toContain('{"containerName":"promote","operator":"In","values":[2,3]}');
    expect(podIn(job).serviceAccountName).toBe('dashkeep');
  },
);

it.each<[string, object, string]>([
  ['in Grafana’s pod', { mode: 'sidecar' }, 'mode=deployment or mode=cronjob'],
  ['to a Grafana that is not named', { connections: {} }, 'promotions.business.to=production'],
  ['with an option for a folder', { promotions: { business: { ...business, folder: '--apply' } } }, 'business/folder'],
  ['with a mapping of no kind', { promotions: { business: { ...business, mapping: { a: {} } } } }, 'business/mapping'],
])('refuses a promotion %s', async (_, values, text) => {
  const whole = { mode: 'deployment', target: 's3://bucket/p', connections, promotions: { business }, ...values };
  const outcome = await tryTemplate(CHART, { values: [whole] });
  expect(outcome.code).not.toBe(0);
  expect(outcome.stderr).toContain(text);
});

it('names the Jobs of releases with long names differently, and within the limit of Kubernetes', async () => {
  const values = { mode: 'deployment', target: 's3://bucket/p', connections, promotions: { business } };
  const releases = ['monitoring-of-the-stores-north', 'monitoring-of-the-stores-south'];
  const names = await Promise.all(
    releases.map(async (fullnameOverride) => {
      const objects = await template(CHART, { values: [{ ...values, fullnameOverride }] });
      return objects.find(({ kind, metadata }) => kind === 'CronJob' && metadata.name.includes('promote'))?.metadata
        .name;
    }),
  );
  expect(new Set(names).size).toBe(2);
  expect(names.every((name = '') => name.length > 0 && name.length <= 52)).toBe(true);
});

it('promotes with the rendered mapping, and fails for a conflict without overwriting it', async () => {
  const [stage, production] = [await startGrafana({ profile: '12.4' }), await startGrafana({ profile: '12.4' })];
  const { path, remove } = await memoryDirectory();
  try {
    const environment = {
      GRAFANA_URL: stage.url,
      GRAFANA_API_TOKEN: stage.token({ role: 'Admin' }),
      DASHKEEP_TARGET: `file://${path}/repository`,
      DASHKEEP_STATE_DIR: `${path}/state`,
      DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
      DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
    };
    await addDataSource(stage, '0012');
    await addDataSource(production, 'prom');
    await api(stage, 'POST /api/folders', { uid: 'business', title: 'Business' });
    await saveSales(stage, 'Sales', '0012');
    const objects = await render({ apply: true, mapping: { 'data-source': { '0012': 'prom' } } });
    const { data } = the(objects, 'ConfigMap', 'dashkeep-promote-business') as { data?: Record<string, string> };
    await writeFile(`${path}/mapping.yaml`, data?.['mapping.yaml'] ?? '');
    const file = '/var/run/secrets/dashkeep/mapping/mapping.yaml';
    expect(argsIn(objects)).toContain(file);
    const args = argsIn(objects).map((one) => (one === file ? `${path}/mapping.yaml` : one));

    expect((await runCli(['backup'], environment)).exit).toBe(0);
    const first = await runCli(args, environment);
    expect(first.exit, first.out).toBe(0);
    expect(await sales(production)).toMatchObject({ title: 'Sales', panels: [{ datasource: { uid: 'prom' } }] });

    await saveSales(production, 'Changed there', 'prom');
    await saveSales(stage, 'Changed here', '0012');
    expect((await runCli(['backup'], environment)).exit).toBe(0);
    expect((await runCli(args, environment)).exit).toBe(3);
    expect(await sales(production)).toMatchObject({ title: 'Changed there' });
  } finally {
    await Promise.all([stage.close(), production.close()]);
    await remove();
  }
});

// Tests look into answers freely.
// oxlint-disable-next-line typescript/no-explicit-any
async function api(grafana: Simulator, route: string, body?: unknown): Promise<any> {
  const answer = await call(grafana, 'admin:admin', route, body);
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

async function addDataSource(grafana: Simulator, uid: string): Promise<void> {
  const body = { uid, name: `Prometheus ${uid}`, type: 'prometheus', access: 'proxy', url: 'http://prom:9090' };
  await api(grafana, 'POST /api/datasources', body);
}

async function saveSales(grafana: Simulator, title: string, source: string): Promise<void> {
  const panels = [{ id: 1, type: 'stat', title: 'Sales', datasource: { type: 'prometheus', uid: source } }];
  const dashboard = { uid: 'sales', title, schemaVersion: 41, panels };
  await api(grafana, 'POST /api/dashboards/db', { dashboard, folderUid: 'business', overwrite: true });
}

async function sales(grafana: Simulator): Promise<unknown> {
  return (await api(grafana, 'GET /api/dashboards/uid/sales')).dashboard;
}
