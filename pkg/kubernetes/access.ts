import type { KubeClient } from './client.ts';
import { roleRule } from './errors.ts';
import { leaseAccess, type LeaseName } from './leases.ts';
import { secretAccess, type SecretName } from './secrets.ts';
import type { AccessRule } from './types.ts';

/** What a service account can do, to be asked of the API server. */
export interface KubernetesRights {
  client: KubeClient;
  needed: readonly AccessRule[];
}

export interface AccessReview {
  access: AccessRule;
  allowed: boolean;
  /** What to add to the Role when it is not. */
  rule: string;
}

/** Everything that the service does in Kubernetes, as the rights it takes. */
export function neededAccess(names: { token: SecretName; lease?: LeaseName; admin?: SecretName }): AccessRule[] {
  return [
    secretAccess('get', names.token),
    secretAccess('patch', names.token),
    ...(names.lease === undefined ? [] : [leaseAccess('get', names.lease), leaseAccess('update', names.lease)]),
    ...(names.admin === undefined ? [] : [secretAccess('get', names.admin)]),
  ];
}

/**
 * Asks the API server what the service account may do. For reports only: authorizers cache, the real call decides.
 * Every authenticated account may ask.
 */
export async function reviewAccess(
  client: KubeClient,
  needed: readonly AccessRule[],
  signal?: AbortSignal,
): Promise<AccessReview[]> {
  return Promise.all(
    needed.map(async (access) => {
      const { verb, group, resource, namespace, name } = access;
      const answer = await client.request<{ status?: { allowed?: boolean } }>({
        access: { ...access, verb: 'create', resource: 'selfsubjectaccessreviews', group: 'authorization.k8s.io' },
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: { verb, group, resource, namespace, name } },
        },
        repeatable: true,
        signal,
      });
      return { access, allowed: answer.status?.allowed === true, rule: roleRule(access) };
    }),
  );
}
