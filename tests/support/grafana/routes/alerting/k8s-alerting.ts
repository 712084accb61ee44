import {
  arrayAt,
  isJsonObject,
  objectAt,
  stringAt,
  stringifyJson,
  type Json,
  type JsonObject,
} from '../../../../../pkg/lib/json/json.ts';
import { namesInPolicy, ready, refuseUnknownNames } from '../../alerting.ts';
import { can } from '../../access.ts';
import type { Call } from '../../http/call.ts';
import { serveK8s, specOf } from '../../k8s/k8s.ts';
import type { K8sKind } from '../../k8s/kind.ts';
import { defaultPolicy, type Alerting, type NotificationObject, type Provenance } from '../../model/alerting.ts';
import type { Org } from '../../model/model.ts';
import { k8sStatus } from '../../http/problems.ts';
import { servedVersions } from '../../profiles/profiles.ts';
import type { Router } from '../../http/router.ts';

const GROUP = 'notifications.alerting.grafana.app';

export function k8sAlertingRoutes(router: Router): void {
  serveK8s(router, routingTrees);
  serveK8s(router, inhibitionRules);
  router.on(`GET /apis/${GROUP}/:version`, (call) => {
    const version = call.param('version');
    if (!servedVersions(call.profile, GROUP).includes(version)) {
      throw k8sStatus(404, 'NotFound', 'the server could not find the requested resource');
    }
    const resources = [routingTrees, inhibitionRules]
      .filter(({ since = 0 }) => call.profile.major >= since)
      .map(({ resource: name, kind }) => ({
        ...{ name, singularName: kind.toLowerCase(), namespaced: true, kind },
        verbs: ['create', 'delete', 'get', 'list', 'update'],
      }));
    return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${GROUP}/${version}`, resources };
  });
}

const shared = {
  group: GROUP,
  staleStatus: 409 as const,
  size: (item: NotificationObject) => stringifyJson(item.spec).length + 400,
  annotations: (item: NotificationObject) => ({ 'grafana.com/provenance': item.provenance || 'none' }),
  members: (item: NotificationObject) => `"spec":${stringifyJson(item.spec)},"status":{}`,
  allowed(call: Call, verb: string): boolean {
    const read = verb === 'list' || verb === 'get';
    const actions = read
      ? ['alert.provisioning:read', 'alert.notifications:read']
      : ['alert.provisioning:write', 'alert.notifications:write'];
    return actions.some((action) => can(call.identity, action));
  },
};

const routingTrees: K8sKind<NotificationObject> = {
  ...shared,
  resource: 'routingtrees',
  kind: 'RoutingTree',
  items: (org) => new Map([[defaultName(org), defaultTree(org)], ...org.alerting.routingTrees]),
  create(call, name, object) {
    ready(call);
    if (call.profile.major < 13) {
      throw k8sStatus(501, 'NotImplemented', 'alerting.notifications.routes.multipleNotSupported');
    }
    const spec = checkedTree(call, object);
    const tree: NotificationObject = { ...call.state.stored(name, call.author), spec, provenance: '' };
    call.org.alerting.routingTrees.set(name, tree);
    call.org.alerting.revision++;
    return tree;
  },
  replace(call, item, object) {
    refuseProvisioned(item.provenance);
    const spec = checkedTree(call, object);
    const { alerting } = call.org;
    if (item === alerting.defaultTree) {
      alerting.policy = toPolicy(spec);
    }
    item.spec = spec;
    call.state.touch(item, call.author);
    alerting.revision++;
    synced(call.org, item);
  },
  remove(call, item) {
    refuseProvisioned(item.provenance);
    const { alerting } = call.org;
    if (item === alerting.defaultTree) {
      alerting.policy = defaultPolicy(call.profile.defaultReceiver);
      alerting.defaultTree = undefined;
    } else {
      alerting.routingTrees.delete(item.uid);
    }
    alerting.revision++;
  },
};

const inhibitionRules: K8sKind<NotificationObject> = {
  ...shared,
  resource: 'inhibitionrules',
  kind: 'InhibitionRule',
  since: 13,
  items: (org) => org.alerting.inhibitionRules,
  create(call, name, object) {
    ready(call);
    const rule: NotificationObject = { ...call.state.stored(name, call.author), spec: specOf(object), provenance: '' };
    call.org.alerting.inhibitionRules.set(name, rule);
    return rule;
  },
  replace(call, item, object) {
    refuseProvisioned(item.provenance);
    item.spec = specOf(object);
    call.state.touch(item, call.author);
  },
  remove(call, item) {
    refuseProvisioned(item.provenance);
    call.org.alerting.inhibitionRules.delete(item.uid);
  },
};

function refuseProvisioned(provenance: Provenance): void {
  if (provenance !== '') {
    throw k8sStatus(403, 'Forbidden', `the object is provisioned ("${provenance}") and cannot be changed here`);
  }
}

/** Name of the tree that the provisioning API calls the policies. */
function defaultName(org: Org): string {
  return org.multipleTrees ? 'default' : 'user-defined';
}

/** The default tree as an object; made again when the provisioning API changed it. */
function defaultTree(org: Org): NotificationObject {
  const { alerting } = org;
  const spec = toTree(alerting.policy);
  const known = alerting.defaultTree;
  if (known !== undefined && stringifyJson(known.spec) === stringifyJson(spec)) {
    known.provenance = alerting.policyProvenance;
    return known;
  }
  const tree: NotificationObject = {
    id: 0,
    uid: defaultName(org),
    objectUid: 'default-routing-tree',
    generation: (known?.generation ?? 0) + 1,
    resourceVersion: hash(stringifyJson(spec)),
    created: org.created,
    createdBy: '',
    updated: org.created,
    updatedBy: '',
    spec,
    provenance: alerting.policyProvenance,
  };
  alerting.defaultTree = tree;
  return tree;
}

function synced(org: Org, item: NotificationObject): void {
  if (item === org.alerting.defaultTree) {
    item.spec = toTree(org.alerting.policy);
    item.resourceVersion = hash(stringifyJson(item.spec));
  }
}

/** The notifications group hands out content hashes as versions. */
function hash(text: string): string {
  let value = 0n;
  for (let index = 0; index < text.length; index++) {
    value = (value * 1099511628211n + BigInt(text.charCodeAt(index))) & 0xffffffffffffffffn;
  }
  return value.toString(16);
}

function checkedTree(call: Call, object: JsonObject): JsonObject {
  const spec = specOf(object);
  const policy = toPolicy(spec);
  if (namesInPolicy({ receiver: policy['receiver'] ?? '' }, 'receiver').length === 0) {
    throw k8sStatus(400, 'BadRequest', 'root route must specify a default receiver');
  }
  refuseUnknown(call.org.alerting, policy);
  return spec;
}

function refuseUnknown(alerting: Alerting, policy: JsonObject): void {
  try {
    refuseUnknownNames(alerting, policy);
  } catch {
    throw k8sStatus(400, 'BadRequest', 'a route names a receiver or time interval that does not exist');
  }
}

function toTree(policy: JsonObject): JsonObject {
  const { routes, object_matchers: _root, ...defaults } = policy;
  return { defaults, routes: (Array.isArray(routes) ? routes : []).filter(isJsonObject).map(toRoute) };
}

function toRoute(route: JsonObject): JsonObject {
  const { object_matchers: matchers, routes, ...rest } = route;
  return {
    ...rest,
    continue: rest['continue'] ?? false,
    matchers: (Array.isArray(matchers) ? matchers : []).map((matcher): Json => {
      const [label = '', type = '=', value = ''] = Array.isArray(matcher) ? matcher.map(String) : [];
      return { type, label, value };
    }),
    routes: (Array.isArray(routes) ? routes : []).filter(isJsonObject).map(toRoute),
  };
}

function toPolicy(spec: JsonObject): JsonObject {
  return { ...objectAt(spec, 'defaults'), routes: (arrayAt(spec, 'routes') ?? []).filter(isJsonObject).map(fromRoute) };
}

function fromRoute(route: JsonObject): JsonObject {
  const { matchers: _matchers, routes, ...rest } = route;
  const below = (Array.isArray(routes) ? routes : []).filter(isJsonObject).map(fromRoute);
  return {
    ...rest,
    object_matchers: (arrayAt(route, 'matchers') ?? []).map((matcher) => [
      stringAt(matcher, 'label') ?? '',
      stringAt(matcher, 'type') ?? '=',
      stringAt(matcher, 'value') ?? '',
    ]),
    ...(below.length > 0 ? { routes: below } : {}),
  };
}
