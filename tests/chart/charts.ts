import { cp, mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { KubernetesObject } from '../support/helm/helm.ts';
import { CHART, EXAMPLES } from '../support/helm/helm.ts';
import type { PodSpec } from '../support/helm/restricted.ts';
import { podOf, violationsOf } from '../support/helm/restricted.ts';
import { problemsOf } from '../support/helm/strict.ts';

export const MODES = ['sidecar', 'deployment', 'cronjob'] as const;

/** The chart's scenarios: the values files below charts/dashkeep/ci. */
export async function scenarios(): Promise<string[]> {
  return (await readdir(join(CHART, 'ci'))).map((file) => join(CHART, 'ci', file));
}

/** Everything that Kubernetes would refuse in these objects, and every pod that isn't "restricted". */
export async function expectAcceptable(objects: KubernetesObject[]): Promise<void> {
  const problems = (await Promise.all(objects.map(problemsOf))).flat();
  for (const object of objects) {
    const pod = podOf(object);
    if (pod !== undefined) {
      problems.push(...violationsOf(pod).map((violation) => `${object.kind}/${object.metadata.name}: ${violation}`));
    }
  }
  expect(problems).toEqual([]);
}

/** The pod of an object that must have one. */
export function podIn(object: KubernetesObject): PodSpec {
  const pod = podOf(object);
  if (pod === undefined) {
    throw new Error(`${object.kind} makes no pod`);
  }
  return pod;
}

/** The umbrella example with its dependencies in place: the given Grafana chart, and this one. */
export async function umbrellaWith(grafanaChart: string): Promise<string> {
  const umbrella = join(await mkdtemp(join(tmpdir(), 'dashkeep-umbrella-')), 'umbrella');
  await cp(join(EXAMPLES, 'umbrella'), umbrella, { recursive: true });
  await mkdir(join(umbrella, 'charts'));
  await cp(CHART, join(umbrella, 'charts/dashkeep'), { recursive: true });
  await cp(grafanaChart, join(umbrella, 'charts/grafana'), { recursive: true, dereference: true });
  return umbrella;
}
