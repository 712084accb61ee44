import { isJsonObject, stringAt, type Json, type JsonObject } from '../../../lib/json/json.ts';
import type { KindName, RULE } from '../../../contract/kinds.ts';

/** The new UID of a link's target; unchanged if it has no new one. */
export type Renamer = (kind: KindName | typeof RULE, uid: string) => string;

/** The kind of resource that a Grafana path leads to. */
const PATHS = {
  d: 'dashboard',
  'd-solo': 'dashboard',
  'dashboards/f': 'folder',
  'alerting/grafana': 'alert-rule',
} as const;

/** What a link can consist of: looking for one from each character on would take the square of the time. */
const WORD = /[^\s"'<>()[\]{}]+/g;

/** A path with a UID. */
const LINK = /\b(?<path>d|d-solo|dashboards\/f|alerting\/grafana)\/(?<uid>[\w-]{1,40})(?![\w-])/g;

/** A link into Explore, and the data sources that its state names, encoded or not. */
const EXPLORE = '/explore?';
const EXPLORED = /(?<before>(?:"|%22)(?:datasource|uid)(?:"|%22)(?::|%3A)(?:"|%22))(?<uid>[\w-]{1,40})(?="|%22)/gi;

/** Name of the matcher of a silence for a single rule. */
const RULE_MATCHER = '__alert_rule_uid__';

/**
 * The body with renamed links to dashboards, folders, rules and Explore, wherever people can write one, and with the
 * renamed folder of a list of dashboards or alerts, rule of a silence and data source that a variable selects. Links
 * with a host lead to the original and stay. Returns the same body if nothing changes.
 */
export function relink(value: Json, renamed: Renamer): Json {
  if (typeof value === 'string') {
    return value.includes('/') ? relinkText(value, renamed) : value;
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => relink(item, renamed));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const isRuleMatcher = stringAt(value, 'name') === RULE_MATCHER;
  const members = Object.entries(value).map(([name, member]): [string, Json] => {
    if (typeof member === 'string' && name === 'folderUID') {
      return [name, renamed('folder', member)];
    }
    if (name === 'folder' && isJsonObject(member)) {
      return [name, relinkFolder(member, renamed)];
    }
    if (name === 'current' && selectsDataSource(value) && isJsonObject(member)) {
      return [name, selected(member, renamed)];
    }
    return [
      name,
      isRuleMatcher && typeof member === 'string' && name === 'value'
        ? renamed('alert-rule', member)
        : relink(member, renamed),
    ];
  });
  return members.some(([name, member]) => member !== value[name]) ? Object.fromEntries(members) : value;
}

function relinkFolder(folder: JsonObject, renamed: Renamer): Json {
  const old = stringAt(folder, 'uid');
  const uid = old && renamed('folder', old);
  return uid === undefined || uid === old ? folder : { ...folder, uid };
}

/** Whether it is a variable whose values are data sources: as in v1, or the inner part of one in v2. */
function selectsDataSource(value: JsonObject): boolean {
  return value['type'] === 'datasource' || typeof value['pluginId'] === 'string';
}

function selected(current: JsonObject, renamed: Renamer): Json {
  const { value = null } = current;
  const rename = (one: Json): Json => (typeof one === 'string' ? renamed('data-source', one) : one);
  const now = Array.isArray(value) ? value.map(rename) : rename(value);
  return [now].flat().every((one, index) => one === [value].flat()[index]) ? current : { ...current, value: now };
}

function relinkText(text: string, renamed: Renamer): string {
  const explore = text.indexOf(EXPLORE);
  const known =
    explore < 0 || text.slice(0, explore).includes('://')
      ? text
      : text.replace(EXPLORED, (_, before: string, uid: string) => `${before}${renamed('data-source', uid)}`);
  return known.replace(WORD, (word) => {
    const host = word.indexOf('://');
    return word.replace(LINK, (whole, path: keyof typeof PATHS, uid: string, at: number) =>
      host >= 0 && host < at ? whole : `${path}/${renamed(PATHS[path], uid)}`,
    );
  });
}
