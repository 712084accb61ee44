import { arrayAt, canonicalJson, isJsonObject, objectAt, stringAt, type Json } from '../../../lib/json/json.ts';
import type { SecurityChange } from '../../../contract/plan.ts';
import { securityChange } from './change.ts';

/** Alerts with all these matchers reach a contact point; without any, all alerts of its branch do. */
interface Route {
  receiver: string;
  matchers: ReadonlySet<string>;
}

/**
 * Contact points that alerts go to both before and after an update, and that get alerts with fewer or other matchers.
 * More matchers than before mean fewer alerts. What an earlier route catches is not looked at.
 */
export function widerRoutes(before: Json, after: Json): SecurityChange[] {
  const was = routesIn(before);
  const wider = new Map<string, Set<string>>();
  for (const { receiver, matchers } of routesIn(after)) {
    const known = was.filter((one) => one.receiver === receiver);
    const isCovered = known.some((one) => [...one.matchers].every((matcher) => matchers.has(matcher)));
    if (known.length > 0 && !isCovered) {
      wider.set(receiver, (wider.get(receiver) ?? new Set()).add([...matchers].sort().join(', ')));
    }
  }
  return [...wider]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, matchers]) => securityChange('receiver-wider', { name, matchers: [...matchers].sort().join('; ') }));
}

/** The routes of a tree, either of the provisioning API or of `/apis`. A route inherits what it does not say. */
function routesIn(body: Json): Route[] {
  const tree = objectAt(body, 'spec') ?? body;
  const found: Route[] = [];
  const collect = (branch: Json, from: Route): void => {
    for (const route of arrayAt(branch, 'routes') ?? []) {
      const one = {
        receiver: stringAt(route, 'receiver') || from.receiver,
        matchers: new Set([...from.matchers, ...matchersOf(route)]),
      };
      found.push(one);
      collect(route, one);
    }
  };
  const receiver = stringAt(tree, 'receiver') ?? stringAt(tree, 'defaults', 'receiver') ?? '';
  collect(tree, { receiver, matchers: new Set() });
  return found;
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
