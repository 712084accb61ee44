import type { ReadableChange } from '../../../contract/api/diff.ts';
import type { JsonObject } from '../../../lib/json/json.ts';
import { leavesOf, namesOf, same } from '../leaves.ts';
import { pairUp, type Pairs } from '../named-lists.ts';
import { change, inWords } from '../change.ts';
import { without } from '../../../lib/json/json.ts';

/** What changed in variables; a renamed one is known by what it asks. */
export function variableChanges(before: readonly JsonObject[], after: readonly JsonObject[]): ReadableChange[] {
  const pairs = pairUp(before, after, (one) => [
    nameOf(one),
    one['query'] === undefined ? undefined : JSON.stringify([one['type'], one['query']]),
  ]);
  return [
    ...pairs.added.map((one) => change('variable-added', { name: nameOf(one) }, { after: one })),
    ...pairs.removed.map((one) => change('variable-removed', { name: nameOf(one) }, { before: one })),
    ...pairs.both.flatMap(([one, other]) => variableChange(one, other)),
    ...(pairs.reordered ? [change('variables-order', {})] : []),
  ];
}

function variableChange(before: JsonObject, after: JsonObject): ReadableChange[] {
  const name = nameOf(after);
  const found: ReadableChange[] = [];
  if (nameOf(before) !== name) {
    found.push(change('variable-name', { before: nameOf(before), after: name }));
  }
  if (!same(before['query'], after['query'])) {
    const [old, fresh] = [before, after].map(({ query }) => asked(query));
    found.push(change('variable-query', { name }, { path: 'query', before: old, after: fresh }));
  }
  const [old = '', fresh = ''] = [before['current'], after['current']];
  // Grafana saves the first value by itself where none was chosen, and drops one that is not there any more.
  if (old !== '' && fresh !== '' && !same(old, fresh)) {
    found.push(change('variable-value', { name, before: inWords(old), after: inWords(fresh) }));
  }
  const rest = (one: JsonObject): JsonObject => without(one, 'name', 'query', 'current');
  const leaves = leavesOf(rest(before), rest(after));
  if (leaves.length > 0) {
    const evidence = { before: rest(before), after: rest(after) };
    found.push(change('variable-settings', { name, names: namesOf(leaves) }, evidence));
  }
  return found;
}

/** The text of a query, where that is all there is. */
function asked(query: JsonObject[string] | undefined): JsonObject[string] | undefined {
  const text = typeof query === 'object' && query !== null ? (query as JsonObject)['query'] : undefined;
  return typeof text === 'string' ? text : query;
}

/** What changed in the annotation queries of a dashboard, their order included. */
export function annotationChanges(before: readonly JsonObject[], after: readonly JsonObject[]): ReadableChange[] {
  const pairs = pairUp(before, after, (one) => [nameOf(one)]);
  return [
    ...pairs.added.map((one) => change('annotation-added', { name: nameOf(one) }, { after: one })),
    ...pairs.removed.map((one) => change('annotation-removed', { name: nameOf(one) }, { before: one })),
    ...differing(pairs).map(([one, other]) =>
      change('annotation-changed', named(one, other, nameOf(other)), { before: one, after: other }),
    ),
    ...(pairs.reordered ? [change('annotations-order', {})] : []),
  ];
}

/** What changed in the links of a dashboard, their order included. */
export function linkChanges(before: readonly JsonObject[], after: readonly JsonObject[]): ReadableChange[] {
  const title = (one: JsonObject): string => inWords(one['title']) || inWords(one['url']) || inWords(one['tags']);
  const pairs = pairUp(before, after, (one) => [JSON.stringify(one), title(one), inWords(one['url']) || undefined]);
  return [
    ...pairs.added.map((one) => change('link-added', { name: title(one) }, { after: one })),
    ...pairs.removed.map((one) => change('link-removed', { name: title(one) }, { before: one })),
    ...differing(pairs).map(([one, other]) =>
      change('link-changed', named(one, other, title(other)), { before: one, after: other }),
    ),
    ...(pairs.reordered ? [change('links-order', {})] : []),
  ];
}

function differing({ both }: Pairs<JsonObject>): Pairs<JsonObject>['both'] {
  return both.filter(([one, other]) => !same(one, other));
}

function named(before: JsonObject, after: JsonObject, name: string): { name: string; names: string } {
  return { name, names: namesOf(leavesOf(before, after)) };
}

function nameOf(one: JsonObject): string {
  return inWords(one['name']);
}
