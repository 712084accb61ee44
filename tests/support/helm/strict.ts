import type { KubernetesObject } from './helm.ts';

interface ModelClass {
  prototype: { validate(): void };
}

/** Packages that hold a model class for each kind, by API group. */
const GROUPS: Record<string, string> = {
  '': 'kubernetes-models/v1',
  apps: 'kubernetes-models/apps/v1',
  batch: 'kubernetes-models/batch/v1',
  policy: 'kubernetes-models/policy/v1',
  autoscaling: 'kubernetes-models/autoscaling/v2',
  'rbac.authorization.k8s.io': 'kubernetes-models/rbac.authorization.k8s.io/v1',
  'coordination.k8s.io': 'kubernetes-models/coordination.k8s.io/v1',
  'networking.k8s.io': 'kubernetes-models/networking.k8s.io/v1',
  'admissionregistration.k8s.io': 'kubernetes-models/admissionregistration.k8s.io/v1',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
};

/**
 * What Kubernetes' own schemas have against an object, unknown fields included, one line each. Kinds without a
 * schema here are an error as well: nothing passes unseen.
 */
export async function problemsOf(object: KubernetesObject): Promise<string[]> {
  const name = `${object.kind}/${object.metadata?.name}`;
  const group = object.apiVersion.includes('/') ? object.apiVersion.slice(0, object.apiVersion.indexOf('/')) : '';
  const packageName = GROUPS[group];
  const models = packageName === undefined ? {} : ((await import(packageName)) as Record<string, ModelClass>);
  const model = models[object.kind];
  if (model === undefined) {
    return [`${name}: no schema for ${object.apiVersion}`];
  }
  const { watched, unread } = watch(object);
  try {
    model.prototype.validate.call(watched as never);
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
  }
  return unread().map((path) => `${name}: unknown field ${path}`);
}

/**
 * The compiled schemas pass over fields they don't know. So the object is watched while it is validated: a field
 * that no schema looked at, beside others that one did, is a field that no schema has.
 */
function watch(root: object): { watched: object; unread(): string[] } {
  const read = new Map<object, Set<string>>();
  const proxies = new WeakMap<object, object>();
  const proxyOf = (target: object): object => {
    const known = proxies.get(target);
    if (known !== undefined) {
      return known;
    }
    const seen = new Set<string>();
    read.set(target, seen);
    const proxy = new Proxy(target, {
      get(from, key) {
        if (typeof key === 'string') {
          seen.add(key);
        }
        const value: unknown = Reflect.get(from, key);
        return typeof value === 'object' && value !== null ? proxyOf(value) : value;
      },
    });
    proxies.set(target, proxy);
    return proxy;
  };
  const unreadIn = (target: object, path: string): string[] => {
    const seen = read.get(target);
    if (seen === undefined || seen.size === 0) {
      return [];
    }
    return Object.entries(target).flatMap(([key, value]) => {
      const at = Array.isArray(target) ? `${path}[${key}]` : `${path}.${key}`;
      if (!seen.has(key)) {
        return [at];
      }
      return typeof value === 'object' && value !== null ? unreadIn(value as object, at) : [];
    });
  };
  return { watched: proxyOf(root), unread: () => unreadIn(root, '') };
}
