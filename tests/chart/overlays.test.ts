import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderExamples } from '../../scripts/chart/examples.ts';
import { shellBlocks } from '../docs/pages.ts';
import { commandsOf } from '../docs/shell.ts';
import type { KubernetesObject, Values } from '../support/helm/helm.ts';
import { CHART, EXAMPLES, STUB_CHARTS, helm, objectsOf, template, the, tryTemplate } from '../support/helm/helm.ts';
import type { Container, PodSpec } from '../support/helm/restricted.ts';
import { violationsOf } from '../support/helm/restricted.ts';
import { problemsOf } from '../support/helm/strict.ts';
import { expectAcceptable, podIn, umbrellaWith } from './charts.ts';

/**
 * A folder with the real charts, to try the overlays on them: `grafana` and `kube-prometheus-stack` of the communities'
 * helm-charts repositories with their dependencies in charts/, and `grafana-10`, the last of grafana/helm-charts.
 */
const REAL_CHARTS = process.env['DASHKEEP_TEST_CHARTS'];

interface Host {
  name: string;
  path: string;
  overlay: string;
  release: string;
}

const HOSTS: Host[] = [
  { name: 'the stub chart', path: join(STUB_CHARTS, 'grafana'), overlay: 'grafana-overlay.yaml', release: 'grafana' },
  ...(REAL_CHARTS === undefined
    ? []
    : [
        { name: 'the official chart', chart: 'grafana', overlay: 'grafana-overlay.yaml', release: 'grafana' },
        {
          name: 'the official chart, offline',
          chart: 'grafana',
          overlay: 'grafana-overlay-offline.yaml',
          release: 'grafana',
        },
        {
          name: 'the official chart 10',
          chart: 'grafana-10',
          overlay: 'grafana-overlay-chart-10.yaml',
          release: 'grafana',
        },
        {
          name: 'kube-prometheus-stack',
          chart: 'kube-prometheus-stack',
          overlay: 'kube-prometheus-stack-overlay.yaml',
          release: 'kube-prometheus-stack',
        },
      ].map(({ chart, ...host }) => ({ ...host, path: join(REAL_CHARTS, chart) }))),
];

describe.each(HOSTS.map((host) => [host.name, host] as const))('the overlay in %s', (_, { path, overlay, release }) => {
  const render = (values: Values[] = []): Promise<KubernetesObject[]> =>
    template(path, { release, values: [...values, join(EXAMPLES, overlay)] });
  const companion = { mode: 'sidecar', grafana: { releaseName: release } };

  it('adds a restricted sidecar that cannot hold Grafana’s pod back', async () => {
    const objects = await render();
    expect((await Promise.all(objects.map(problemsOf))).flat()).toEqual([]);
    expectHarmlessSidecar(grafanaPod(objects));
  });

  it('uses the ServiceAccount that the chart gives the Role to, and the admin Secret that Grafana really has', async () => {
    const objects = await render();
    const ours = await template(CHART, { values: [companion] });
    expect(the(ours, 'RoleBinding')['subjects'][0].name).toBe(grafanaPod(objects).serviceAccountName);
    const admin = the(objects, 'Secret', release.includes('grafana') ? release : `${release}-grafana`);
    const secrets = sources(grafanaPod(objects).volumes?.find(({ name }) => name === 'dashkeep-secrets'));
    expect(secrets.map(({ secret }) => secret?.name)).toContain(admin.metadata.name);
    expect(Object.keys(admin['data'])).toEqual(expect.arrayContaining(['admin-user', 'admin-password']));
  });

  it('brings the app plugin and allows it', async () => {
    const text = JSON.stringify(await render());
    expect(text).toContain('allow_loading_unsigned_plugins = dashkeep-backup-app');
    const item = text.match(/[^"\\ ]*dashkeep-backup-app-[\w.-]+\.zip[^"\\]*/)?.[0];
    if (overlay.includes('offline')) {
      expect(item).toBeUndefined();
      expect(text).toContain('dashkeep/dashkeep-plugin:');
    } else {
      const form = overlay.includes('chart-10')
        ? /^https:.*\.zip;dashkeep-backup-app$/
        : /^dashkeep-backup-app@\d+\.\d+\.\d+[\w.-]*@https:.*\.zip$/;
      expect(item).toMatch(form);
    }
  });
});

/** Grafana's pod among the objects of its chart. */
function grafanaPod(objects: KubernetesObject[]): PodSpec {
  const pods = objects.filter(({ kind }) => kind === 'Deployment').map(podIn);
  const pod = pods.find(({ containers }) => containers.some(({ name }) => name === 'grafana'));
  if (pod === undefined) {
    throw new Error('there is no Grafana');
  }
  return pod;
}

