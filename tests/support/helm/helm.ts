import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { runSmall } from '../process/small.ts';
import { tools } from './tools.ts';

/** A Kubernetes object as it is in a manifest. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  // Everything else is looked at by path in the tests.
  // oxlint-disable-next-line typescript/no-explicit-any
  [field: string]: any;
}

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export const CHART = fileURLToPath(new URL('../../../charts/dashkeep', import.meta.url));
export const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));
export const STUB_CHARTS = fileURLToPath(new URL('../charts', import.meta.url));

/** Values as a tree (written to a file, as people do) or as the path of a values file. */
export type Values = Record<string, unknown> | string;

export interface TemplateOptions {
  release?: string;
  namespace?: string;
  values?: Values[];
  args?: string[];
}

/** Runs a program to its end; a failure is an outcome, not an exception. */
export async function run(command: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<Outcome> {
  const { code, stdout, stderr } = await runSmall({ command, args, env });
  return { code: code ?? 1, stdout: stdout.toString(), stderr: stderr.toString() };
}

let home: Promise<string> | undefined;

/** The environment of helm and kubectl: their own homes, so that nobody's configuration plays a part. */
export async function toolEnvironment(): Promise<NodeJS.ProcessEnv> {
  home ??= mkdtemp(join(tmpdir(), 'dashkeep-helm-'));
  const at = await home;
  await mkdir(join(at, 'values'), { recursive: true });
  return {
    PATH: process.env['PATH'],
    HOME: at,
    HELM_CONFIG_HOME: join(at, 'config'),
    HELM_CACHE_HOME: join(at, 'cache'),
    HELM_DATA_HOME: join(at, 'data'),
  };
}

/** `helm`; a cluster is chosen by `--kubeconfig`. */
export async function helm(...args: string[]): Promise<Outcome> {
  return run((await tools()).helm, args, await toolEnvironment());
}

/** `kubectl`; a cluster is chosen by `--kubeconfig`. */
export async function kubectl(...args: string[]): Promise<Outcome> {
  return run((await tools()).kubectl, args, await toolEnvironment());
}

let files = 0;

/** `-f` arguments for values. */
export async function valuesArguments(values: Values[] = []): Promise<string[]> {
  const at = (await toolEnvironment())['HOME'] ?? tmpdir();
  const args: string[] = [];
  for (const value of values) {
    let path = value;
    if (typeof path !== 'string') {
      path = join(at, 'values', `${files++}.json`);
      await writeFile(path, JSON.stringify(value));
    }
    args.push('-f', path);
  }
  return args;
}

/** `helm template`, as an outcome. */
export async function tryTemplate(chart: string, options: TemplateOptions = {}): Promise<Outcome> {
  const { release = 'dashkeep', namespace = 'monitoring', values, args = [] } = options;
  return helm('template', release, chart, '-n', namespace, ...(await valuesArguments(values)), ...args);
}

/** What the chart renders with a file of values alone: many tests look at that. */
const rendered = new Map<string, Promise<KubernetesObject[]>>();

/** `helm template`, as objects. Throws with Helm's own words where it fails. */
export async function template(chart: string, options: TemplateOptions = {}): Promise<KubernetesObject[]> {
  const { values: [file, ...others] = [], ...rest } = options;
  if (chart !== CHART || typeof file !== 'string' || others.length > 0 || Object.keys(rest).length > 0) {
    return render(chart, options);
  }
  const objects = rendered.get(file) ?? render(chart, options);
  rendered.set(file, objects);
  return structuredClone(await objects);
}

async function render(chart: string, options: TemplateOptions): Promise<KubernetesObject[]> {
  const outcome = await tryTemplate(chart, options);
  if (outcome.code !== 0) {
    throw new Error(outcome.stderr);
  }
  return objectsOf(outcome.stdout);
}

/** The objects of a manifest, read as Kubernetes reads YAML (1.1: 0444 is octal). */
export function objectsOf(manifest: string): KubernetesObject[] {
  const objects: KubernetesObject[] = [];
  for (const document of parseAllDocuments(manifest, { version: '1.1', merge: true })) {
    if (document.errors.length > 0) {
      throw document.errors[0];
    }
    const value = document.toJS() as KubernetesObject | null;
    if (value !== null) {
      objects.push(value);
    }
  }
  return objects;
}

/** The one object of that kind (and name). */
export function the(objects: KubernetesObject[], kind: string, name?: string): KubernetesObject {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  const [one] = found;
  if (one === undefined || found.length > 1) {
    throw new Error(`${found.length} objects of kind ${kind} ${name ?? ''} instead of one`);
  }
  return one;
}
