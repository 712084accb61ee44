import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { neededAccess, reviewAccess } from '../../pkg/kubernetes/access.ts';
import { KubeClient } from '../../pkg/kubernetes/client.ts';
import { SecretState } from '../../pkg/kubernetes/state.ts';
import { MODES, scenarios } from '../chart/charts.ts';
import type { KubernetesObject, Values } from '../support/helm/helm.ts';
import { CHART, EXAMPLES, helm, kubectl, template, valuesArguments } from '../support/helm/helm.ts';
import { Cluster } from '../support/kube/cluster.ts';
import { realClock } from '../support/ports.ts';
import { describeKubernetes, programs } from './tier.ts';
import { asPod, configOf, isBuiltIn } from './rendered.ts';

const TARGET = { target: 's3://bucket/p' };
/** RBAC and deletions take effect a moment later. */
const soon = <T>(check: () => Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 60_000, interval: 100 });

/** How Helm 4 applies by default, and how Helm 3 did. */
const WAYS = [
  ['server-side', '--server-side=true'],
  ['three-way', '--server-side=false'],
] as const;

describeKubernetes('the chart on a real API server', () => {
  let cluster: Cluster;
  let kubeconfig = '';
  let count = 0;

  beforeAll(async () => {
    cluster = await Cluster.start(programs ?? '');
    kubeconfig = join(await mkdtemp(join(cluster.folder, 'admin-')), 'config');
    await writeFile(kubeconfig, JSON.stringify(configOf(cluster)));
  });
  afterAll(() => cluster?.stop());

  /** A namespace that admits restricted pods only. */
  async function namespace(name = `chart-${++count}`): Promise<string> {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await cluster.must('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels },
    });
    return name;
  }

  async function ok(tool: typeof helm, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await tool('--kubeconfig', kubeconfig, ...args);
    expect(code, `${args.join(' ')}\n${stderr}`).toBe(0);
    return stdout + stderr;
  }

  async function release(verb: 'install' | 'upgrade', at: string, way: string, values: Values[]): Promise<string> {
    return ok(helm, verb, 'dashkeep', CHART, '-n', at, way, ...(await valuesArguments(values)));
  }

  /** The service's own client, as the ServiceAccount that the chart bound its Role to. */
  async function service(at: string, account: string): Promise<{ client: KubeClient; state: SecretState }> {
    const directory = await cluster.serviceAccount(at, account);
    const client = new KubeClient({
      directory,
      host: cluster.host,
      port: cluster.port,
      clock: realClock,
      log: silentLog,
    });
    return { client, state: new SecretState(client, { namespace: at, name: 'grafana-backup' }, realClock) };
  }

  async function token(at: string): Promise<string | undefined> {
    const secret = await cluster.must('GET', `/api/v1/namespaces/${at}/secrets/grafana-backup`);
    const data = (secret['data'] ?? {}) as Record<string, string>;
    return data['GRAFANA_API_TOKEN'] && Buffer.from(data['GRAFANA_API_TOKEN'], 'base64').toString();
  }

  it('accepts every rendered object, with unknown fields refused, and every pod in a restricted namespace', async () => {
    const at = await namespace();
    for (const name of ['grafana', 'monitoring']) {
      await cluster.namespace(name);
    }
    const manifests = ['cronjob', 'deployment', 'sidecar'].map((name) => join(EXAMPLES, 'manifests', `${name}.yaml`));
    for (const values of [...(await scenarios()), ...MODES.map((mode) => ({ mode, ...TARGET }))]) {
      const objects = (await template(CHART, { namespace: at, values: [values] })).filter(isBuiltIn);
      await dryRun([...objects, ...objects.flatMap(asPod)]);
    }
    for (const manifest of manifests) {
      await ok(kubectl, 'apply', '--dry-run=server', '--validate=strict', '-f', manifest);
    }
  });

  async function dryRun(objects: KubernetesObject[]): Promise<void> {
    const [, file = ''] = await valuesArguments([{ apiVersion: 'v1', kind: 'List', items: objects }]);
    const output = await ok(kubectl, 'create', '--dry-run=server', '--validate=strict', '-f', file);
    expect(output.split('\n').filter((line) => line.includes('created (server dry run)')).length).toBe(objects.length);
    expect(output).not.toContain('Warning');
  }

  it.each(WAYS)('keeps the token through upgrades and leaves only its keys behind (%s)', async (_, way) => {
    const at = await namespace();
    const before = await everything(at);
    await release('install', at, way, [{ mode: 'deployment' }]);
    expect(await token(at)).toBeUndefined();

    const { client, state } = await service(at, 'dashkeep');
    await soon(async () => {
      const names = { token: { namespace: at, name: 'grafana-backup' }, lease: { namespace: at, name: 'dashkeep' } };
      const answers = await reviewAccess(client, neededAccess(names));
      expect(answers.map(({ allowed }) => allowed)).not.toContain(false);
    });
    await state.set('grafana-api-token', Buffer.from('glsa_one'));
    await state.set('settings.json', Buffer.from('{"target":"typed in by hand"}'));

    await release('upgrade', at, way, [{ mode: 'deployment', schedule: '5 * * * *', commonLabels: { team: 'a' } }]);
    expect(await token(at)).toBe('glsa_one');
    await state.set('grafana-api-token', Buffer.from('glsa_two'));
    await release('upgrade', at, way, [{ mode: 'sidecar', tokenSecret: { annotations: { a: 'b' } } }]);
    expect(await token(at)).toBe('glsa_two');
    await release('upgrade', at, way, [{ mode: 'cronjob', ...TARGET }]);
    await ok(helm, 'rollback', 'dashkeep', '1', '-n', at);
    expect(await token(at)).toBe('glsa_two');
    // The release made a new account: the old one's credential is void.
    const again = await service(at, 'dashkeep');
    expect((await again.state.get('settings.json'))?.toString()).toContain('typed in by hand');

    await ok(helm, 'uninstall', 'dashkeep', '-n', at);
    await gone(at, [...before, 'secret/grafana-backup'].sort());
  });

  // The values that Grafana has then contain the overlay, and the page *Uninstall* needs those from before it.
  it('says after an upgrade that the pod reads changed settings when it starts, and leaves the saved values', async () => {
    const at = await namespace();
    const saved = 'get values grafana -o yaml > your-values.yaml';
    expect(await release('install', at, '--server-side=true', [TARGET])).toContain(saved);
    const said = await release('upgrade', at, '--server-side=true', [{ ...TARGET, schedule: '5 * * * *' }]);
    expect(said).toContain(`\n  kubectl -n ${at} rollout restart deployment/grafana\n`);
    expect(said).toContain('-f your-values.yaml -f dashkeep-overlay.yaml');
    expect(said).not.toContain(saved);
  });

  it('keeps the token when a release of Helm 3 is carried on by Helm 4', async () => {
    const at = await namespace();
    await release('install', at, '--server-side=false', [{ mode: 'deployment' }]);
    const { state } = await service(at, 'dashkeep');
    await soon(() => state.set('grafana-api-token', Buffer.from('glsa_old')));
    await release('upgrade', at, '--server-side=true', [{ mode: 'deployment', commonLabels: { team: 'b' } }]);
    expect(await token(at)).toBe('glsa_old');
  });

  it.each(WAYS)(
    'keeps the certificate and its authority through upgrades, and Grafana’s copy with them (%s)',
    async (_, way) => {
      const at = await namespace();
      const made = async (): Promise<unknown> => {
        const [secret, copy] = await Promise.all([
          cluster.must('GET', `/api/v1/namespaces/${at}/secrets/dashkeep-tls`),
          cluster.must('GET', `/api/v1/namespaces/${at}/configmaps/dashkeep-ca`),
        ]);
        return { secret: secret['data'], copy: copy['data'] };
      };
      await release('install', at, way, [{ mode: 'deployment', ...TARGET }]);
      const first = await made();
      expect(first).toMatchObject({ secret: { 'ca.crt': expect.any(String) }, copy: { 'ca.crt': expect.any(String) } });
      await release('upgrade', at, way, [{ mode: 'deployment', ...TARGET, schedule: '5 * * * *' }]);
      expect(await made()).toEqual(first);
      await ok(helm, 'rollback', 'dashkeep', '1', '-n', at);
      expect(await made()).toEqual(first);
      // Anyone who wants another one deletes the Secret.
      await cluster.must('DELETE', `/api/v1/namespaces/${at}/secrets/dashkeep-tls`);
      await release('upgrade', at, way, [{ mode: 'deployment', ...TARGET }]);
      expect(await made()).not.toEqual(first);
      await ok(helm, 'uninstall', 'dashkeep', '-n', at);
    },
  );

  it.each(WAYS)('changes the bootstrap Job, which no upgrade may touch, by replacing it (%s)', async (_, way) => {
    const at = await namespace();
    const before = await everything(at);
    await release('install', at, way, [{ mode: 'cronjob', ...TARGET }]);
    const first = await jobs(at);
    await release('upgrade', at, way, [{ mode: 'cronjob', ...TARGET, schedule: '7 * * * *' }]);
    expect(await jobs(at)).toEqual(first);
    await release('upgrade', at, way, [{ mode: 'cronjob', ...TARGET, image: { tag: '9.9.9' } }]);
    const second = await jobs(at);
    expect(second.length).toBe(1);
    expect(second).not.toEqual(first);
    await ok(helm, 'uninstall', 'dashkeep', '-n', at);
    await gone(at, [...before, 'secret/grafana-backup'].sort());
  });

  async function jobs(at: string): Promise<string[]> {
    return (await everything(at)).filter((name) => name.startsWith('job.batch/'));
  }

  it('lets go of the admin Secret’s Role in Grafana’s namespace as well', async () => {
    const [at, other] = [await namespace(), await namespace()];
    const before = await everything(other);
    await release('install', at, '--server-side=true', [{ mode: 'deployment', grafana: { namespace: other } }]);
    const { client } = await service(at, 'dashkeep');
    await cluster.must('POST', `/api/v1/namespaces/${other}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'grafana' },
    });
    await soon(async () => {
      const names = { token: { namespace: at, name: 'grafana-backup' }, admin: { namespace: other, name: 'grafana' } };
      const answers = await reviewAccess(client, neededAccess(names));
      expect(answers.map(({ allowed }) => allowed)).not.toContain(false);
    });
    await ok(helm, 'uninstall', 'dashkeep', '-n', at);
    await cluster.must('DELETE', `/api/v1/namespaces/${other}/secrets/grafana`);
    await gone(other, before);
  });

  it('keeps the Secret with its keys after an uninstall, uses it after a reinstall, and removes it on request', async () => {
    const at = await namespace();
    await release('install', at, '--server-side=true', [{ mode: 'deployment' }]);
    const { state } = await service(at, 'dashkeep');
    await soon(() => state.set('grafana-api-token', Buffer.from('glsa_kept')));
    await ok(helm, 'uninstall', 'dashkeep', '-n', at);
    expect(await token(at)).toBe('glsa_kept');
    await release('install', at, '--server-side=true', [{ mode: 'deployment' }]);
    expect(await token(at)).toBe('glsa_kept');
    await release('upgrade', at, '--server-side=true', [{ mode: 'deployment', tokenSecret: { create: false } }]);
    expect(await token(at)).toBe('glsa_kept');
    await release('upgrade', at, '--server-side=true', [{ mode: 'deployment', tokenSecret: { keep: false } }]);
    await ok(helm, 'uninstall', 'dashkeep', '-n', at);
    await soon(async () => expect(await everything(at)).not.toContain('secret/grafana-backup'));
  });

  it.each(WAYS)('uses a Secret that the user made, and never makes it its own (%s)', async (_, way) => {
    const at = await namespace();
    const secret = ['secret', 'generic', 'grafana-backup', '-n', at];
    await ok(kubectl, 'create', ...secret, '--from-literal=GRAFANA_API_TOKEN=glsa_classic');
    const made = await cluster.must('GET', `/api/v1/namespaces/${at}/secrets/grafana-backup`);
    const refused = await helm('--kubeconfig', kubeconfig, 'install', 'dashkeep', CHART, '-n', at, way);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('set tokenSecret.create=false to use it as it is');

    const values = { mode: 'cronjob', ...TARGET, tokenSecret: { create: false, keep: false } };
    await release('install', at, way, [values]);
    const { state } = await service(at, 'dashkeep-bootstrap');
    await soon(() => state.set('grafana-api-token', Buffer.from('glsa_renewed')));
    await release('upgrade', at, way, [{ ...values, schedule: '7 * * * *' }]);
    await ok(helm, 'uninstall', 'dashkeep', '-n', at);
    expect(await token(at)).toBe('glsa_renewed');
    const left = await cluster.must('GET', `/api/v1/namespaces/${at}/secrets/grafana-backup`);
    const marks = ({ metadata }: Record<string, unknown>): unknown => {
      const { labels, annotations } = metadata as Record<string, unknown>;
      return { labels, annotations };
    };
    expect(marks(left)).toEqual(marks(made));
  });

  it.each(WAYS)('keeps a Secret that Helm adopted by hand, as an earlier guide said (%s)', async (_, way) => {
    const at = await namespace();
    const secret = ['secret', 'grafana-backup', '-n', at];
    const [kind, ...rest] = secret;
    await ok(kubectl, 'create', kind ?? '', 'generic', ...rest, '--from-literal=GRAFANA_API_TOKEN=glsa_classic');
    await ok(kubectl, 'label', ...secret, 'app.kubernetes.io/managed-by=Helm');
    const owner = ['meta.helm.sh/release-name=dashkeep', `meta.helm.sh/release-namespace=${at}`];
    await ok(kubectl, 'annotate', ...secret, ...owner);
    await release('install', at, way, [{ mode: 'cronjob', ...TARGET }]);
    expect(await token(at)).toBe('glsa_classic');
    await ok(helm, 'uninstall', 'dashkeep', '-n', at);
    expect(await token(at)).toBe('glsa_classic');
  });

  it.each(['', '--server-side'])('keeps the token when the plain manifests are applied again (%s)', async (way) => {
    const file = join(EXAMPLES, 'manifests/deployment.yaml');
    const flags = way === '' ? [] : [way, '--force-conflicts'];
    await cluster.admin('DELETE', '/api/v1/namespaces/monitoring/secrets/grafana-backup');
    await cluster.admin('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'monitoring' },
    });
    await ok(kubectl, 'apply', ...flags, '-f', file);
    const { state } = await service('monitoring', 'dashkeep');
    await soon(() => state.set('grafana-api-token', Buffer.from('glsa_plain')));
    await ok(kubectl, 'apply', ...flags, '-f', file);
    expect(await token('monitoring')).toBe('glsa_plain');
  });

  /** Names of all objects in a namespace, of every kind that can be listed. */
  async function everything(at: string): Promise<string[]> {
    const kinds = await ok(kubectl, 'api-resources', '--verbs=list', '--namespaced', '-o', 'name');
    const listed = kinds.split('\n').filter((kind) => kind !== '' && !/^events(\.|$)/.test(kind));
    const names = await ok(kubectl, 'get', listed.join(','), '-n', at, '-o', 'name', '--ignore-not-found');
    return names
      .split('\n')
      .filter((name) => /^[\w.]+\/\S+$/.test(name))
      .sort();
  }

  async function gone(at: string, before: string[]): Promise<void> {
    await soon(async () => expect(await everything(at)).toEqual(before));
  }
});
