import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../support/helm/helm.ts';
import { CHART, template, the } from '../support/helm/helm.ts';
import { MODES, podIn, scenarios } from './charts.ts';

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

function rules(objects: KubernetesObject[]): Rule[] {
  return objects.filter(({ kind }) => kind.endsWith('Role')).flatMap((role) => role['rules'] as Rule[]);
}

const token: Rule = {
  apiGroups: [''],
  resources: ['secrets'],
  resourceNames: ['grafana-backup'],
  verbs: ['get', 'patch'],
};
const lease: Rule = {
  apiGroups: ['coordination.k8s.io'],
  resources: ['leases'],
  resourceNames: ['dashkeep'],
  verbs: ['get', 'update'],
};

describe('what the chart grants', () => {
  it.each(['sidecar', 'deployment'])('%s: one Secret and one Lease, nothing else', async (mode) => {
    const objects = await template(CHART, { values: [{ mode }] });
    expect(rules(objects)).toEqual([token, lease]);
    const subject = the(objects, 'RoleBinding')['subjects'];
    const name = mode === 'sidecar' ? 'grafana' : 'dashkeep';
    expect(subject).toEqual([{ kind: 'ServiceAccount', name, namespace: 'monitoring' }]);
  });

  it('cronjob: minting to one account, the token and the keys to the other', async () => {
    const objects = await template(CHART, { values: [{ mode: 'cronjob', target: 's3://bucket' }] });
    expect(the(objects, 'Role', 'dashkeep-bootstrap')['rules']).toEqual([token]);
    expect(the(objects, 'Role', 'dashkeep')['rules']).toEqual([token]);
    for (const name of ['dashkeep', 'dashkeep-bootstrap']) {
      expect(the(objects, 'RoleBinding', name)['subjects'][0].name).toBe(name);
      expect(the(objects, 'ServiceAccount', name)).toBeDefined();
    }
  });

  it.each(['monitoring', 'other'])(
    'cronjob: only what may read the admin Secret is to read it (in %s)',
    async (namespace) => {
      const values = { mode: 'cronjob', target: 's3://bucket', grafana: { namespace } };
      const objects = await template(CHART, { values: [values] });
      const shared = Object.keys(the(objects, 'ConfigMap')['data']);
      const named = (object: KubernetesObject): string[] => [
        ...shared,
        ...podIn(object).containers.flatMap(({ env = [] }) => env.map(({ name }) => name)),
      ];
      const isAdmin = (name: string): boolean => name.startsWith('DASHKEEP_ADMIN_SECRET');
      for (const object of [the(objects, 'Pod', 'dashkeep-doctor'), the(objects, 'CronJob', 'dashkeep')]) {
        expect(named(object).filter(isAdmin)).toEqual([]);
      }
      for (const object of [the(objects, 'Job'), the(objects, 'CronJob', 'dashkeep-bootstrap')]) {
        expect(named(object).filter(isAdmin)).toHaveLength(1);
      }
    },
  );

  it.each(['deployment', 'cronjob'])(
    '%s: the admin Secret of another namespace by `get` on its name, there only',
    async (mode) => {
      const grafana = { namespace: 'other', adminSecret: { name: 'admin' } };
      const objects = await template(CHART, { values: [{ mode, target: 's3://bucket', grafana }] });
      const role = the(objects, 'Role', 'dashkeep-admin-secret');
      expect(role.metadata.namespace).toBe('other');
      expect(role['rules']).toEqual([{ ...token, resourceNames: ['admin'], verbs: ['get'] }]);
      expect(the(objects, 'RoleBinding', 'dashkeep-admin-secret')['subjects'][0]).toMatchObject({
        name: mode === 'cronjob' ? 'dashkeep-bootstrap' : 'dashkeep',
        namespace: 'monitoring',
      });
      const shared = the(objects, 'ConfigMap', 'dashkeep')['data'];
      const own = mode === 'cronjob' ? (podIn(the(objects, 'Job')).containers[0]?.env ?? []) : [];
      const given = [...Object.entries(shared), ...own.map(({ name, value }) => [name, value])];
      expect(Object.fromEntries(given)).toMatchObject({ DASHKEEP_ADMIN_SECRET: 'other/admin' });
    },
  );

  it('in no scenario create, list, watch, a wildcard, a ClusterRole or a rule without a name', async () => {
    for (const values of [...(await scenarios()), ...MODES.map((mode) => ({ mode, target: 's3://bucket' }))]) {
      const objects = await template(CHART, { values: [values] });
      expect(objects.some(({ kind }) => kind.startsWith('ClusterRole'))).toBe(false);
      for (const rule of rules(objects)) {
        expect(rule.resourceNames?.length).toBe(1);
        expect(['get', 'patch', 'update']).toEqual(expect.arrayContaining(rule.verbs));
        expect([...rule.apiGroups, ...rule.resources]).not.toContain('*');
      }
    }
  });

  it('renders no key of the token Secret and no spec of the Lease, which are the service’s to write', async () => {
    for (const values of await scenarios()) {
      const objects = await template(CHART, { values: [values] });
      // The certificate's Secret is the chart's own: the service only reads it.
      const own = objects.filter(({ kind, type }) => kind === 'Secret' && type !== 'kubernetes.io/tls');
      for (const secret of own) {
        expect(Object.keys(secret).sort()).toEqual(['apiVersion', 'kind', 'metadata', 'type']);
        expect(secret['immutable']).toBeUndefined();
      }
      for (const one of objects.filter(({ kind }) => kind === 'Lease')) {
        expect(Object.keys(one).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
      }
    }
  });
});
