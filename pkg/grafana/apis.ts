import { DashkeepError } from '../contract/errors.ts';
import { arrayAt, isJsonObject, numberAt, objectAt, stringAt, type Json, type JsonObject } from '../contract/json.ts';
import type { ManagedBy } from '../contract/manifest.ts';
import type { GrafanaClient } from './client.ts';
import { GrafanaError } from './errors.ts';
import type { Left } from './json/bytes.ts';

/** Metadata only, with the ordinary list as fall-back for servers that don't know it. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** Often enough for a list that changes under our hands, few enough not to go round for ever. */
const MAX_RESTARTS = 3;

export interface ListOptions {
  /** Objects per page; the server may give fewer. */
  limit: number;
  metadataOnly?: boolean;
  /** What of the answer is left as bytes. */
  leave?: Left;
  /** A list that begins with this version ends with its first page: the caller has the rest. */
  unlessAt?: string;
  signal?: AbortSignal;
}

export interface ListPage {
  items: JsonObject[];
  /** Whether the items hold metadata only. */
  metadataOnly: boolean;
  /** The version of the whole list, where an equal one proves that nothing was written in between. */
  version?: string;
  /** The list begins with the version given as `unlessAt`, and this page is all that comes of it. */
  unchanged: boolean;
}

/** `/apis/<group>/<version>/namespaces/<namespace>/<resource>` */
export function apisPath(group: string, version: string, namespace: string, resource: string): string {
  return `/apis/${group}/${version}/namespaces/${encodeURIComponent(namespace)}/${resource}`;
}

/**
 * Every page of a Kubernetes-style list, in order, each object once; the next page is already on its way while one is
 * worked on. Only an empty `continue` ends the list: pages may be short or even empty (the server also cuts them by
 * bytes). A token that expired (410) starts the list again.
 * @throws DK_GRAFANA_INCOMPLETE_LIST when the end is never reached.
 */
export async function* listPages(grafana: GrafanaClient, path: string, options: ListOptions): AsyncGenerator<ListPage> {
  const seen = new Set<string>();
  for (let round = 0; round <= MAX_RESTARTS; round++) {
    try {
      yield* onePass(grafana, path, options, seen);
      return;
    } catch (error) {
      if (!(error instanceof GrafanaError && error.httpStatus === 410)) {
        throw error;
      }
    }
  }
  throw new DashkeepError('DK_GRAFANA_INCOMPLETE_LIST', `GET ${path}: the list expired ${MAX_RESTARTS + 1} times`);
}

async function* onePass(
  grafana: GrafanaClient,
  path: string,
  options: ListOptions,
  seen: Set<string>,
): AsyncGenerator<ListPage> {
  const tokens = new Set<string>();
  let next: Promise<Json> | undefined = fetchPage(grafana, path, options, undefined);
  while (next !== undefined) {
    const page: Json = await next;
    const items = arrayAt(page, 'items');
    const kind = stringAt(page, 'kind') ?? '';
    if (!kind.endsWith('List') || items === undefined) {
      throw new DashkeepError('DK_GRAFANA_ANSWER', `GET ${path}: the answer is not a list`);
    }
    const token: string = stringAt(page, 'metadata', 'continue') ?? '';
    if (tokens.has(token)) {
      throw new DashkeepError('DK_GRAFANA_INCOMPLETE_LIST', `GET ${path}: the list goes round in a circle`);
    }
    tokens.add(token);
    const version = provingVersion(page);
    const unchanged = seen.size === 0 && version !== undefined && version === options.unlessAt;
    next = token === '' || unchanged ? undefined : fetchPage(grafana, path, options, token);
    // Without this a failure of the page that nobody waits for yet would end the process.
    next?.catch(() => undefined);
    const fresh = items.filter(isJsonObject).filter((item) => {
      const name = nameOf(item);
      return !seen.has(name) && seen.add(name);
    });
    yield {
      items: fresh,
      metadataOnly: kind === 'PartialObjectMetadataList',
      ...(version === undefined ? {} : { version }),
      unchanged,
    };
  }
}

/**
 * The resource version of a list without selectors, where it comes from unified storage in SQL: one counter for each
 * resource over all namespaces, in epoch microseconds (16 digits), which every create, update and delete advances in its
 * transaction, and which a list reads before its rows (Grafana's pkg/storage/unified/sql). The key-value backend tells the
 * last event (19 digits), which may be stored late or left out; the older tables tell the time of the newest row
 * (13 digits), which a deletion leaves as it is. Those two prove nothing.
 */
function provingVersion(list: Json): string | undefined {
  const version = stringAt(list, 'metadata', 'resourceVersion') ?? '';
  return /^\d{16}$/.test(version) ? version : undefined;
}

function fetchPage(
  grafana: GrafanaClient,
  path: string,
  options: ListOptions,
  token: string | undefined,
): Promise<Json> {
  return grafana.get(path, {
    query: { limit: options.limit, continue: token },
    signal: options.signal,
    leave: options.leave,
    first: true,
    ...(options.metadataOnly === true ? { accept: METADATA_ONLY } : {}),
  });
}

/** `metadata.name`, which is Grafana's uid. @throws DK_GRAFANA_ANSWER when an object has none. */
export function nameOf(object: Json): string {
  const name = stringAt(object, 'metadata', 'name');
  if (name === undefined || name === '') {
    throw new DashkeepError('DK_GRAFANA_ANSWER', 'an object in a list has no metadata.name');
  }
  return name;
}

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
    await grafana.post(path, object, { signal, ignoreAnswer: true });
    return;
  }
  const one = `${path}/${encodeURIComponent(nameOf(object))}`;
  const resourceVersion = liveVersion ?? resourceVersionOf(await grafana.get(one, { signal }));
  const metadata: JsonObject = {
    ...objectAt(object, 'metadata'),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  await grafana.put(one, { ...object, metadata }, { signal, ignoreAnswer: true });
}
