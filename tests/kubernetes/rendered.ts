import type { KubernetesObject } from '../support/helm/helm.ts';
import { podOf } from '../support/helm/restricted.ts';
import type { Cluster } from '../support/kube/cluster.ts';

/** Kinds that the API server knows without further definitions. */
export function isBuiltIn({ apiVersion }: KubernetesObject): boolean {
  return !apiVersion.startsWith('monitoring.coreos.com/');
}

/** The pod that a workload would make: only pods themselves are refused by Pod Security. */
export function asPod(object: KubernetesObject): KubernetesObject[] {
  const spec = object.kind === 'Pod' ? undefined : podOf(object);
  const metadata = {
    name: `${object.kind.toLowerCase()}-${object.metadata.name}`,
    namespace: object.metadata.namespace,
  };
  return spec === undefined ? [] : [{ apiVersion: 'v1', kind: 'Pod', metadata, spec }];
}

export function configOf(cluster: Cluster): object {
  const authority = Buffer.from(cluster.ca).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    clusters: [{ name: 'test', cluster: { server: cluster.url, 'certificate-authority-data': authority } }],
    users: [{ name: 'admin', user: { token: cluster.adminToken } }],
  };
}
