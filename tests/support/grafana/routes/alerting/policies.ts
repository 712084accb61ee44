import { arrayAt, isJsonObject, stringAt, type Json, type JsonObject } from '../../../../../pkg/contract/json.ts';
import { factoryPolicies, type Alerting } from '../../alerting/model.ts';
import {
  alertingOf,
  change,
  invalid,
  MAY_READ,
  MAY_WRITE,
  wantedProvenance,
  refuseProvenance,
} from '../../alerting/rules-of-the-house.ts';
import { Reply, type Call } from '../../call.ts';
import type { Router } from '../../router.ts';

const PATH = '/api/v1/provisioning/policies';

export function policyRoutes(router: Router): void {
  router.on(`GET ${PATH}`, (call) => {
    call.require(MAY_READ);
    const { body, provenance } = alertingOf(call).policies;
    return provenance === '' ? body : { ...body, provenance };
  });
  router.on(`PUT ${PATH}`, (call) => {
    call.require(MAY_WRITE);
    const sent = call.json();
    return change(call, (alerting) => put(call, alerting, sent));
  });
  router.on(`DELETE ${PATH}`, (call) => {
    call.require(MAY_WRITE);
    return change(call, (alerting) => {
      alerting.policies = factoryPolicies();
      return new Reply(202, alerting.policies.body);
    });
  });
}

function put(call: Call, alerting: Alerting, sent: JsonObject): Reply {
  if (!stringAt(sent, 'receiver')) {
    throw invalid('root route must specify a default receiver');
  }
  refuseUnknown(alerting, sent);
  const provenance = wantedProvenance(call);
  refuseProvenance(alerting.policies.provenance, provenance);
  const { provenance: _, ...body } = sent;
  alerting.policies = { body: call.profile.activeTimeIntervals ? body : withoutActive(body), provenance };
  return new Reply(202, { message: 'policies updated' });
}

/** Versions that don't know a member drop it. */
function withoutActive(route: JsonObject): JsonObject {
  const { active_time_intervals: _, ...rest } = route;
  const routes = arrayAt(rest, 'routes');
  return routes === undefined
    ? rest
    : { ...rest, routes: routes.map((one) => (isJsonObject(one) ? withoutActive(one) : one)) };
}

/** Every route of a tree, the root among them. */
export function routesOf(route: Json | undefined): JsonObject[] {
  return isJsonObject(route) ? [route, ...(arrayAt(route, 'routes') ?? []).flatMap(routesOf)] : [];
}

export function intervalsOf(route: JsonObject): string[] {
  const names = [...(arrayAt(route, 'mute_time_intervals') ?? []), ...(arrayAt(route, 'active_time_intervals') ?? [])];
  return names.filter((name) => typeof name === 'string');
}

/** A tree that names an unknown receiver or mute timing is refused whole. */
export function refuseUnknown(alerting: Alerting, tree: Json): void {
  const receivers = new Set(alerting.integrations.map((one) => one.name));
  for (const route of routesOf(tree)) {
    const receiver = stringAt(route, 'receiver') ?? '';
    if (receiver !== '' && !receivers.has(receiver)) {
      throw invalid(`receiver '${receiver}' does not exist`);
    }
    const unknown = intervalsOf(route).find((name) => !alerting.muteTimings.has(name));
    if (unknown !== undefined) {
      throw invalid(`mute time interval '${unknown}' does not exist`);
    }
  }
}

/** Names of contact points that policies and rules send to. */
export function receiversInUse(alerting: Alerting): Set<string> {
  const trees = [alerting.policies.body, ...[...alerting.trees.values()].flatMap(({ spec }) => treeRoutes(spec))];
  const inRules = [...alerting.rules.values()].map((rule) =>
    stringAt(rule.fields, 'notification_settings', 'receiver'),
  );
  const inTrees = trees.flatMap(routesOf).map((route) => stringAt(route, 'receiver'));
  return new Set([...inRules, ...inTrees].filter((name) => name !== undefined));
}

/** Defaults and routes of a RoutingTree's spec. */
export function treeRoutes(spec: JsonObject): Json[] {
  return [spec['defaults'] ?? {}, ...(arrayAt(spec, 'routes') ?? [])];
}
