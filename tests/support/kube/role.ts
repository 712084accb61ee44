import type { Cluster } from './cluster.ts';

export interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

/** Gives a service account a Role of exactly these rules, replacing an earlier one, and waits until it is in force. */
export async function grant(cluster: Cluster, namespace: string, account: string, rules: Rule[]): Promise<void> {
  const base = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const group = 'rbac.authorization.k8s.io';
  const role = { apiVersion: `${group}/v1`, kind: 'Role', metadata: { name: account, namespace }, rules };
  const written = await cluster.admin('PUT', `${base}/roles/${account}`, role);
  if (written.status === 201) {
    await cluster.must('POST', `${base}/rolebindings`, {
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata: { name: account, namespace },
      roleRef: { apiGroup: group, kind: 'Role', name: account },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
    });
  }
  await inForce(cluster, namespace, account, rules);
}

/** The authorizer hears of changes a moment later. */
async function inForce(cluster: Cluster, namespace: string, account: string, rules: Rule[]): Promise<void> {
  const asked = ['get', 'list', 'create', 'update', 'patch', 'delete'].flatMap((verb) =>
    [...new Set(rules.map((rule) => [rule.apiGroups[0] ?? '', rule.resources[0] ?? ''].join('|')))].flatMap((key) => {
      const [group = '', resource = ''] = key.split('|');
      const names = new Set(
        rules.filter((rule) => rule.resources[0] === resource).flatMap((r) => r.resourceNames ?? ['']),
      );
      return [...names].map((name) => ({ verb, group, resource, name }));
    }),
  );
  const deadline = Date.now() + 60_000;
  for (const { verb, group, resource, name } of asked) {
    const expected = rules.some(
      (rule) =>
        rule.verbs.includes(verb) &&
        rule.resources.includes(resource) &&
        rule.apiGroups.includes(group) &&
        (rule.resourceNames === undefined || rule.resourceNames.includes(name)),
    );
    for (;;) {
      const review = await cluster.must('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: {
          user: `system:serviceaccount:${namespace}:${account}`,
          groups: ['system:serviceaccounts', 'system:authenticated'],
          resourceAttributes: { namespace, verb, group, resource, name },
        },
      });
      if ((review.status as { allowed: boolean }).allowed === expected) {
        break;
      }
      if (Date.now() > deadline) {
        throw new Error(`RBAC never took effect: ${verb} ${resource} ${name} should be ${String(expected)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** What the chart grants; tests/kubernetes/chart-role.test.ts proves that it is the same. */
export function serviceRules(secret = 'grafana-backup', lease = 'dashkeep'): Rule[] {
  return [
    { apiGroups: [''], resources: ['secrets'], resourceNames: [secret], verbs: ['get', 'patch'] },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: [lease],
      verbs: ['get', 'update'],
    },
  ];
}

/** What the chart creates for the service to fill: no data, no spec. */
export async function createEmptyObjects(
  cluster: Cluster,
  namespace: string,
  names: { secret?: string; lease?: string } = {},
): Promise<void> {
  await cluster.must('POST', `/api/v1/namespaces/${namespace}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name: names.secret ?? 'grafana-backup', namespace },
  });
  await cluster.must('POST', `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: names.lease ?? 'dashkeep', namespace },
  });
}
