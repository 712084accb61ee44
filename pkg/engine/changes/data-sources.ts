import type { ReadableChange } from '../../contract/api/diff.ts';
import { objectAt, without, type JsonObject } from '../../lib/json/json.ts';
import { fieldChanges } from './fields.ts';
import { change, inWords } from './change.ts';

/** What was done to a data source. Which secrets are stored is all that Grafana gives out about them. */
export function dataSourceChanges(before: JsonObject, after: JsonObject): ReadableChange[] {
  const [old, fresh] = [before, after].map((one) => Object.keys(objectAt(one, 'secureJsonFields') ?? {}));
  const rest = (one: JsonObject): JsonObject => without(one, 'secureJsonFields', 'name');
  return [
    ...(before['name'] === after['name']
      ? []
      : [change('title', { before: inWords(before['name']), after: inWords(after['name']) })]),
    ...(fresh ?? []).filter((name) => !old?.includes(name)).map((name) => change('secret-added', { name })),
    ...(old ?? []).filter((name) => !fresh?.includes(name)).map((name) => change('secret-removed', { name })),
    ...fieldChanges(rest(before), rest(after)),
  ];
}
