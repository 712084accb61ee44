import { KubernetesError } from './errors.ts';
import type { KubeClient } from './client.ts';
import type { AccessRule, Secret } from './types.ts';

/** Names our fields in `managedFields`, for ever the same: Helm and kubectl then know what is not theirs. */
const FIELD_MANAGER = 'dashkeep';

/** A Secret holds at most 1 MiB; a bit is left for what the server adds. */
const MAX_DATA_BYTES = 1_000_000;

export interface SecretName {
  namespace: string;
  name: string;
}

/** @returns the access that a verb on the Secret needs, for a review and for the hint of an error */
export function secretAccess(verb: 'get' | 'patch', { namespace, name }: SecretName): AccessRule {
  return { verb, group: '', resource: 'secrets', namespace, name };
}

function pathOf({ namespace, name }: SecretName): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
}

/** @throws KubernetesError 403, 404, … */
export function readSecret(client: KubeClient, secret: SecretName, signal?: AbortSignal): Promise<Secret> {
  return client.request<Secret>({
    access: secretAccess('get', secret),
    method: 'GET',
    path: pathOf(secret),
    repeatable: true,
    signal,
  });
}

/**
 * Writes entries by server-side apply. An apply takes away what the same manager owned and no longer names, so
 * everything that is ours already is sent along; what belongs to others is not touched. Creates the Secret where the
 * Role allows that.
 * @param changes - undefined removes an entry
 * @param current - the Secret as it was just read; undefined when there is none
 * @throws KubernetesError 409 when somebody else wrote meanwhile: read and try again.
 */
export function applySecret(
  client: KubeClient,
  secret: SecretName,
  current: Secret | undefined,
  changes: ReadonlyMap<string, Buffer | undefined>,
  signal?: AbortSignal,
): Promise<Secret> {
  const owned = ownedKeys(current);
  const data: Record<string, string> = {};
  for (const [key, value] of Object.entries(current?.data ?? {})) {
    if (owned.has(key)) {
      data[key] = value;
    }
  }
  for (const [key, value] of changes) {
    if (value === undefined) {
      delete data[key];
    } else {
      data[key] = value.toString('base64');
    }
  }
  if (JSON.stringify(data).length > MAX_DATA_BYTES) {
    throw new KubernetesError(413, 'TooLarge', `Secret ${secret.namespace}/${secret.name} would be larger than 1 MB`);
  }
  return client.request<Secret>({
    access: secretAccess('patch', secret),
    method: 'PATCH',
    path: pathOf(secret),
    query: { fieldManager: FIELD_MANAGER, force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secret.name, namespace: secret.namespace, resourceVersion: current?.metadata.resourceVersion },
      data,
    },
    // Carries the version that it builds on, so sending it twice can't overwrite anybody.
    repeatable: true,
    signal,
  });
}

/** The entries of `data` that our earlier applies own. */
function ownedKeys(secret: Secret | undefined): Set<string> {
  const keys = new Set<string>();
  for (const { manager, operation, fieldsV1 } of secret?.metadata.managedFields ?? []) {
    if (manager === FIELD_MANAGER && operation === 'Apply') {
      const data = fieldsV1?.['f:data'];
      for (const field of Object.keys(typeof data === 'object' && data !== null ? data : {})) {
        if (field.startsWith('f:')) {
          keys.add(field.slice(2));
        }
      }
    }
  }
  return keys;
}
