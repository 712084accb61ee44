import type { ReadableChange } from '../../contract/api/diff.ts';
import { arrayAt, isJsonObject, objectAt, stringAt, without, type Json, type JsonObject } from '../../lib/json/json.ts';
import { queryText } from './dashboard/panels/panel.ts';
import { stripped } from './dashboard/strip.ts';
import { leavesOf, namesOf } from './leaves.ts';
import { pairUp } from './named-lists.ts';
import { change, inWords } from './change.ts';

/** Data sources that are Grafana's own expressions. */
const EXPRESSIONS = ['__expr__', '-100'];

/** Members that Grafana's editor keeps in every query. */
const KEPT_BESIDE = ['refId', 'intervalMs', 'maxDataPoints', 'hide', 'datasource', 'editorMode'];

/** What changed in the queries and expressions of an alert rule. */
export function ruleQueryChanges(before: JsonObject, after: JsonObject, rule: string): ReadableChange[] {
  const pairs = pairUp(queriesOf(before), queriesOf(after), (query) => [stringAt(query, 'refId')]);
  return [
    ...pairs.added.map((one) => change('rule-query-added', { rule, query: letter(one) }, { after: textOf(one) })),
    ...pairs.removed.map((one) => change('rule-query-removed', { rule, query: letter(one) }, { before: textOf(one) })),
    ...pairs.both.flatMap(([one, other]) => changesOf(one, other, rule)),
  ];
}

function queriesOf(rule: JsonObject): JsonObject[] {
  return (arrayAt(rule, 'data') ?? []).filter(isJsonObject);
}

function letter(query: JsonObject): string {
  return stringAt(query, 'refId') ?? '';
}

function modelOf(query: JsonObject): JsonObject {
  return stripped(without(objectAt(query, 'model') ?? {}, ...KEPT_BESIDE));
}

function textOf(query: JsonObject): Json {
  const model = modelOf(query);
  return conditionsOf(model) || (queryText(model)?.text ?? model);
}

function changesOf(before: JsonObject, after: JsonObject, rule: string): ReadableChange[] {
  const query = letter(after);
  const found: ReadableChange[] = [];
  const [source, newSource] = [before, after].map((one) => stringAt(one, 'datasourceUid') ?? '');
  if (source !== newSource) {
    found.push(
      change('rule-query-source', { rule, query, before: named(source ?? ''), after: named(newSource ?? '') }),
    );
  }
  const [model, newModel] = [modelOf(before), modelOf(after)];
  const [limits, newLimits] = [conditionsOf(model), conditionsOf(newModel)];
  if (limits !== newLimits) {
    found.push(change('rule-threshold', { rule, query, before: limits, after: newLimits }));
  }
  const [old, fresh] = [queryText(model), queryText(newModel)];
  const text = old?.name === fresh?.name ? old?.name : undefined;
  if (old !== undefined && fresh !== undefined && text !== undefined && old.text !== fresh.text) {
    found.push(change('rule-query-text', { rule, query }, { path: text, before: old.text, after: fresh.text }));
  }
  const rest = (one: JsonObject, its: JsonObject): JsonObject => ({
    ...without(one, 'refId', 'model', 'datasourceUid'),
    ...withoutLimits(without(its, ...(text === undefined ? [] : [text]))),
  });
  const leaves = leavesOf(rest(before, model), rest(after, newModel));
  if (leaves.length > 0) {
    const evidence = { before: rest(before, model), after: rest(after, newModel) };
    found.push(change('rule-query-settings', { rule, query, names: namesOf(leaves) }, evidence));
  }
  return found;
}

function named(source: string): string {
  return EXPRESSIONS.includes(source) ? 'expression' : source;
}

const SIGNS: Record<string, string> = { gt: '>', lt: '<', eq: '=', ne: '≠', gte: '≥', lte: '≤' };

/** The limits of a condition as `> 80`, or `within_range 1, 5`. */
function conditionsOf(model: JsonObject): string {
  return (arrayAt(model, 'conditions') ?? [])
    .map((condition) => {
      const type = stringAt(condition, 'evaluator', 'type') ?? '';
      const params = arrayAt(condition, 'evaluator', 'params') ?? [];
      const isRange = type.includes('range');
      const limits = (isRange ? params : params.slice(0, 1)).map(inWords).join(', ');
      return [SIGNS[type] ?? type, limits].filter((part) => part !== '').join(' ');
    })
    .join('; ');
}

function withoutLimits(model: JsonObject): JsonObject {
  const conditions = arrayAt(model, 'conditions');
  return conditions === undefined
    ? model
    : { ...model, conditions: conditions.map((one) => (isJsonObject(one) ? without(one, 'evaluator') : one)) };
}
