import { join } from 'node:path';
import { CHART, STUB_CHARTS, helm, kubectl, valuesArguments, type Values } from '../support/helm/helm.ts';
import { eventually } from '../support/ports.ts';
import { nodeFolder } from './tier.ts';

/** The Grafana chart: the stub, or the real one below the folder that the environment names. */
export const GRAFANA_CHART = join(process.env['DASHKEEP_TEST_CHARTS'] ?? STUB_CHARTS, 'grafana');
/** This machine, as the node and its pods reach it. */
export const HOST = '10.215.0.1';

const MINUTE = 60_000;
export const KUBECONFIG = join(nodeFolder ?? '', 'kubeconfig');

/** An object as the API server describes it; tests look into it freely. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Described = any;

async function ok(tool: typeof helm, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await tool('--kubeconfig', KUBECONFIG, ...args);
  if (code !== 0) {
    throw new Error(`${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`);
  }
  return stdout;
}

/** Waits as long as a busy machine may take for a pod. Each look starts a program, so it does not look all the time. */
export const soon = <T>(what: string, check: () => Promise<T | undefined>, within = 3 * MINUTE): Promise<T> =>
  eventually(what, check, within, 300);

/** One namespace of the node, which admits only pods that are "restricted", unless another level is given. */
export class Namespace {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  static async create(name: string, level = 'restricted'): Promise<Namespace> {
    const namespace = new Namespace(name);
    await namespace.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': level } },
    });
    return namespace;
  }

  kubectl(...args: string[]): Promise<string> {
    return ok(kubectl, ['-n', this.name, ...args]);
  }

  /** `helm`, of which nothing is thrown. */
  tryHelm(...args: string[]): ReturnType<typeof helm> {
    return helm('--kubeconfig', KUBECONFIG, '-n', this.name, ...args);
  }

  helm(...args: string[]): Promise<string> {
    return ok(helm, ['-n', this.name, ...args]);
  }

  /** Installs or upgrades our chart as the release `dashkeep`. @returns what Helm printed, with the notes */
  async dashkeep(verb: 'install' | 'upgrade', ...values: Values[]): Promise<string> {
    return this.helm(verb, 'dashkeep', CHART, ...(await valuesArguments(values)));
  }

  /** Installs or upgrades the Grafana chart as the release `grafana`. */
  async grafana(verb: 'install' | 'upgrade', ...values: Values[]): Promise<string> {
    // ClusterRoles of several releases of one name would collide.
    const rbac = { namespaced: true };
    return this.helm(verb, 'grafana', GRAFANA_CHART, ...(await valuesArguments([{ rbac }, ...values])));
  }

  async apply(...objects: object[]): Promise<void> {
    const [, file = ''] = await valuesArguments([{ apiVersion: 'v1', kind: 'List', items: objects } as Values]);
    await ok(kubectl, ['-n', this.name, 'apply', '-f', file]);
  }

  async get(...what: string[]): Promise<Described> {
    return JSON.parse(await this.kubectl('get', ...what, '-o', 'json'));
  }

  async list(...what: string[]): Promise<Described[]> {
    return (await this.get(...what)).items;
  }

  /** A Secret's values. */
  async secret(name: string): Promise<Record<string, string>> {
    const { data = {} } = (await this.get('secret', name)) as { data?: Record<string, string> };
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  }

  /** `kind/name` of everything that is here, but what every namespace has and what others leave behind. */
  async contents(): Promise<string[]> {
    const kinds =
      'pods,deployments,replicasets,jobs,cronjobs,services,configmaps,secrets,serviceaccounts,leases,roles,rolebindings,networkpolicies,persistentvolumeclaims';
    const names = (await this.kubectl('get', kinds, '-o', 'name')).split('\n').filter(Boolean);
    return names.filter((name) => !/\/(kube-root-ca\.crt|default)$/.test(name)).sort();
  }

  /** What a pod of a release prints, from the start. */
  logs(...of: string[]): Promise<string> {
    return this.kubectl('logs', '--tail=-1', ...of);
  }

  /** A request to a Service of this namespace, as the node routes it. */
  async fetch(service: string, path: string, init: RequestInit = {}): Promise<Response> {
    const { spec } = await this.get('service', service);
    return fetch(`http://${spec.clusterIP}:${spec.ports[0].port}${path}`, init);
  }

  /** A request of Grafana's admin, by the password in its Secret. @throws unless it succeeds. */
  async askGrafana(method: string, path: string, body?: unknown): Promise<Described> {
    const { 'admin-user': user, 'admin-password': password } = await this.secret('grafana');
    const answer = await this.fetch('grafana', path, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    }
    return answer.json();
  }

  /** A request of the app: to the service, through Grafana's plugin proxy. */
  async askApp(path: string, method = 'GET', body?: unknown): Promise<Described> {
    return this.askGrafana(method, `/api/plugin-proxy/dashkeep-backup-app/api/v1${path}`, body);
  }

  /** Waits for a complete backup, as the app reports it. @returns its snapshot's id */
  async completeBackup(): Promise<string> {
    return soon('a complete backup', async () => {
      const { lastBackup, ...status } = await this.askApp('/status');
      if (lastBackup?.status !== 'complete') {
        throw new Error(`no complete backup yet: ${JSON.stringify(lastBackup)} ${JSON.stringify(status)}`);
      }
      return lastBackup.snapshot as string;
    });
  }
}
