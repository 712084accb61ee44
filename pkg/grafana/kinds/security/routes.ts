import { arrayAt, canonicalJson, isJsonObject, objectAt, stringAt, type Json } from '../../../lib/json/json.ts';
import type { SecurityChange } from '../../../contract/plan.ts';
import { securityChange } from './change.ts';

/** Alerts with all these matchers that no other route took; where it has no routes below it, all go to one place. */
interface Taken {
  matchers: ReadonlySet<string>;
  receiver?: string;
}

/** Alerts with all these matchers reach a contact point, but for those that other routes take. */
interface Route {
  receiver: string;
  matchers: ReadonlySet<string>;
  taken: readonly Taken[];
  /** Alerts that no route takes go here. */
  isDefault?: true;
}

/**
 * Contact points that alerts go to both before and after an update, and that get alerts with fewer or other matchers,
 * or those that another route took before: one that is gone, or passes them on now.
 */
export function widerRoutes(before: Json, after: Json): SecurityChange[] {
  const was = routesIn(before);
  const wider = new Map<string, Set<string>>();
  for (const route of routesIn(after)) {
    const known = was.filter(({ receiver }) => receiver === route.receiver);
    // The plan says of another default receiver that it is one.
    const isOtherDefault = route.isDefault === true && !known.some((one) => one.isDefault);
    for (const matchers of known.length === 0 || isOtherDefault ? [] : gained(route, known)) {
      wider.set(route.receiver, (wider.get(route.receiver) ?? new Set()).add([...matchers].sort().join(', ')));
    }
  }
  return [...wider]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, matchers]) => securityChange('receiver-wider', { name, matchers: [...matchers].sort().join('; ') }));
}

/** The alerts that a route gets and none of those before got, by their matchers. */
function gained(route: Route, known: readonly Route[]): ReadonlySet<string>[] {
  const missing = known
    .filter(({ matchers }) => isSubset(matchers, route.matchers))
    .map(({ taken }) => taken.filter((one) => !isStillTaken(one, route)))
    .sort((a, b) => a.length - b.length);
  const [least] = missing;
  return least === undefined
    ? [route.matchers]
    : least.map(({ matchers }) => new Set([...route.matchers, ...matchers]));
}

/** Whether alerts that another route took are taken now as well, or are none of this one's, or went there anyway. */
function isStillTaken({ matchers, receiver }: Taken, route: Route): boolean {
  return (
    receiver === route.receiver ||
    areDisjoint(matchers, route.matchers) ||
    route.taken.some((one) => isSubset(one.matchers, matchers))
  );
}

function isSubset(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((one) => all.has(one));
}

/** Whether no alert has them all: a label would need two values. */
function areDisjoint(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  const wanted = equalsIn(some);
  return [...equalsIn(others)].some(([label, value]) => wanted.has(label) && wanted.get(label) !== value);
}

function equalsIn(matchers: ReadonlySet<string>): Map<string, string> {
  const found = [...matchers].map((matcher) => /^(\S+) = (.*)$/.exec(matcher));
  return new Map(found.flatMap((match) => (match === null ? [] : [[match[1] ?? '', match[2] ?? '']])));
}

/**
 * The routes of a tree, either of the provisioning API or of `/apis`, and the default one. A route inherits what it
 * does not say. It gets what no route below it takes, and no earlier one beside it that does not `continue`.
 */
function routesIn(body: Json): Route[] {
  const tree = objectAt(body, 'spec') ?? body;
  const found: Route[] = [];
  const below = (branch: Json, from: Route): { route: Json; one: Route }[] =>
    (arrayAt(branch, 'routes') ?? []).map((route) => ({
      route,
      one: {
        receiver: stringAt(route, 'receiver') || from.receiver,
        matchers: new Set([...from.matchers, ...matchersOf(route)]),
        taken: from.taken,
      },
    }));
  const collect = (branch: Json, from: Route, isDefault?: true): void => {
    const inside = below(branch, from);
    const taken = [...from.taken, ...inside.map(({ route, one }) => takenBy(route, one))];
    found.push({ ...from, taken, ...(isDefault === undefined ? {} : { isDefault }) });
    let passed = from.taken;
    for (const { route, one } of inside) {
      collect(route, { ...one, taken: passed });
      if (objectAt(route)?.['continue'] !== true) {
        passed = [...passed, takenBy(route, one)];
      }
    }
  };
  const receiver = stringAt(tree, 'receiver') ?? stringAt(tree, 'defaults', 'receiver') ?? '';
  collect(tree, { receiver, matchers: new Set(), taken: [] }, true);
  return found;
}

function takenBy(route: Json, { receiver, matchers }: Route): Taken {
  return (arrayAt(route, 'routes') ?? []).length === 0 ? { matchers, receiver } : { matchers };
}

/** Both APIs and older trees write them differently. */
function matchersOf(route: Json): string[] {
  const listed = [...(arrayAt(route, 'object_matchers') ?? []), ...(arrayAt(route, 'matchers') ?? [])];
  const equal = Object.entries(objectAt(route, 'match') ?? {}).map(([label, value]) => [label, '=', value]);
  const like = Object.entries(objectAt(route, 'match_re') ?? {}).map(([label, value]) => [label, '=~', value]);
  return [...listed, ...equal, ...like].map(matcherText);
}

function matcherText(matcher: Json): string {
  if (isJsonObject(matcher)) {
    return matcherText(['label', 'type', 'value'].map((name) => matcher[name] ?? ''));
  }
  return Array.isArray(matcher)
    ? matcher.map((part) => (typeof part === 'string' ? part : canonicalJson(part))).join(' ')
    : String(matcher);
}
