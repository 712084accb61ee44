import type { KubeClient } from './client.ts';
import type { AccessRule, Lease } from './types.ts';

export interface LeaseName {
  namespace: string;
  name: string;
}

/** @returns the access that a verb on the Lease needs, for a review and for the hint of an error */
export function leaseAccess(verb: 'get' | 'update', { namespace, name }: LeaseName): AccessRule {
  return { verb, group: 'coordination.k8s.io', resource: 'leases', namespace, name };
}

function pathOf({ namespace, name }: LeaseName): string {
  const space = encodeURIComponent(namespace);
  return `/apis/coordination.k8s.io/v1/namespaces/${space}/leases/${encodeURIComponent(name)}`;
}

/** @returns the Lease. @throws DK_KUBERNETES if it is missing or refused */
export function readLease(
  client: KubeClient,
  lease: LeaseName,
  options: { signal?: AbortSignal; timeout?: number } = {},
): Promise<Lease> {
  return client.request<Lease>({
    access: leaseAccess('get', lease),
    method: 'GET',
    path: pathOf(lease),
    repeatable: true,
    ...options,
  });
}

/**
 * Replaces a Lease as it was read: of several writers exactly one wins, by its resourceVersion.
 * @throws KubernetesError 409 for the others.
 */
export function replaceLease(
  client: KubeClient,
  lease: LeaseName,
  body: Lease,
  options: { signal?: AbortSignal; timeout?: number } = {},
): Promise<Lease> {
  return client.request<Lease>({
    access: leaseAccess('update', lease),
    method: 'PUT',
    path: pathOf(lease),
    body,
    // Sent twice it would meet its own first writing as a conflict.
    repeatable: false,
    ...options,
  });
}
