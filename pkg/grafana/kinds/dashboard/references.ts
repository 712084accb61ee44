import { isJsonObject, stringAt, type Json, type JsonObject } from '../../../contract/json.ts';
import type { Content, Reference } from '../kind.ts';

/** Names in data source fields that are not data sources: Grafana's built-in ones. */
const BUILT_IN = new Set(['grafana', '-- Grafana --', '-- Mixed --', '-- Dashboard --', '__expr__', '-100', '-1', '']);

/** Whether a uid in a `datasource` field means a stored data source, not a variable or a built-in. */
export function isDataSourceUid(uid: string): boolean {
  return !BUILT_IN.has(uid) && !uid.startsWith('$') && !uid.startsWith('${');
}

/** Folder, data sources and library panels of a dashboard, each once. */
export function dashboardReferences(content: Content): Reference[] {
  const found = new Map<string, Reference>();
  const add = (reference: Reference): string => {
    found.set(`${reference.kind}/${reference.uid}`, reference);
    return reference.uid;
  };
  if (content.folderUid !== undefined) {
    add({ kind: 'folder', uid: content.folderUid, required: true });
  }
  rename(content.body, add);
  return [...found.values()];
}

/** The same dashboard with its references renamed; a folder renamed to '' is the root. */
export function renameInDashboard(content: Content, renamed: (reference: Reference) => string): Content {
  const { folderUid, ...rest } = content;
  const folder = folderUid === undefined ? '' : renamed({ kind: 'folder', uid: folderUid });
  return { ...rest, ...(folder === '' ? {} : { folderUid: folder }), body: rename(content.body, renamed) };
}

/**
 * Walks the whole body: data sources stand in panels, targets, variables and annotations, as `{uid}` (v1), as a bare
 * uid in old dashboards, or as `{name}` next to `kind: "DataQuery"` (v2).
 */
function rename(value: Json, renamed: (reference: Reference) => string): Json {
  if (Array.isArray(value)) {
    return value.map((item) => rename(item, renamed));
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const result: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    const changed =
      key === 'datasource'
        ? renameDataSource(member, value, renamed)
        : key === 'libraryPanel'
          ? renameUid(member, 'uid', 'library-panel', renamed)
          : rename(member, renamed);
    if (key === '__proto__') {
      // A plain assignment would set the prototype and lose the member.
      Object.defineProperty(result, key, { value: changed, enumerable: true, configurable: true, writable: true });
    } else {
      // Much faster than defining it, and a restore does this for every member.
      result[key] = changed;
    }
  }
  return result;
}

function renameDataSource(member: Json, owner: JsonObject, renamed: (reference: Reference) => string): Json {
  if (typeof member === 'string') {
    return isDataSourceUid(member) ? renamed({ kind: 'data-source', uid: member }) : member;
  }
  return renameUid(member, owner['kind'] === 'DataQuery' ? 'name' : 'uid', 'data-source', renamed);
}

function renameUid(
  member: Json,
  key: string,
  kind: 'data-source' | 'library-panel',
  renamed: (reference: Reference) => string,
): Json {
  const uid = stringAt(member, key);
  if (!isJsonObject(member) || uid === undefined || (kind === 'data-source' && !isDataSourceUid(uid))) {
    return member;
  }
  return { ...member, [key]: renamed({ kind, uid }) };
}
