import { arrayAt, objectAt, stringAt, without, type Json, type JsonObject } from '../../../../lib/json/json.ts';
import type { Content } from '../../content.ts';
import { rulesOf, uidOfRule } from './content.ts';

/** What Grafana shows from 12 on in every rule; in one without it nothing else of 12 is known either. */
const KEEP_FIRING = 'keep_firing_for';
/** Its value where the rule does not keep firing. */
const NOT_KEPT = '0s';

const EVALUATIONS = 'missingSeriesEvalsToResolve';
const ACTIVE_TIMES = 'active_time_intervals';

/** The group without what older releases lack and newer ones add by themselves: a default says nothing. */
export function withoutDefaults(body: Json): Json {
  return withRules(body, (rule) => (rule[KEEP_FIRING] === NOT_KEPT ? without(rule, KEEP_FIRING) : rule));
}

/** What a Grafana keeps of a group: one whose live rules lack what all rules have from 12 on drops it. */
export function asKept(content: Content, live: Content): Content {
  const known = new Set(rulesOf(live).flatMap((rule) => (KEEP_FIRING in rule ? [uidOfRule(rule)] : [])));
  const older = new Set(
    rulesOf(live)
      .map(uidOfRule)
      .filter((uid) => !known.has(uid)),
  );
  return older.size === 0
    ? content
    : {
        ...content,
        body: withRules(content.body, (rule) => (older.has(uidOfRule(rule)) ? beforeGrafana12(rule) : rule)),
      };
}

/** The fields that rules of the group use and Grafana knows only from 12 on. */
export function newerFields(content: Content): string[] {
  const fields = rulesOf(content).flatMap((rule) => [
    ...((stringAt(rule, KEEP_FIRING) ?? NOT_KEPT) === NOT_KEPT ? [] : [KEEP_FIRING]),
    ...(typeof rule[EVALUATIONS] === 'number' ? [EVALUATIONS] : []),
    ...((arrayAt(rule, 'notification_settings', ACTIVE_TIMES) ?? []).length === 0 ? [] : [ACTIVE_TIMES]),
  ]);
  return [...new Set(fields)];
}

function beforeGrafana12(rule: JsonObject): JsonObject {
  const settings = objectAt(rule, 'notification_settings');
  const older = without(rule, KEEP_FIRING, EVALUATIONS);
  return settings === undefined ? older : { ...older, notification_settings: without(settings, ACTIVE_TIMES) };
}

function withRules(body: Json, change: (rule: JsonObject) => JsonObject): Json {
  const rules: Json[] = rulesOf({ body, title: '' }).map(change);
  return { ...objectAt(body), rules };
}