function expectHarmlessSidecar(pod: PodSpec): void {
  const isOurs = ({ name }: Container): boolean => name.startsWith('dashkeep');
  const ours = pod.containers.filter(isOurs);
  expect(ours.map(({ name }) => name)).toEqual(['dashkeep']);
  const [sidecar] = ours;
  expect(violationsOf({ ...pod, containers: ours, initContainers: pod.initContainers?.filter(isOurs) })).toEqual([]);
  expect(sidecar?.readinessProbe).toBeUndefined();
  expect(sidecar?.ports?.map(({ containerPort }) => containerPort)).toEqual([9464]);
  const volumes = new Map((pod.volumes ?? []).map((volume) => [volume['name'], volume]));
  for (const mount of sidecar?.volumeMounts ?? []) {
    const others = pod.containers.filter(({ name }) => name !== 'dashkeep');
    expect(others.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name))).not.toContain(mount.name);
    for (const source of sources(volumes.get(mount.name))) {
      expect(source['secret']?.optional ?? source['configMap']?.optional ?? true).toBe(true);
    }
  }
}

type Source = Record<string, { name?: string; optional?: boolean } | undefined>;

function sources(volume: Record<string, unknown> | undefined): Source[] {
  expect(volume).toBeDefined();
  return (volume?.['projected'] as { sources: Source[] } | undefined)?.sources ?? [];
}

const UMBRELLA_HOSTS = HOSTS.filter(({ overlay }) => overlay === 'grafana-overlay.yaml');

describe.each(UMBRELLA_HOSTS.map((host) => [host.name, host.path]))('the umbrella over %s', (_, path) => {
  const options = { release: 'monitoring' };

  it('lints, renders a harmless sidecar, and binds the Role to Grafana’s own ServiceAccount', async () => {
    const umbrella = await umbrellaWith(path);
    const lint = await helm('lint', '--strict', '--with-subcharts', umbrella);
    expect(lint.stdout).toContain('3 chart(s) linted, 0 chart(s) failed');
    const objects = await template(umbrella, options);
    expect((await Promise.all(objects.map(problemsOf))).flat()).toEqual([]);
    const pod = grafanaPod(objects);
    expectHarmlessSidecar(pod);
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(the(objects, 'RoleBinding', 'monitoring-dashkeep')['subjects'][0].name).toBe(pod.serviceAccountName);
    const container = pod.containers.find(({ name }) => name === 'dashkeep') as Container & { envFrom: object[] };
    expect(container.envFrom).toEqual([{ configMapRef: { name: 'monitoring-dashkeep', optional: true } }]);
    expect(the(objects, 'ConfigMap', 'monitoring-dashkeep')['data']).toMatchObject({
      GRAFANA_URL: 'http://127.0.0.1:3000',
      DASHKEEP_TOKEN_SECRET: 'grafana-backup',
    });
  });

  it('runs the same container as the overlay', async () => {
    const injected = grafanaPod(await template(await umbrellaWith(path), options));
    const overlaid = grafanaPod(
      await template(path, { release: 'grafana', values: [join(EXAMPLES, 'grafana-overlay.yaml')] }),
    );
    const container = (pod: PodSpec): object => ({
      ...pod.containers.find(({ name }) => name === 'dashkeep'),
      envFrom: undefined,
    });
    expect(container(injected)).toEqual(container(overlaid));
  });

  it('loses everything of ours by the one switch', async () => {
    const objects = await template(await umbrellaWith(path), {
      ...options,
      args: ['--set', 'global.dashkeep.enabled=false'],
    });
    expect(grafanaPod(objects).containers.map(({ name }) => name)).toEqual(['grafana']);
    expect(objects.filter(({ metadata }) => /dashkeep|grafana-backup/.test(metadata.name))).toEqual([]);
  });

  it('says what to do when another values file drops the volumes', async () => {
    const values = [{ grafana: { extraContainerVolumes: [{ name: 'mine', emptyDir: {} }] } }];
    const outcome = await tryTemplate(await umbrellaWith(path), { ...options, values });
    expect(outcome.code).not.toBe(0);
    expect(outcome.stderr).toContain(
      'needs the volume "dashkeep-secrets" in the Grafana chart\'s extraContainerVolumes, which has [mine]',
    );
  });

  it('survives a `global` that somebody set to null', async () => {
    const outcome = await tryTemplate(await umbrellaWith(path), { ...options, args: ['--set', 'global=null'] });
    expect(outcome.stderr).not.toContain('nil pointer');
  });

  it('renames everything by one value, and takes its own image and resources', async () => {
    const dashkeep = {
      fullnameOverride: 'keeper',
      image: { registry: 'mirror', tag: '9' },
      resources: { limits: { memory: '1Gi' } },
    };
    const objects = await template(await umbrellaWith(path), { ...options, values: [{ global: { dashkeep } }] });
    const container = grafanaPod(objects).containers.find(({ name }) => name === 'dashkeep');
    expect(container).toMatchObject({
      image: 'mirror/dashkeep/dashkeep:9',
      envFrom: [{ configMapRef: { name: 'keeper' } }],
      resources: { limits: { memory: '1Gi' } },
    });
    expect(the(objects, 'Lease').metadata.name).toBe('keeper');
  });
});

