import { DashkeepError } from '../contract/errors.ts';
import { valueIf } from '../lib/expected-errors.ts';
import { arrayAt, numberAt, objectAt, stringAt, type Json, type JsonObject } from '../lib/json/json.ts';
import type { ManagedBy } from '../contract/manifest.ts';
import { atLeast, servedVersions } from './capabilities.ts';
import type { GrafanaClient } from './http/client.ts';
import { isGrafanaError } from './http/errors.ts';
import type { KindContext } from './kinds/kind.ts';

/** `/apis/<group>/<version>/namespaces/<namespace>/<resource>` */
export function apisPath(group: string, version: string, namespace: string, resource: string): string {
  return `/apis/${group}/${version}/namespaces/${encodeURIComponent(namespace)}/${resource}`;
}

/**
 * The versions of a group that may be used. From one release on it has the first of those that are `expected`, whatever
 * a proxy answers in place of the list of groups.
 */
export function usableVersions(
  { capabilities }: KindContext,
  group: string,
  [expected, ...release]: readonly [string, number, number],
): readonly string[] {
  return capabilities.groups.size === 0 && atLeast(capabilities, ...release)
    ? [expected]
    : servedVersions(capabilities, group);
}

/** Whether Grafana says that a version of a group lacks a resource: any proxy can answer its list with 404. */
export async function lacksResource(
  { grafana, memo, signal }: KindContext,
  group: string,
  version: string,
  resource: string,
): Promise<boolean> {
  const path = `/apis/${group}/${version}`;
  const names = await memo(path, async () => {
    const answer = await grafana.get(path, { signal }).catch(valueIf(isGrafanaError, undefined));
    return arrayAt(answer, 'resources')?.map((one) => stringAt(one, 'name'));
  });
  return names?.includes(resource) === false;
}

/** `metadata.name`, which is Grafana's uid. @throws DK_GRAFANA_ANSWER when an object has none. */
export function nameOf(object: Json): string {
  const name = stringAt(object, 'metadata', 'name');
  if (name === undefined || name === '') {
    throw new DashkeepError('DK_GRAFANA_ANSWER', 'an object in a list has no metadata.name');
  }
  return name;
}

/** @returns an annotation of a Kubernetes-style object; undefined if it has none of that name */
export function annotationOf(object: Json, key: string): string | undefined {
  const value = stringAt(objectAt(object, 'metadata', 'annotations'), key);
  return value === '' ? undefined : value;
}

/** Uid of the folder the object is in; undefined at the root. */
export function folderOf(object: Json): string | undefined {
  return annotationOf(object, 'grafana.app/folder');
}

/**
 * Changes whenever the object does. The resource version alone may repeat: after a migration of Grafana's storage, or
 * when an object was deleted and made again.
 */
export function revisionOf(object: Json): string | undefined {
  const version = resourceVersionOf(object);
  if (version === undefined) {
    return undefined;
  }
  const identity = stringAt(object, 'metadata', 'uid') ?? '';
  const updated = annotationOf(object, 'grafana.app/updatedTimestamp') ?? '';
  return [identity, version, numberAt(object, 'metadata', 'generation') ?? '', updated].join('/');
}

/** What a write that replaces the object has to name. */
export function resourceVersionOf(object: Json): string | undefined {
  const version = stringAt(object, 'metadata', 'resourceVersion');
  return version === '' ? undefined : version;
}

/** Who manages the object, when it isn't people in the UI. */
export function managerOf(object: Json): ManagedBy | undefined {
  const manager = annotationOf(object, 'grafana.app/managedBy');
  const id = annotationOf(object, 'grafana.app/managerId');
  return manager === undefined ? undefined : { manager, ...(id === undefined ? {} : { id }) };
}

/** Facts that a manifest keeps of any Kubernetes-style object. */
export function factsOf(object: Json): Record<string, string | number> {
  const facts: Record<string, string | number> = {};
  const generation = numberAt(object, 'metadata', 'generation');
  const texts = {
    created: stringAt(object, 'metadata', 'creationTimestamp'),
    createdBy: annotationOf(object, 'grafana.app/createdBy'),
    updated: annotationOf(object, 'grafana.app/updatedTimestamp'),
    updatedBy: annotationOf(object, 'grafana.app/updatedBy'),
  };
  if (generation !== undefined) {
    facts['version'] = generation;
  }
  for (const [name, value] of Object.entries(texts)) {
    if (value !== undefined) {
      facts[name] = value;
    }
  }
  return facts;
}

/**
 * Creates the object, or replaces the live one under its resource version: the given one, or else the current.
 * Never server-side apply: it breaks the open-ended spec of v2 dashboards.
 */
export async function createOrReplace(
  grafana: GrafanaClient,
  path: string,
  object: JsonObject,
  exists: boolean,
  signal?: AbortSignal,
  liveVersion?: string,
): Promise<void> {
  if (!exists) {
    await grafana.post(path, object, { signal, ignoreBody: true });
    return;
  }
  const one = `${path}/${encodeURIComponent(nameOf(object))}`;
  const resourceVersion = liveVersion ?? resourceVersionOf(await grafana.get(one, { signal }));
  const metadata: JsonObject = {
    ...objectAt(object, 'metadata'),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  await grafana.put(one, { ...object, metadata }, { signal, ignoreBody: true });
}
