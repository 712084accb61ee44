import { createHash } from 'node:crypto';
import { arrayAt, isJsonObject, objectAt, stringAt, type Json, type JsonObject } from '../../../../lib/json/json.ts';
import { isDataSourceUid } from '../../dashboards/dashboard/references.ts';
import type { Reference } from '../../kind.ts';
import type { Content } from '../../content.ts';
import { rulesOf, splitUid } from './content.ts';

type Renamer = (reference: Reference) => string;

/** Annotation that ties a rule to a dashboard's panel; the rule works without it. */
const DASHBOARD = '__dashboardUid__';

/** Folder, data sources, and the contact point and timings that rules name themselves. */
export function groupReferences(content: Content): Reference[] {
  const found = new Map<string, Reference>();
  renameInGroup(content, (reference) => {
    if (reference.kind !== 'dashboard') {
      found.set(`${reference.kind}/${reference.uid}`, reference);
    }
    return reference.uid;
  });
  return [...found.values()];
}

/** Uids of the dashboards that its rules are linked to. */
export function linkedDashboards(content: Content): string[] {
  const uids = rulesOf(content).map((rule) => stringAt(objectAt(rule, 'annotations'), DASHBOARD) ?? '');
  return [...new Set(uids)].filter((uid) => uid !== '');
}

/** Also renames the dashboard that a rule is tied to, so that a copied folder's rules lead to the copied dashboards. */
export function renameInGroup(content: Content, renamed: Renamer): Content {
  const folderUid = renamed({ kind: 'folder', uid: content.folderUid ?? '', required: true });
  const rules = rulesOf(content).map((rule) => renameInRule(rule, renamed));
  return { ...content, folderUid, body: { ...objectAt(content.body), folderUid, rules } };
}

function renameInRule(rule: JsonObject, renamed: Renamer): JsonObject {
  const result: JsonObject = { ...rule };
  const data = arrayAt(rule, 'data');
  if (data !== undefined) {
    result['data'] = data.map((query) => (isJsonObject(query) ? renameInQuery(query, renamed) : query));
  }
  const record = objectAt(rule, 'record');
  if (record !== undefined) {
    result['record'] = renameDataSource(record, 'target_datasource_uid', renamed);
  }
  const settings = objectAt(rule, 'notification_settings');
  if (settings !== undefined) {
    result['notification_settings'] = renameInSettings(settings, renamed);
  }
  const annotations = objectAt(rule, 'annotations');
  const dashboard = stringAt(annotations, DASHBOARD) ?? '';
  if (annotations !== undefined && dashboard !== '') {
    result['annotations'] = { ...annotations, [DASHBOARD]: renamed({ kind: 'dashboard', uid: dashboard }) };
  }
  return result;
}

/** The uid is at the query and once more in its model. */
function renameInQuery(query: JsonObject, renamed: Renamer): JsonObject {
  const outer = renameDataSource(query, 'datasourceUid', renamed);
  const model = objectAt(outer, 'model');
  const inner = objectAt(model, 'datasource');
  return model === undefined || inner === undefined
    ? outer
    : { ...outer, model: { ...model, datasource: renameDataSource(inner, 'uid', renamed) } };
}

function renameDataSource(owner: JsonObject, member: string, renamed: Renamer): JsonObject {
  const uid = stringAt(owner, member);
  return uid === undefined || !isDataSourceUid(uid)
    ? owner
    : { ...owner, [member]: renamed({ kind: 'data-source', uid }) };
}

function renameInSettings(settings: JsonObject, renamed: Renamer): JsonObject {
  const result: JsonObject = { ...settings };
  const receiver = stringAt(settings, 'receiver') ?? '';
  if (receiver !== '') {
    result['receiver'] = renamed({ kind: 'contact-point', uid: receiver, required: true });
  }
  for (const member of ['mute_time_intervals', 'active_time_intervals']) {
    const names = arrayAt(settings, member);
    if (names !== undefined) {
      result[member] = names.map((name: Json) =>
        typeof name === 'string' ? renamed({ kind: 'mute-timing', uid: name, required: true }) : name,
      );
    }
  }
  return result;
}

/**
 * The group as a copy: `<folder uid>/<title>` is taken from the new uid, and every rule gets its own uid, derived
 * from both, so that copying again updates the copy.
 */
export function copyGroup(
  content: Content,
  uid: string,
  ofRule = (rule: string): string => copiedUid(uid, rule),
): Content {
  const { folderUid, title } = splitUid(uid);
  const rules = rulesOf(content).map((rule) => ({ ...rule, uid: ofRule(stringAt(rule, 'uid') ?? '') }));
  return { ...content, title, folderUid, body: { ...objectAt(content.body), title, folderUid, rules } };
}

function copiedUid(group: string, uid: string): string {
  return createHash('sha256').update(`${group}/${uid}`).digest('hex').slice(0, 14);
}
