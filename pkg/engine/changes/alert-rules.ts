import type { ReadableChange } from '../../contract/api/diff.ts';
import { arrayAt, isJsonObject, objectAt, stringAt, type Json, type JsonObject } from '../../lib/json/json.ts';
import { fieldChanges } from './fields.ts';
import { leavesOf, namesOf, same } from './leaves.ts';
import { pairUp } from './named-lists.ts';
import { ruleQueryChanges } from './rule-queries.ts';
import { change, inWords } from './change.ts';

/** Members of a rule that have their own changes. */
const OWN = [
  'uid',
  'title',
  'condition',
  'data',
  'for',
  'keep_firing_for',
  'labels',
  'annotations',
  'isPaused',
  'notification_settings',
];

/** What was done to a group of alert rules, rule by rule. */
export function ruleGroupChanges(before: JsonObject, after: JsonObject): ReadableChange[] {
  const [old, fresh] = [rulesOf(before), rulesOf(after)];
  const pairs = pairUp(old, fresh, (rule) => [stringAt(rule, 'uid'), titleOf(rule)]);
  const [interval, newInterval] = [before, after].map((group) => seconds(group['interval']));
  const { interval: _, rules: __, ...rest } = before;
  const { interval: ___, rules: ____, ...newRest } = after;
  return [
    ...pairs.added.map((rule) => change('rule-added', { rule: titleOf(rule) })),
    ...pairs.removed.map((rule) => change('rule-removed', { rule: titleOf(rule) })),
    ...(interval === newInterval
      ? []
      : [change('group-interval', { before: interval ?? '', after: newInterval ?? '' })]),
    ...pairs.both.flatMap(([one, other]) => ruleChanges(one, other)),
    ...(pairs.reordered ? [change('rules-order', {})] : []),
    ...fieldChanges(rest, newRest),
  ];
}

function rulesOf(group: JsonObject): JsonObject[] {
  return (arrayAt(group, 'rules') ?? []).filter(isJsonObject);
}

function titleOf(rule: JsonObject): string {
  return stringAt(rule, 'title') ?? stringAt(rule, 'uid') ?? '';
}

function seconds(value: Json | undefined): string {
  return typeof value === 'number' ? `${value}s` : inWords(value);
}

function ruleChanges(before: JsonObject, after: JsonObject): ReadableChange[] {
  const rule = titleOf(after);
  const found: ReadableChange[] = [];
  const values = (name: string): { before: string; after: string } => ({
    before: inWords(before[name]),
    after: inWords(after[name]),
  });
  const isOther = (name: string): boolean => values(name).before !== values(name).after;
  if (titleOf(before) !== rule) {
    found.push(change('rule-title', { before: titleOf(before), after: rule }));
  }
  if ((before['isPaused'] === true) !== (after['isPaused'] === true)) {
    found.push(change(after['isPaused'] === true ? 'rule-paused' : 'rule-resumed', { rule }));
  }
  if (isOther('condition')) {
    found.push(change('rule-condition', { rule, ...values('condition') }));
  }
  if (isOther('for')) {
    found.push(change('rule-for', { rule, ...values('for') }));
  }
  if (isOther('keep_firing_for')) {
    found.push(change('rule-keep', { rule, ...values('keep_firing_for') }));
  }
  const rest = (one: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(one).filter(([name]) => !OWN.includes(name)));
  return [
    ...found,
    ...ruleQueryChanges(before, after, rule),
    ...labelChanges(before, after, rule),
    ...annotationChanges(before, after, rule),
    ...notificationChanges(before, after, rule),
    ...leavesOf(rest(before), rest(after)).map(({ path, before: old, after: fresh }) =>
      [old, fresh].some((value) => typeof value === 'object' && value !== null)
        ? change('rule-settings', { rule, names: path.join('.') }, { before: old, after: fresh })
        : change('rule-setting', { rule, name: path.join('.'), before: inWords(old), after: inWords(fresh) }),
    ),
  ];
}

/** Texts under names that differ. */
function textsOf(before: JsonObject, after: JsonObject, member: string): [name: string, old: string, fresh: string][] {
  const [old, fresh] = [objectAt(before, member) ?? {}, objectAt(after, member) ?? {}];
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return names
    .map((name): [string, string, string] => [name, inWords(old[name]), inWords(fresh[name])])
    .filter(([, one, other]) => one !== other);
}

function labelChanges(before: JsonObject, after: JsonObject, rule: string): ReadableChange[] {
  return textsOf(before, after, 'labels').map(([name, old, fresh]) =>
    old === ''
      ? change('rule-label-added', { rule, name, after: fresh })
      : fresh === ''
        ? change('rule-label-removed', { rule, name }, { before: old })
        : change('rule-label', { rule, name, before: old, after: fresh }),
  );
}

function annotationChanges(before: JsonObject, after: JsonObject, rule: string): ReadableChange[] {
  return textsOf(before, after, 'annotations').map(([name, old, fresh]) =>
    old === ''
      ? change('rule-annotation-added', { rule, name }, { after: fresh })
      : fresh === ''
        ? change('rule-annotation-removed', { rule, name }, { before: old })
        : change('rule-annotation', { rule, name }, { before: old, after: fresh }),
  );
}

function notificationChanges(before: JsonObject, after: JsonObject, rule: string): ReadableChange[] {
  const [old, fresh] = [before, after].map((one) => objectAt(one, 'notification_settings') ?? {});
  if (old === undefined || fresh === undefined || same(old, fresh)) {
    return [];
  }
  const [from, to] = [stringAt(old, 'receiver') ?? '', stringAt(fresh, 'receiver') ?? ''];
  if (from !== to) {
    return [
      from === ''
        ? change('rule-direct', { rule, after: to })
        : to === ''
          ? change('rule-routed', { rule, before: from })
          : change('rule-receiver', { rule, before: from, after: to }),
    ];
  }
  return [change('rule-settings', { rule, names: namesOf(leavesOf(old, fresh)) }, { before: old, after: fresh })];
}
