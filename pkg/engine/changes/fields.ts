import type { ReadableChange } from '../../contract/api/diff.ts';
import type { Json } from '../../lib/json/json.ts';
import { leavesOf, type Leaf } from './leaves.ts';
import { change, inWords } from './change.ts';

/** More fields are named together. */
const MOST_SINGLE = 40;

/** What differs field by field, for kinds without specific words. */
export function fieldChanges(before: Json, after: Json, path: string[] = []): ReadableChange[] {
  const leaves = leavesOf(before, after, path);
  const rest = leaves.slice(MOST_SINGLE).map((leaf) => leaf.path[0] ?? '');
  return [
    ...leaves.slice(0, MOST_SINGLE).map(fieldChange),
    ...(rest.length === 0 ? [] : [change('fields', { names: [...new Set(rest)].join(', ') })]),
  ];
}

function fieldChange({ path, before, after }: Leaf): ReadableChange {
  const name = path.join('.');
  if ([before, after].some((value) => typeof value === 'object' && value !== null)) {
    return change('field-content', { name }, { path: name, before, after });
  }
  if (before === undefined) {
    return change('field-added', { name, after: inWords(after) });
  }
  return after === undefined
    ? change('field-removed', { name, before: inWords(before) })
    : change('field', { name, before: inWords(before), after: inWords(after) });
}
