import { stringAt, type JsonObject } from '../../../../../pkg/contract/json.ts';
import { can } from '../../access.ts';
import type { NotificationObject, Provenance } from '../../alerting/model.ts';
import { refuseProvenance } from '../../alerting/rules-of-the-house.ts';
import type { Call } from '../../call.ts';
import { serveK8s, specOf, type K8sKind } from '../../k8s.ts';
import type { Org } from '../../model.ts';
import { errutil, k8sStatus } from '../../problems.ts';
import type { Router } from '../../router.ts';
import { refuseUnknown, treeRoutes } from './policies.ts';

const GROUP = 'notifications.alerting.grafana.app';
const PROVENANCE = 'grafana.com/provenance';

export function k8sNotificationRoutes(router: Router): void {
  serveK8s(router, TREES);
  serveK8s(router, INHIBITION_RULES);
}

const common = {
  group: GROUP,
  staleStatus: 409 as const,
  size: (item: NotificationObject) => JSON.stringify(item.spec).length,
  annotations: (item: NotificationObject) => ({ [PROVENANCE]: item.provenance }),
  members: (item: NotificationObject) => `"spec":${JSON.stringify(item.spec)}`,
};

const TREES: K8sKind<NotificationObject> = {
  ...common,
  resource: 'routingtrees',
  kind: 'RoutingTree',
  items: (org) => new Map([['default', defaultTree(org)], ...org.alerting.trees]),
  allowed: (call, verb) => mayWith(call, verb, 'routes'),
  create(call, name, object) {
    refuseSingle(call);
    refuseUnknownIn(call, object);
    return stored(call, call.org.alerting.trees, name, object);
  },
  replace(call, item, object) {
    refuseSingle(call);
    refuseUnknownIn(call, object);
    replaced(call, item, object);
  },
  remove(call, item) {
    call.org.alerting.trees.delete(item.uid);
  },
};

const INHIBITION_RULES: K8sKind<NotificationObject> = {
  ...common,
  resource: 'inhibitionrules',
  kind: 'InhibitionRule',
  items: (org) => org.alerting.inhibitionRules,
  allowed(call, verb) {
    if (call.profile.major < 13) {
      throw k8sStatus(404, 'NotFound', 'the server could not find the requested resource');
    }
    return mayWith(call, verb, 'inhibition-rules');
  },
  create: (call, name, object) => stored(call, call.org.alerting.inhibitionRules, name, object),
  replace: replaced,
  remove(call, item) {
    call.org.alerting.inhibitionRules.delete(item.uid);
  },
};

/** The tree that every org has is one of the list. */
function defaultTree(org: Org): NotificationObject {
  const { routes, ...defaults } = org.alerting.policies.body;
  return {
    id: 0,
    uid: 'default',
    objectUid: 'default',
    generation: 1,
    resourceVersion: String(org.alerting.revision),
    created: org.created,
    createdBy: '',
    updated: org.created,
    updatedBy: '',
    spec: { defaults, routes: routes ?? [] },
    provenance: org.alerting.policies.provenance,
  };
}

function mayWith(call: Call, verb: string, what: string): boolean {
  const reads = verb === 'list' || verb === 'get';
  const fine = `alert.notifications.${what}:${reads ? 'read' : 'write'}`;
  const coarse = reads ? 'alert.notifications:read' : 'alert.notifications:write';
  return can(call.identity, fine) || can(call.identity, coarse);
}

/** One tree only, unless several are served. */
function refuseSingle(call: Call): void {
  if (call.profile.major < 13) {
    const why = 'Multiple routes are not supported, see feature toggle "alertingMultiplePolicies"';
    throw errutil(501, 'alerting.notifications.routes.multipleNotSupported', why);
  }
}

function refuseUnknownIn(call: Call, object: JsonObject): void {
  treeRoutes(specOf(object)).forEach((route) => refuseUnknown(call.org.alerting, route));
}

function provenanceOf(object: JsonObject): Provenance {
  return (stringAt(object, 'metadata', 'annotations', PROVENANCE) ?? '') as Provenance;
}

function stored(
  call: Call,
  map: Map<string, NotificationObject>,
  name: string,
  object: JsonObject,
): NotificationObject {
  const item = { ...call.state.stored(name, call.author), spec: specOf(object), provenance: provenanceOf(object) };
  map.set(name, item);
  return item;
}

function replaced(call: Call, item: NotificationObject, object: JsonObject): void {
  refuseProvenance(item.provenance, provenanceOf(object));
  item.spec = specOf(object);
  item.provenance = provenanceOf(object);
  call.state.touch(item, call.author);
}
