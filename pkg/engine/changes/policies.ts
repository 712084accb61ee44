import type { ReadableChange } from '../../contract/api/diff.ts';
import { arrayAt, isJsonObject, objectAt, stringAt, without, type Json, type JsonObject } from '../../lib/json/json.ts';
import { stripped } from './dashboard/strip.ts';
import { leavesOf } from './leaves.ts';
import { pairUp } from './named-lists.ts';
import { change, inWords } from './change.ts';

/** A notification policy, from either API. */
interface Route {
  matchers: string;
  receiver: string;
  settings: JsonObject;
  routes: Route[];
}

/**
 * What was done to a tree of notification policies; a policy is called by what it matches, below that of its parents.
 */
export function policyChanges(before: JsonObject, after: JsonObject): ReadableChange[] {
  const [old, fresh] = [treeOf(before), treeOf(after)];
  return [
    ...(old.receiver === fresh.receiver
      ? []
      : [change('policy-receiver', { before: old.receiver, after: fresh.receiver })]),
    ...leavesOf(old.settings, fresh.settings).map(({ path, before: one, after: other }) =>
      change('policy-setting', { name: path.join('.'), before: inWords(one), after: inWords(other) }),
    ),
    ...routesChanges(old.routes, fresh.routes, []),
  ];
}

function treeOf(body: JsonObject): Route {
  const spec = objectAt(body, 'spec');
  return spec === undefined ? routeOf(body) : routeOf({ ...objectAt(spec, 'defaults'), routes: spec['routes'] ?? [] });
}

const OWN = ['receiver', 'routes', 'matchers', 'object_matchers', 'match', 'match_re'];

function routeOf(route: JsonObject): Route {
  return {
    matchers: matchersOf(route),
    receiver: stringAt(route, 'receiver') ?? '',
    settings: stripped(without(route, ...OWN)),
    routes: (arrayAt(route, 'routes') ?? []).filter(isJsonObject).map(routeOf),
  };
}

/** All that a policy matches, as `severity = critical, team =~ a|b`. */
function matchersOf(route: JsonObject): string {
  const lists = [...(arrayAt(route, 'object_matchers') ?? []), ...(arrayAt(route, 'matchers') ?? [])].map(matcherOf);
  const maps = (['match', 'match_re'] as const).flatMap((member) =>
    Object.entries(objectAt(route, member) ?? {}).map(
      ([name, value]) => `${name} ${member === 'match' ? '=' : '=~'} ${inWords(value)}`,
    ),
  );
  return [...lists, ...maps].sort().join(', ') || '*';
}

function matcherOf(matcher: Json): string {
  if (Array.isArray(matcher)) {
    return matcher.map(inWords).join(' ');
  }
  return isJsonObject(matcher)
    ? [matcher['label'] ?? matcher['name'], matcher['type'] ?? '=', matcher['value']].map(inWords).join(' ')
    : inWords(matcher);
}

function routesChanges(
  before: readonly Route[],
  after: readonly Route[],
  parents: readonly string[],
): ReadableChange[] {
  const pairs = pairUp(before, after, ({ matchers, receiver, settings, routes }) => [
    JSON.stringify([matchers, receiver, settings]),
    JSON.stringify([matchers, receiver]),
    matchers,
    JSON.stringify([receiver, settings, routes]),
  ]);
  const name = (route: Route): string => [...parents, route.matchers].join(' › ');
  return [
    ...pairs.added.map((route) => change('route-added', { route: name(route) }, { after: shown(route) })),
    ...pairs.removed.map((route) => change('route-removed', { route: name(route) }, { before: shown(route) })),
    ...pairs.both.flatMap(([one, other]) => [
      ...routeChanges(one, other, name(one), name(other)),
      ...routesChanges(one.routes, other.routes, [...parents, other.matchers]),
    ]),
    ...(pairs.reordered
      ? [parents.length === 0 ? change('policies-order', {}) : change('routes-order', { route: parents.join(' › ') })]
      : []),
  ];
}

function routeChanges(before: Route, after: Route, old: string, route: string): ReadableChange[] {
  return [
    ...(before.matchers === after.matchers ? [] : [change('route-matchers', { before: old, after: after.matchers })]),
    ...(before.receiver === after.receiver
      ? []
      : [change('route-receiver', { route, before: before.receiver, after: after.receiver })]),
    ...leavesOf(before.settings, after.settings).map(({ path, before: one, after: other }) =>
      change('route-setting', { route, name: path.join('.'), before: inWords(one), after: inWords(other) }),
    ),
  ];
}

function shown({ matchers, receiver, settings, routes }: Route): Json {
  return { matchers, receiver, ...settings, ...(routes.length === 0 ? {} : { routes: routes.map(shown) }) };
}
