import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { podIn } from '../chart/charts.ts';
import { ROOT, shellBlocks } from '../docs/pages.ts';
import { commandsOf } from '../docs/shell.ts';
import { CHART, helm, kubectl, STUB_CHARTS, valuesArguments } from '../support/helm/helm.ts';
import { Cluster } from '../support/kube/cluster.ts';
import { configOf } from './rendered.ts';
import { describeKubernetes, programs } from './tier.ts';

const GRAFANA = join(STUB_CHARTS, 'grafana');
const AT = ['-n', 'default'];

describeKubernetes('docs/install/uninstall.md on a real API server', () => {
  let cluster: Cluster;
  let home = '';

  beforeAll(async () => {
    cluster = await Cluster.start(programs ?? '');
    home = await mkdtemp(join(cluster.folder, 'admin-'));
    await writeFile(join(home, 'config'), JSON.stringify(configOf(cluster)));
  });
  afterAll(() => cluster?.stop());

  async function ok(tool: typeof helm, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await tool('--kubeconfig', join(home, 'config'), ...args);
    expect(code, `${args.join(' ')}\n${stderr}`).toBe(0);
    return stdout;
  }

  async function containers(): Promise<string[]> {
    const deployment = JSON.parse(await ok(kubectl, 'get', 'deployment', 'grafana', '-o', 'json', ...AT));
    return podIn(deployment).containers.map(({ name }) => name);
  }

  // Helm reuses the values of the last revision if the new ones are empty, and the overlay would stay.
  it('removes the sidecar from a Grafana that was installed without values', async () => {
    await ok(helm, 'install', 'grafana', GRAFANA, ...AT);
    const [overlay, yours] = [join(home, 'dashkeep-overlay.yaml'), join(home, 'your-values.yaml')];
    await ok(helm, 'install', 'dashkeep', CHART, ...AT, ...(await valuesArguments([{ target: 's3://bucket/p' }])));
    const path = ['-o', 'jsonpath={.data.overlay\\.yaml}'];
    await writeFile(overlay, await ok(kubectl, 'get', 'configmap', 'dashkeep-overlay', ...path, ...AT));
    await writeFile(yours, await ok(helm, 'get', 'values', 'grafana', '-o', 'yaml', ...AT));
    await ok(helm, 'upgrade', 'grafana', GRAFANA, '-f', yours, '-f', overlay, ...AT);
    expect(await containers()).toEqual(['grafana', 'dashkeep']);

    const page = await readFile(join(ROOT, 'docs/install/uninstall.md'), 'utf8');
    const printed = commandsOf(shellBlocks(page).join('\n')).find((words) => words[1] === 'upgrade') ?? [];
    const [, verb = '', release = '', , ...flags] = printed.map((word) => (word === 'your-values.yaml' ? yours : word));
    const namespace = flags.indexOf('-n');
    await ok(helm, verb, release, GRAFANA, ...flags.toSpliced(namespace, 2), ...AT);
    expect(await containers()).toEqual(['grafana']);
  });
});
