import { basename } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../support/helm/helm.ts';
import { CHART, helm, template, the } from '../support/helm/helm.ts';
import { MODES, expectAcceptable, podIn, scenarios } from './charts.ts';
import { budget } from '../support/budget.ts';

const files = await scenarios();

describe.each(files.map((file) => [basename(file), file]))('%s', (_, file) => {
  it('passes lint --strict', async () => {
    const outcome = await helm('lint', '--strict', CHART, '-f', file);
    expect(outcome.stdout + outcome.stderr).toContain('0 chart(s) failed');
    expect(outcome.code).toBe(0);
  });

  it('renders only what Kubernetes accepts, in restricted pods', async () => {
    const objects = await template(CHART, { values: [file] });
    expect(objects.length).toBeGreaterThan(4);
    await expectAcceptable(objects);
  });
});

describe('any combination of switches', () => {
  const boolean = fc.boolean();
  const values = fc.record({
    mode: fc.constantFrom(...MODES),
    target: fc.constantFrom('s3://bucket', 's3://bucket/a/b'),
    fullnameOverride: fc.constantFrom('', 'x', 'a-very-long-name-that-goes-on-and-on-until-it-has-to-be-cut-somewhere'),
    grafana: fc.record({ releaseName: fc.constantFrom('', 'mon'), url: fc.constantFrom('', 'http://g:1/') }),
    tokenSecret: fc.record({ create: boolean, keep: boolean }),
    lease: fc.record({ create: boolean }),
    rbac: fc.record({ create: boolean }),
    serviceAccount: fc.record({ create: boolean, name: fc.constantFrom('', 'given') }),
    s3: fc.record({
      forcePathStyle: fc.constantFrom('', true, false),
      endpoint: fc.constantFrom('', 'http://s3:9000'),
    }),
    plugin: fc.record({ install: boolean, source: fc.constantFrom('download', 'image'), allowUnsigned: boolean }),
    overlay: fc.record({ create: boolean, under: fc.constantFrom('', 'grafana') }),
    cronjob: fc.record({ bootstrap: fc.record({ schedule: fc.constantFrom('', '@daily') }) }),
    metrics: fc.record({
      podMonitor: fc.record({ enabled: boolean }),
      serviceMonitor: fc.record({ enabled: boolean }),
      prometheusRule: fc.record({ enabled: boolean }),
      dashboard: fc.record({ enabled: boolean }),
    }),
    networkPolicy: fc.record({ enabled: boolean, egress: fc.record({ enabled: boolean }) }),
  });

  it('renders only what Kubernetes accepts, each object once and in its namespace', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (combination) => {
        const objects = await template(CHART, { values: [combination], release: 'some-release' });
        await expectAcceptable(objects);
        const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
        expect(new Set(names).size).toBe(names.length);
        expect(objects.every(({ metadata }) => metadata.namespace === 'monitoring')).toBe(true);
        expect(objects.every(({ metadata }) => metadata.name.length <= 63)).toBe(true);
      }),
      { numRuns: budget(8, 40), seed: 7 },
    );
  });
});