describe('the overlay beside values of one’s own', () => {
  it('keeps the plugins that are named', async () => {
    const objects = await template(CHART, { values: [{ overlay: { plugins: ['grafana-clock-panel'] } }] });
    const [overlay] = objectsOf(the(objects, 'ConfigMap', 'dashkeep-overlay')['data']['overlay.yaml']);
    expect(overlay?.['plugins']).toEqual([expect.stringContaining('dashkeep-backup-app@'), 'grafana-clock-panel']);
  });

  it('carries further settings of the container', async () => {
    const values = {
      extraEnv: [{ name: 'A', value: 'b' }],
      image: { tag: '7' },
      grafana: { adminSecret: { name: 'own', userKey: 'u', passwordKey: 'p' } },
    };
    const objects = await template(CHART, { values: [values] });
    const [overlay] = objectsOf(the(objects, 'ConfigMap', 'dashkeep-overlay')['data']['overlay.yaml']);
    const pod = grafanaPod(
      await template(join(STUB_CHARTS, 'grafana'), {
        release: 'grafana',
        values: [overlay as Record<string, unknown>],
      }),
    );
    expect(pod.containers.find(({ name }) => name === 'dashkeep')).toMatchObject({
      image: 'ghcr.io/dashkeep/dashkeep:7',
      env: [{ name: 'A', value: 'b' }],
    });
    expect(JSON.stringify(pod.volumes)).toContain('{"key":"u","path":"admin/u"},{"key":"p","path":"admin/p"}');
  });
});

it('keeps no values of the overlay where the guide removes it', async () => {
  const page = await readFile(new URL('../../docs/install/uninstall.md', import.meta.url), 'utf8');
  // What these words do is tried on a real API server (tests/kubernetes/uninstall.test.ts).
  const upgrade = commandsOf(shellBlocks(page).join('\n')).find((words) => words[1] === 'upgrade');
  expect(upgrade).toContain('--reset-values');
  expect(upgrade?.join(' ')).toMatch(/-f your-values\.yaml$/);
});

describe('the examples', () => {
  it('are what the chart renders today (npm run chart)', async () => {
    for (const [file, text] of await renderExamples()) {
      expect(await readFile(join(EXAMPLES, file), 'utf8'), file).toBe(text);
    }
  });

  it.each(['cronjob', 'deployment', 'sidecar'])('manifests/%s.yaml can be applied without Helm', async (name) => {
    const text = await readFile(join(EXAMPLES, 'manifests', `${name}.yaml`), 'utf8');
    const objects = objectsOf(text);
    await expectAcceptable(objects);
    expect(text).not.toMatch(/helm\.sh|managed-by: Helm/);
  });

  it.each(['argocd.yaml', 'flux.yaml'])('%s gives the chart values that it takes', async (file) => {
    const objects = objectsOf(await readFile(join(EXAMPLES, file), 'utf8'));
    const [values] = objects
      .map((object) => object['spec'].source?.helm?.valuesObject ?? object['spec'].values)
      .filter((found) => found !== undefined);
    expect(await template(CHART, { values: [values] })).not.toEqual([]);
  });

  it('speak of the version that the project has', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    const chart = objectsOf(await readFile(join(CHART, 'Chart.yaml'), 'utf8'))[0];
    expect(chart).toMatchObject({ version, appVersion: version });
    for (const file of [
      'umbrella/Chart.yaml',
      'umbrella/values.yaml',
      'argocd.yaml',
      'flux.yaml',
      'grafana-overlay.yaml',
    ]) {
      expect(await readFile(join(EXAMPLES, file), 'utf8'), file).toContain(version);
    }
    await access(join(EXAMPLES, 'umbrella/templates/NOTES.txt'));
  });
});
