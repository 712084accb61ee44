import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { podIn } from '../../chart/charts.ts';
import type { KubernetesObject, Values } from '../../support/helm/helm.ts';
import { CHART, EXAMPLES, STUB_CHARTS, helm, objectsOf, template, the } from '../../support/helm/helm.ts';
import { fences, pages, shellBlocks } from '../pages.ts';
import { commandsOf } from '../shell.ts';

const GUIDES = [...pages()].filter(([page]) => page.startsWith('docs/install/'));
const guide = (name: string): string => GUIDES.find(([page]) => page.endsWith(`/${name}`))?.[1] ?? '';

const INSTALLS = /helm install \w+ (?:\.\/charts|oci:|examples)|kubectl apply -f/;
/** The guides for the classic script and for a reinstall assume existing keys. */
const needingKeys = GUIDES.filter(
  ([page, text]) => INSTALLS.test(text) && !/\/(classic-script|uninstall)\.md$/.test(page),
);
const restarting = GUIDES.filter(([, text]) => /dashkeep-overlay|extraContainers: \||PREINSTALL_SYNC/.test(text));

describe('the guides', () => {
  it.each(needingKeys)('%s: the S3 keys come first', (_, text) => {
    expect(text.search(/official-chart\.md#1-s3-keys|^## 1\. S3 keys|S3 keys as described/m)).toBeGreaterThan(0);
    expect(text.search(/S3 keys/)).toBeLessThan(text.search(INSTALLS));
  });

  it.each(restarting)('%s: a restart of the pod erases content without persistent storage', (_, text) => {
    expect(text).toMatch(/#3-add-it-to-grafanas-pod|^Check the volume first/m);
  });
});

describe('docs/install/README.md', () => {
  it('names the versions of Kubernetes and Helm that the chart and the commands need', async () => {
    const { kubeVersion } = parse(await readFile(join(CHART, 'Chart.yaml'), 'utf8')) as { kubeVersion: string };
    const kubernetes = /^>=(\d+\.\d+)\.0-0$/.exec(kubeVersion)?.[1];
    // `--reset-then-reuse-values` exists since Helm 3.14.
    expect(guide('README.md')).toContain(`Kubernetes ${kubernetes} or later and Helm 3.14 or later`);
  });
});

describe('docs/install/official-chart.md', () => {
  it('mentions encryption before the first backup', () => {
    const text = guide('official-chart.md');
    expect(text.indexOf('../encryption.md')).toBeGreaterThan(text.indexOf('## 2. The chart'));
    expect(text.indexOf('../encryption.md')).toBeLessThan(text.indexOf('## 3.'));
  });

  it.each(['download', 'image'])(
    'names every value of the overlay that replaces the reader’s own (%s)',
    async (source) => {
      const objects = await template(CHART, { values: [{ plugin: { source } }] });
      const overlay = the(objects, 'ConfigMap', 'dashkeep-overlay')['data']['overlay.yaml'] as string;
      const bullet = /^- \*\*Helm replaces lists.*$/m.exec(guide('official-chart.md'))?.[0] ?? '';
      const { 'grafana.ini': settings, ...lists } = parse(overlay) as {
        'grafana.ini': { plugins: object };
      };
      for (const name of [...Object.keys(lists), ...Object.keys(settings.plugins)]) {
        expect(bullet).toContain(`\`${name}\``);
      }
      // It is the last file of the command, so items in an earlier one would be lost.
      expect(bullet).toContain('add your items to `dashkeep-overlay.yaml`');
      expect(overlay.split('\n')[0]).toContain('add your items here');
    },
  );
});

describe('pages with `--version <version>`', () => {
  const using = [...pages()].filter(([, text]) => text.includes('--version <version>'));

  it.each(using)('%s: says which version', (_, text) => {
    expect(text).toMatch(
      /<version>` is the version of the (?:Grafana )?chart|Use the version of the chart that you run/,
    );
  });
});

describe('docs/install/images.md', () => {
  it('creates a builder before a build that the default one does not support', () => {
    const commands = commandsOf(shellBlocks(guide('images.md')).join('\n')).map((words) => words.join(' '));
    const at = (start: string): number => commands.findIndex((command) => command.startsWith(start));
    expect(at('docker buildx create --use')).toBe(at('docker buildx build') - 1);
  });
});

describe('docs/install/outside-kubernetes.md', () => {
  it('gives a service with a bucket and keys the region, too', () => {
    const services = fences(guide('outside-kubernetes.md')).filter(({ text }) => /\bAWS_\w+=/.test(text));
    expect(services.length).toBe(2);
    for (const { text } of services) {
      expect(text).toMatch(/\bAWS_REGION=\S/);
    }
  });

  it('lets the unit and the command line use one file of settings, as one user', () => {
    const text = guide('outside-kubernetes.md');
    const [unit = ''] = fences(text).flatMap((one) => (one.text.includes('[Service]') ? [one.text] : []));
    const [, file = ''] = /^EnvironmentFile=(.+)$/m.exec(unit) ?? [];
    const [, user = ''] = /^User=(.+)$/m.exec(unit) ?? [];
    const [, state = ''] = /^StateDirectory=(.+)$/m.exec(unit) ?? [];
    expect(text).toContain(`sudo -u ${user} sh -c 'set -a; . ${file}; `);
    expect(text).toContain(`DASHKEEP_STATE_DIR=/var/lib/${state}\n`);
    expect(text).toContain(`sudo useradd --system ${user}\n`);
  });
});

describe('docs/install/grafana-operator.md', () => {
  it('lets Grafana trust and reach the service', async () => {
    const [, , release = '', , ...flags] = commandsOf(shellBlocks(guide('grafana-operator.md')).join('\n'))[0] ?? [];
    const own = flags.filter((word, at) => word !== 'images.yaml' && flags[at + 1] !== 'images.yaml');
    const objects = objectsOf((await helm('template', release, CHART, ...own)).stdout);
    expect(the(objects, 'ConfigMap', 'dashkeep')['data']['DASHKEEP_URL']).toMatch(/^https:/);

    const [snippet] = fences(guide('grafana-operator.md')).filter(({ language }) => language === 'yaml');
    const example = parse(await readFile(join(EXAMPLES, 'grafana-operator.yaml'), 'utf8')) as KubernetesObject;
    expect(parse(snippet?.text ?? '')).toEqual({ spec: example['spec'] });
    const { containers, volumes } = example['spec'].deployment.spec.template.spec;
    expect(volumes).toMatchObject([{ configMap: { name: the(objects, 'ConfigMap', 'dashkeep-ca').metadata.name } }]);
    const [mount] = containers[0].volumeMounts;
    expect(mount.name).toBe(volumes[0].name);
    const trusted = containers[0].env.find(({ name }: { name: string }) => name === 'SSL_CERT_DIR').value.split(':');
    expect(trusted).toEqual(['/etc/ssl/certs', mount.mountPath]);

    const [fromGrafana] = the(objects, 'NetworkPolicy')['spec'].ingress;
    // The operator's only label of a pod is the resource's name.
    expect(fromGrafana.from).toEqual([{ podSelector: { matchLabels: { app: example.metadata.name } } }]);
  });
});

describe('docs/install/cronjob.md', () => {
  it('gives the backup the admin Secret of Grafana’s chart', async () => {
    const [snippet] = fences(guide('cronjob.md')).filter(({ language }) => language === 'yaml');
    const values = parse(snippet?.text ?? '') as Values;
    const objects = await template(CHART, { values: [{ mode: 'cronjob', target: 's3://bucket/p' }, values] });
    const [container] = podIn(the(objects, 'CronJob', 'dashkeep')).containers;
    const secrets = await template(join(STUB_CHARTS, 'grafana'), { release: 'grafana' });
    for (const [name, key] of Object.entries({ USER: 'admin-user', PASSWORD: 'admin-password' })) {
      const valueFrom = { secretKeyRef: { name: 'grafana', key } };
      expect(container?.env).toContainEqual({ name: `GRAFANA_ADMIN_${name}`, valueFrom });
      expect(Object.keys(the(secrets, 'Secret', 'grafana')['data'])).toContain(key);
    }
  });
});

describe('docs/install/manifests.md', () => {
  it.each(['cronjob.yaml', 'deployment.yaml', 'sidecar.yaml'])('%s: what its pods wait for is made', async (file) => {
    const objects = objectsOf(await readFile(join(EXAMPLES, 'manifests', file), 'utf8'));
    const made = new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    for (const [, name = ''] of guide('manifests.md').matchAll(/create secret generic ([\w-]+)/g)) {
      made.add(`Secret ${name}`);
    }
    for (const object of objects.filter(({ kind }) => ['CronJob', 'Deployment', 'Job'].includes(kind))) {
      const sources = (podIn(object).volumes ?? []).flatMap(
        (volume) => ((volume as KubernetesObject)['projected']?.sources ?? []) as KubernetesObject[],
      );
      const needed = sources.flatMap(({ secret, configMap }) => [
        ...(secret === undefined || secret.optional ? [] : [`Secret ${secret.name}`]),
        ...(configMap === undefined || configMap.optional ? [] : [`ConfigMap ${configMap.name}`]),
      ]);
      expect(needed.filter((one) => !made.has(one))).toEqual([]);
    }
  });
});
