import { setImmediate as othersTurn } from 'node:timers/promises';
import { objectAt, stringAt, stringifyJson, type JsonObject } from '../../../../pkg/lib/json/json.ts';
import { Raw, type Call } from '../http/call.ts';
import type { Stored } from '../model/stored.ts';
import { k8sStatus, type Problem } from '../http/problems.ts';
import { servedVersions } from '../profiles/profiles.ts';
import type { Router } from '../http/router.ts';
import { historyPage } from './history.ts';
import { pageOf, type Page } from './pages.ts';
import type { K8sKind } from './kind.ts';
import { namespaceOf, render, renderPartial } from './render.ts';

/** Registers list, get, create, replace and delete of a kind. */
export function serveK8s<T extends Stored>(router: Router, kind: K8sKind<T>): void {
  const path = `/apis/${kind.group}/:version/namespaces/:ns/${kind.resource}`;
  router.on(`GET ${path}`, (call) => list(call, kind, version(call, kind)));
  router.on(`POST ${path}`, (call) => create(call, kind, version(call, kind)));
  router.on(`GET ${path}/:name`, (call) => {
    const served = version(call, kind);
    return new Raw(render(call, kind, find(call, kind, 'get'), served));
  });
  router.on(`PUT ${path}/:name`, (call) => {
    const served = version(call, kind);
    if (kind.putCreates && !kind.items(call.org).has(call.param('name'))) {
      return createByPut(call, kind, served);
    }
    return replace(call, kind, find(call, kind, 'update'), objectIn(call, kind), served);
  });
  router.on(`DELETE ${path}/:name`, (call) => {
    version(call, kind);
    const item = find(call, kind, 'delete');
    kind.remove(call, item);
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: details(kind, item.uid) };
  });
}

/** The requested version, when it is served and the namespace is the caller's. */
function version<T extends Stored>(call: Call, kind: K8sKind<T>): string {
  const wanted = call.param('version');
  if (!servedVersions(call.profile, kind.group).includes(wanted) || call.profile.major < (kind.since ?? 0)) {
    throw k8sStatus(404, 'NotFound', 'the server could not find the requested resource');
  }
  const namespace = call.param('ns');
  if (namespace !== namespaceOf(call.org)) {
    throw forbidden(call, kind, 'list', `the namespace "${namespace}" is not that of the caller`);
  }
  return wanted;
}

function forbidden<T extends Stored>(call: Call, kind: K8sKind<T>, verb: string, why = ''): Problem {
  const { login, name } = call.identity;
  const message =
    `${kind.resource}.${kind.group} is forbidden: User "${login || name}" cannot ${verb} resource "${kind.resource}" ` +
    `in API group "${kind.group}" in the namespace "${call.param('ns')}"${why ? `: ${why}` : ''}`;
  return k8sStatus(403, 'Forbidden', message, {}, details(kind));
}

export function notFound<T extends Stored>(kind: Pick<K8sKind<T>, 'group' | 'resource'>, name: string): Problem {
  return k8sStatus(404, 'NotFound', `${kind.resource}.${kind.group} "${name}" not found`, {}, details(kind, name));
}

function details(kind: { group: string; resource: string }, name?: string): Record<string, unknown> {
  return { ...(name === undefined ? {} : { name }), group: kind.group, kind: kind.resource };
}

function find<T extends Stored>(call: Call, kind: K8sKind<T>, verb: 'get' | 'update' | 'delete'): T {
  const item = kind.items(call.org).get(call.param('name'));
  if (item === undefined) {
    if (!kind.allowed(call, verb)) {
      throw forbidden(call, kind, verb);
    }
    throw notFound(kind, call.param('name'));
  }
  if (!kind.allowed(call, verb, item)) {
    throw forbidden(call, kind, verb);
  }
  return item;
}

/** Grafana works on requests side by side: after that many objects of a list others have their turn. */
const AT_A_TIME = 4;

async function list<T extends Stored>(call: Call, kind: K8sKind<T>, served: string): Promise<Raw> {
  if (!kind.allowed(call, 'list')) {
    throw forbidden(call, kind, 'list');
  }
  const partial = call.header('accept').includes('as=PartialObjectMetadataList');
  const page = selected(call, kind);
  const items: string[] = [];
  for (const [index, item] of page.items.entries()) {
    if (index > 0 && index % AT_A_TIME === 0) {
      await othersTurn();
    }
    const text = partial ? renderPartial(call, kind, item, served) : render(call, kind, item, served);
    items.push(index === 0 ? text : `,${text}`);
  }
  const type = partial
    ? '"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1"'
    : `"kind":"${kind.kind}List","apiVersion":"${kind.group}/${served}"`;
  const metadata = JSON.stringify({ resourceVersion: page.resourceVersion, continue: page.next || undefined });
  // The conversion of a list to metadata begins with a nil slice (apiserver's endpoints/handlers/response.go).
  return partial && items.length === 0
    ? new Raw(`{${type},"metadata":${metadata},"items":null}`)
    : new Raw([`{${type},"metadata":${metadata},"items":[`, ...items, ']}']);
}

function selected<T extends Stored>(call: Call, kind: K8sKind<T>): Page<T> {
  const isAllowed = (item: T): boolean => kind.allowed(call, 'get', item);
  switch (call.query.get('labelSelector')) {
    case 'grafana.app/get-trash=true':
      return pageOf(call, { ...kind, items: deletedOf(kind) }, (item) => isShownDeleted(call, item), true);
    case 'grafana.app/get-history=true':
      return historyPage(call, kind, isAllowed);
    default:
      return pageOf(call, kind, isAllowed);
  }
}