describe('what each mode runs', () => {
  it('sidecar: no workload', async () => {
    const objects = await template(CHART, { args: ['--skip-tests'] });
    expect(kinds(objects)).toEqual([
      'ConfigMap',
      'ConfigMap',
      'Lease',
      'NetworkPolicy',
      'Role',
      'RoleBinding',
      'Secret',
    ]);
  });

  it('deployment: the service behind a Service that reaches it even when it is not ready', async () => {
    const objects = await template(CHART, { values: [{ mode: 'deployment' }] });
    const [container] = podIn(the(objects, 'Deployment')).containers;
    expect(container?.args).toEqual(['serve']);
    const service = the(objects, 'Service')['spec'];
    expect(service.publishNotReadyAddresses).toBe(true);
    const portNames = container?.ports?.map((port) => port.name);
    expect(service.ports.map((port: { targetPort: string }) => port.targetPort)).toEqual(portNames);
    const labels: object = the(objects, 'Deployment')['spec'].template.metadata.labels;
    expect(labels).toMatchObject(service.selector);
  });

  it('deployment: is ready when backups work, or when it waits for a target', async () => {
    const probe = async (target: string): Promise<object | undefined> =>
      podIn(the(await template(CHART, { values: [{ mode: 'deployment', target }] }), 'Deployment')).containers[0]
        ?.readinessProbe;
    expect(await probe('s3://bucket')).toMatchObject({ httpGet: { path: '/readyz', port: 'dashkeep-ops' } });
    expect(await probe('')).toMatchObject({ httpGet: { path: '/healthz', port: 'dashkeep-ops' } });
  });

  it('deployment: new settings restart it, the same settings do not', async () => {
    const annotation = async (schedule: string): Promise<string> => {
      const objects = await template(CHART, { values: [{ mode: 'deployment', schedule }] });
      return the(objects, 'Deployment')['spec'].template.metadata.annotations['checksum/config'];
    };
    expect(await annotation('0 * * * *')).toBe(await annotation('0 * * * *'));
    expect(await annotation('0 * * * *')).not.toBe(await annotation('5 * * * *'));
  });

  it('cronjob: the classic recipe with its names, schedule, accounts and retries', async () => {
    const objects = await template(CHART, { values: [{ mode: 'cronjob', target: 's3://bucket/p' }] });
    const cronjob = the(objects, 'CronJob', 'dashkeep')['spec'];
    expect(cronjob).toMatchObject({ schedule: '0 */2 * * *', concurrencyPolicy: 'Forbid', timeZone: 'Etc/UTC' });
    expect(cronjob.jobTemplate.spec.backoffLimit).toBeGreaterThan(0);
    const backup = podIn(the(objects, 'CronJob', 'dashkeep'));
    expect(backup.containers[0]).toMatchObject({
      args: ['backup'],
      env: [
        {
          name: 'GRAFANA_API_TOKEN',
          valueFrom: { secretKeyRef: { name: 'grafana-backup', key: 'GRAFANA_API_TOKEN' } },
        },
      ],
    });
    const job = objects.find(({ kind }) => kind === 'Job') as KubernetesObject;
    const bootstrap = podIn(job);
    expect(bootstrap.containers[0]?.args).toEqual(['bootstrap']);
    expect(bootstrap.serviceAccountName).not.toBe(backup.serviceAccountName);
    expect(JSON.stringify(bootstrap.volumes)).toContain('"name":"grafana"');
    expect(JSON.stringify(bootstrap.volumes)).not.toContain('grafana-backup-s3-credentials');
    expect(JSON.stringify(backup.volumes)).toContain('grafana-backup-s3-credentials');
    expect(JSON.stringify(backup.volumes)).not.toContain('admin-password');
  });

  it.each(['deployment', 'cronjob'])(
    '%s: backs up before an upgrade, which fails only where that is asked for',
    async (mode) => {
      const guard = async (upgradeGuard: object): Promise<KubernetesObject> => {
        const objects = await template(CHART, { values: [{ mode, target: 's3://bucket/p', upgradeGuard }] });
        await expectAcceptable(objects);
        return the(objects, 'Job', 'dashkeep-before-upgrade');
      };
      const job = await guard({ enabled: true });
      expect(job.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-upgrade' });
      const [container] = podIn(job).containers;
      expect(container?.args).toEqual(['backup', '--best-effort']);
      expect(podIn(await guard({ enabled: true, required: true })).containers[0]?.args).toEqual(['backup']);
      await expect(
        template(CHART, { values: [{ mode: 'sidecar', target: 's3://bucket/p', upgradeGuard: { enabled: true } }] }),
      ).rejects.toThrow('upgradeGuard.enabled');
    },
  );

  it('cronjob: the bootstrap Job keeps its name while nothing changes, and gets another when something does', async () => {
    const job = async (values: Record<string, unknown>): Promise<string> => {
      const objects = await template(CHART, { values: [{ mode: 'cronjob', target: 's3://bucket/p', ...values }] });
      return objects.find(({ kind }) => kind === 'Job')?.metadata.name ?? '';
    };
    const name = await job({});
    expect(await job({ schedule: '5 * * * *' })).toBe(name);
    expect(await job({ image: { tag: '9.9.9' } })).not.toBe(name);
    expect(await job({ grafana: { url: 'http://elsewhere' } })).not.toBe(name);
  });

  it('mounts the API token in every pod through one volume and nowhere by default', async () => {
    for (const mode of MODES) {
      for (const object of await template(CHART, { values: [{ mode, target: 's3://bucket/p' }] })) {
        if (['Deployment', 'Job', 'CronJob', 'Pod'].includes(object.kind)) {
          expect(podIn(object).automountServiceAccountToken, object.kind).toBe(false);
        }
        if (object.kind === 'ServiceAccount') {
          expect(object['automountServiceAccountToken']).toBe(false);
        }
      }
    }
  });

  it('takes image, digest and registry from the values, the digest first', async () => {
    const image = async (values: Record<string, unknown>): Promise<string | undefined> =>
      podIn(the(await template(CHART, { values: [{ mode: 'deployment', ...values }] }), 'Deployment')).containers[0]
        ?.image;
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(await image({ image: { tag: '2.0.0', digest } })).toBe(`ghcr.io/dashkeep/dashkeep@${digest}`);
    expect(await image({ global: { imageRegistry: 'mirror' }, image: { tag: 'x' } })).toBe(
      'mirror/dashkeep/dashkeep:x',
    );
  });

  it('refuses clusters that are too old with a word about the version', async () => {
    const outcome = await helm('template', 'x', CHART, '--kube-version', '1.24.0');
    expect(outcome.code).not.toBe(0);
    expect(outcome.stderr).toContain('1.27');
  });
});

function kinds(objects: KubernetesObject[]): string[] {
  return objects.map(({ kind }) => kind).sort();
}

describe('helm test', () => {
  it.each(MODES)('%s: says what is missing where there is no token, instead of waiting for one', async (mode) => {
    const objects = await template(CHART, { values: [{ mode, target: 's3://bucket' }] });
    const [container] = podIn(the(objects, 'Pod', 'dashkeep-doctor')).containers;
    const references = container?.env?.filter(({ valueFrom }) => valueFrom !== undefined) ?? [];
    expect(references).toEqual([
      {
        name: 'GRAFANA_API_TOKEN',
        valueFrom: { secretKeyRef: { name: 'grafana-backup', key: 'GRAFANA_API_TOKEN', optional: true } },
      },
    ]);
  });
});
