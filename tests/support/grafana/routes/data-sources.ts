import { objectAt, stringAt, type JsonObject } from '../../../../pkg/lib/json/json.ts';
import { can } from '../access.ts';
import type { Call } from '../http/call.ts';
import type { DataSource } from '../model/org.ts';
import type { AclEntry } from '../model/stored.ts';
import { accessDenied, problem } from '../http/problems.ts';
import type { Router } from '../http/router.ts';

export function dataSourceRoutes(router: Router): void {
  router.on('GET /api/datasources', (call) => {
    call.require('datasources:read');
    return [...call.org.dataSources.values()]
      .filter((source) => can(call.identity, 'datasources:read', `datasources:uid:${source.uid}`))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((source) => listItem(call, source));
  });
  router.on('POST /api/datasources', create);
  router.on('GET /api/datasources/uid/:uid', (call) => whole(call, byUid(call, 'datasources:read')));
  router.on('PUT /api/datasources/uid/:uid', (call) => update(call, byUid(call, 'datasources:write')));
  router.on('DELETE /api/datasources/uid/:uid', (call) => remove(call, byUid(call, 'datasources:delete')));
}

function create(call: Call): unknown {
  call.require('datasources:create');
  const body = call.json();
  const name = stringAt(body, 'name') ?? '';
  const type = stringAt(body, 'type') ?? '';
  if (name === '' || type === '') {
    throw problem(400, 'bad request data');
  }
  const uid = stringAt(body, 'uid') || call.state.newUid();
  refuseUid(call, uid);
  refuseName(call, name, undefined);
  if (call.org.dataSources.has(uid)) {
    throw problem(409, 'data source with the same uid already exists');
  }
  const source: DataSource = {
    ...fieldsOf(body),
    id: call.state.nextId(),
    uid,
    name,
    type,
    // The first one becomes the default by itself (datasources/service/datasource.go AddDataSource).
    isDefault: call.org.dataSources.size === 0 || body['isDefault'] === true,
    secureJsonData: secretsOf(body),
    readOnly: false,
    version: 1,
    acl: call.tuning.enterprise ? defaultAcl(call) : [],
  };
  takeDefault(call, source);
  call.org.dataSources.set(uid, source);
  return { datasource: whole(call, source), id: source.id, message: 'Datasource added', name };
}

/** With data source permissions a new one may be queried by everybody and is its creator's to administer. */
function defaultAcl(call: Call): AclEntry[] {
  const id = () => call.state.nextId();
  const creator: AclEntry[] =
    call.identity.kind === 'api-key' ? [] : [{ id: id(), userId: call.identity.id, permission: 4 }];
  return [...creator, { id: id(), role: 'Editor', permission: 1 }, { id: id(), role: 'Viewer', permission: 1 }];
}

function update(call: Call, source: DataSource): unknown {
  const body = call.json();
  if (source.readOnly) {
    throw problem(403, 'Cannot update read-only data source');
  }
  const uid = stringAt(body, 'uid') || source.uid;
  const name = stringAt(body, 'name') ?? source.name;
  refuseUid(call, uid);
  refuseName(call, name, source);
  if (uid !== source.uid && call.org.dataSources.has(uid)) {
    throw problem(409, 'data source with the same uid already exists');
  }
  const version = body['version'];
  if (typeof version === 'number' && version !== 0 && version < source.version) {
    throw problem(409, 'Datasource has already been updated by someone else. Please reload and try again');
  }
  call.org.dataSources.delete(source.uid);
  Object.assign(source, fieldsOf(body), {
    uid,
    name,
    type: stringAt(body, 'type') ?? source.type,
    isDefault: body['isDefault'] === true,
    // Secrets that are left out keep their value.
    secureJsonData: { ...source.secureJsonData, ...secretsOf(body) },
    version: source.version + 1,
  });
  takeDefault(call, source);
  call.org.dataSources.set(uid, source);
  return { datasource: whole(call, source), id: source.id, message: 'Datasource updated', name };
}

function remove(call: Call, source: DataSource): unknown {
  if (source.readOnly) {
    throw problem(403, 'Cannot delete read-only data source');
  }
  call.org.dataSources.delete(source.uid);
  // Those that lead to it stay: deleting by target asks for the source as well (correlations/database.go).
  for (const correlation of [...call.org.correlations.values()]) {
    if (correlation.sourceUID === source.uid) {
      call.org.correlations.delete(correlation.uid);
    }
  }
  return { id: source.id, message: 'Data source deleted' };
}

function fieldsOf(body: JsonObject) {
  return {
    access: stringAt(body, 'access') ?? 'proxy',
    url: stringAt(body, 'url') ?? '',
    user: stringAt(body, 'user') ?? '',
    database: stringAt(body, 'database') ?? '',
    basicAuth: body['basicAuth'] === true,
    basicAuthUser: stringAt(body, 'basicAuthUser') ?? '',
    withCredentials: body['withCredentials'] === true,
    jsonData: objectAt(body, 'jsonData') ?? {},
  };
}

function secretsOf(body: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectAt(body, 'secureJsonData') ?? {}).map(([name, value]) => [name, String(value)]),
  );
}

/** Names of secrets that hold something, as Grafana lists them. */
export function storedNames(secrets: Record<string, string>): Record<string, true> {
  const stored = Object.entries(secrets).filter(([, value]) => value !== '');
  return Object.fromEntries(stored.map(([name]) => [name, true]));
}

function takeDefault(call: Call, source: DataSource): void {
  if (source.isDefault) {
    for (const other of call.org.dataSources.values()) {
      other.isDefault = other === source;
    }
  }
}

function refuseUid(call: Call, uid: string): void {
  if (call.profile.strictDataSourceUids && !/^[a-zA-Z0-9\-_]{1,40}$/.test(uid)) {
    throw problem(400, 'invalid format of UID', { messageId: 'datasource.invalidUid' });
  }
}

function refuseName(call: Call, name: string, own: DataSource | undefined): void {
  if ([...call.org.dataSources.values()].some((source) => source.name === name && source !== own)) {
    throw problem(409, 'data source with the same name already exists');
  }
}

function byUid(call: Call, action: string): DataSource {
  const uid = call.param('uid');
  const source = call.org.dataSources.get(uid);
  if (!can(call.identity, action, `datasources:uid:${uid}`) && !can(call.identity, action, 'datasources:*')) {
    throw accessDenied(action);
  }
  if (source === undefined) {
    throw problem(404, 'Data source not found');
  }
  return source;
}

function listItem(call: Call, source: DataSource): Record<string, unknown> {
  return {
    id: source.id,
    uid: source.uid,
    orgId: call.org.id,
    name: source.name,
    type: source.type,
    typeName: source.type,
    typeLogoUrl: `public/app/plugins/datasource/${source.type}/img/logo.svg`,
    access: source.access,
    url: source.url,
    user: source.user,
    database: source.database,
    basicAuth: source.basicAuth,
    isDefault: source.isDefault,
    jsonData: source.jsonData,
    readOnly: source.readOnly,
  };
}

function whole(call: Call, source: DataSource): Record<string, unknown> {
  const { typeName: _typeName, ...item } = listItem(call, source);
  return {
    ...item,
    basicAuthUser: source.basicAuthUser,
    withCredentials: source.withCredentials,
    // An empty one counts as not stored (api/datasources.go convertModelToDtos).
    secureJsonFields: storedNames(source.secureJsonData),
    version: source.version,
  };
}
