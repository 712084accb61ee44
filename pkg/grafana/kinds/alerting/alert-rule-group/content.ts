import {
  arrayAt,
  isJsonObject,
  objectAt,
  stringAt,
  type Json,
  type JsonObject,
  without,
} from '../../../../lib/json/json.ts';
import type { Content } from '../../content.ts';

/** Members of a rule that belong to this Grafana, or are at the group. */
const NOT_CONTENT = ['id', 'orgID', 'folderUID', 'ruleGroup', 'updated', 'provenance', 'guid', 'version'];

/** The folder is all before the first slash: uids hold none, titles may. */
export function splitUid(uid: string): { folderUid: string; title: string } {
  const slash = uid.indexOf('/');
  return { folderUid: uid.slice(0, slash), title: uid.slice(slash + 1) };
}

/** @returns `<folder uid>/<title>`, which identifies a group */
export function groupUid(content: Content): string {
  return `${content.folderUid ?? ''}/${content.title}`;
}

/** `{title, folderUid, interval, rules}` with every field that a rule has, in evaluation order. */
export function groupContent(group: JsonObject): Content {
  const title = stringAt(group, 'title') ?? '';
  const folderUid = stringAt(group, 'folderUid') ?? '';
  const rules = (arrayAt(group, 'rules') ?? []).filter(isJsonObject);
  const body: JsonObject = { ...group, rules: rules.map((rule) => without(rule, ...NOT_CONTENT)) };
  return { body, title, folderUid };
}

/** @returns the rules of a group, in their order */
export function rulesOf(content: Content): JsonObject[] {
  return (arrayAt(content.body, 'rules') ?? []).filter(isJsonObject);
}

/** The group with only these of its rules; see Content.rules. */
export function someRules(content: Content, uids: ReadonlySet<string>): Content {
  const rules: Json[] = rulesOf(content).filter((rule) => uids.has(uidOfRule(rule)));
  return { ...content, rules: 'some', body: { ...objectAt(content.body), rules } };
}

/** The group without live rules that it lacks; see Content.rules. */
export function exactRules(content: Content): Content {
  return { ...content, rules: 'all' };
}

/** @returns the uid of a rule */
export function uidOfRule(rule: JsonObject): string {
  return stringAt(rule, 'uid') ?? '';
}

/** What is there after writing a group over the live one. */
export function mergedRules(content: Content, live: Content): Content {
  switch (content.rules) {
    case 'some':
      return withTheseRules(live, content);
    case 'all':
      return content;
    case undefined:
      return withExtraRules(content, live);
  }
}

/** The live group with single rules of another state: in the place that they have, or after all others. */
function withTheseRules(live: Content, wanted: Content): Content {
  const byUid = new Map(rulesOf(wanted).map((rule) => [uidOfRule(rule), rule]));
  const kept = rulesOf(live).map((rule) => byUid.get(uidOfRule(rule)) ?? rule);
  const there = new Set(kept.map(uidOfRule));
  const rules: Json[] = [...kept, ...rulesOf(wanted).filter((rule) => !there.has(uidOfRule(rule)))];
  return { ...wanted, body: { ...objectAt(live.body), rules } };
}

/** The group with those live rules that it lacks, after its own. */
function withExtraRules(content: Content, live: Content): Content {
  const uids = new Set(rulesOf(content).map((rule) => stringAt(rule, 'uid')));
  const extra = rulesOf(live).filter((rule) => !uids.has(stringAt(rule, 'uid')));
  const rules: Json[] = [...rulesOf(content), ...extra];
  return extra.length === 0 ? content : { ...content, body: { ...objectAt(content.body), rules } };
}

/** Whether Grafana evaluates any of its rules. */
export function isEvaluated(content: Content): boolean {
  return rulesOf(content).some((rule) => rule['isPaused'] !== true);
}

/** The group with every rule paused. */
export function paused(content: Content): Content {
  const rules: Json[] = rulesOf(content).map((rule) => ({ ...rule, isPaused: true }));
  return { ...content, body: { ...objectAt(content.body), rules } };
}

/** A rule as the API takes it. */
export function ruleBody(rule: JsonObject, place: { org: number; folderUid: string; title: string }): JsonObject {
  return { ...rule, orgID: place.org, folderUID: place.folderUid, ruleGroup: place.title };
}