/** What was deleted and does not exist again, to be listed with what was deleted last first. */
function deletedOf<T extends Stored>(kind: K8sKind<T>): K8sKind<T>['items'] {
  return (org) => {
    const all = [...(org.deleted[kind.resource] ?? [])] as [string, T][];
    return new Map(all.filter(([uid]) => !kind.items(org).has(uid)));
  };
}

/** To admins, and to who deleted it (isTrashItemAuthorized in pkg/storage/unified/resource/server.go). */
function isShownDeleted({ identity, author }: Call, { updatedBy, managedBy }: Stored): boolean {
  return managedBy === undefined && (identity.role === 'Admin' || updatedBy === author);
}

/** The API server has its own words for a body that is no object. */
function bodyOf(call: Call): JsonObject {
  try {
    return call.json();
  } catch {
    throw k8sStatus(400, 'BadRequest', 'the body of the request was in an unknown format');
  }
}

function objectIn<T extends Stored>(call: Call, kind: K8sKind<T>): JsonObject {
  const object = bodyOf(call);
  const wantedKind = stringAt(object, 'kind');
  if (wantedKind !== undefined && wantedKind !== kind.kind) {
    throw k8sStatus(400, 'BadRequest', `the object provided is a ${wantedKind}, not a ${kind.kind}`);
  }
  const named = stringAt(object, 'apiVersion');
  if (named !== undefined && named !== `${kind.group}/${call.param('version')}`) {
    throw k8sStatus(
      400,
      'BadRequest',
      `the API version in the data (${named}) does not match the expected API version`,
    );
  }
  const namespace = stringAt(object, 'metadata', 'namespace');
  if (namespace !== undefined && namespace !== '' && namespace !== call.param('ns')) {
    throw k8sStatus(
      400,
      'BadRequest',
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  return object;
}

function create<T extends Stored>(call: Call, kind: K8sKind<T>, served: string): Raw {
  const object = objectIn(call, kind);
  if (!kind.allowed(call, 'create')) {
    throw forbidden(call, kind, 'create');
  }
  const prefix = stringAt(object, 'metadata', 'generateName');
  const name = stringAt(object, 'metadata', 'name') || (prefix ? prefix + call.state.random.id(12) : '');
  if (name === '') {
    throw k8sStatus(
      422,
      'Invalid',
      `${kind.kind} is invalid: metadata.name: Required value: name or generateName is required`,
    );
  }
  if (!/^[a-zA-Z0-9:\-_.]{1,253}$/.test(name)) {
    throw k8sStatus(422, 'Invalid', `${kind.kind} "${name}" is invalid: metadata.name: Invalid value`);
  }
  if (kind.items(call.org).has(name)) {
    throw k8sStatus(
      409,
      'AlreadyExists',
      `${kind.resource}.${kind.group} "${name}" already exists`,
      {},
      details(kind, name),
    );
  }
  return new Raw(render(call, kind, kind.create(call, name, object, served), served), 201);
}

function createByPut<T extends Stored>(call: Call, kind: K8sKind<T>, served: string): Raw {
  const object = objectIn(call, kind);
  const name = call.param('name');
  if (stringAt(object, 'metadata', 'name') !== name) {
    throw k8sStatus(400, 'BadRequest', 'the name of the object does not match the name on the URL');
  }
  if (!kind.allowed(call, 'create')) {
    throw forbidden(call, kind, 'create');
  }
  if (stringAt(object, 'metadata', 'resourceVersion')) {
    throw k8sStatus(500, '', 'resourceVersion should not be set on objects to be created');
  }
  return new Raw(render(call, kind, kind.create(call, name, object, served), served), 201);
}

function replace<T extends Stored>(call: Call, kind: K8sKind<T>, item: T, object: JsonObject, served: string): Raw {
  const name = stringAt(object, 'metadata', 'name');
  if (name !== undefined && name !== item.uid) {
    throw k8sStatus(400, 'BadRequest', 'the name of the object does not match the name on the URL');
  }
  const revision = stringAt(object, 'metadata', 'resourceVersion');
  if (!revision && !kind.putCreates) {
    const why = 'metadata.resourceVersion: Invalid value: 0: must be specified for an update';
    throw k8sStatus(422, 'Invalid', `${kind.kind}.${kind.group} "${item.uid}" is invalid: ${why}`);
  }
  if (revision && revision !== item.resourceVersion) {
    const why = 'the object has been modified; please apply your changes to the latest version and try again';
    const message = `Operation cannot be fulfilled on ${kind.resource}.${kind.group} "${item.uid}": ${why}`;
    throw k8sStatus(kind.staleStatus, 'Conflict', message, {}, details(kind, item.uid));
  }
  kind.replace(call, item, object, served);
  return new Raw(render(call, kind, item, served));
}

/** An annotation of an object that was sent. */
export function annotationOf(object: JsonObject, name: string): string {
  return stringAt(object, 'metadata', 'annotations', `grafana.app/${name}`) ?? '';
}

/** The spec that was sent, as text. */
export function specOf(object: JsonObject): JsonObject {
  return objectAt(object, 'spec') ?? {};
}

/** A status block that tells of a conversion on read. */
export function conversionStatus(storedVersion: string): string {
  return `"status":${stringifyJson({ conversion: { failed: false, storedVersion } })}`;
}
