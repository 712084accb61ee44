import { append } from '../../../../lib/append.ts';
import { isJsonObject, stringAt, type Json, type JsonObject } from '../../../../lib/json/json.ts';
import type { Reference } from '../../kind.ts';
import type { Content } from '../../content.ts';
import { textOf } from '../../text-content.ts';
import { isV2Version } from './content.ts';
import { membersNamed } from '../../../../lib/json/patch-text.ts';
import { mapMembers } from '../../../../lib/json/map.ts';

/** Names in data source fields that are not data sources: Grafana's built-in ones. */
const BUILT_IN = new Set(['grafana', '-- Grafana --', '-- Mixed --', '-- Dashboard --', '__expr__', '-100', '-1', '']);

/** Whether a uid in a `datasource` field means a stored data source, not a variable or a built-in. */
export function isDataSourceUid(uid: string): boolean {
  return !BUILT_IN.has(uid) && !uid.startsWith('$') && !uid.startsWith('${');
}

/** Folder, data sources and library panels of a dashboard, each once. */
export function dashboardReferences(content: Content): Reference[] {
  const found = new Map<string, Reference>();
  if (content.folderUid !== undefined) {
    found.set('folder', { kind: 'folder', uid: content.folderUid, required: true });
  }
  for (const reference of referencesOf(content)) {
    found.set(`${reference.kind}/${reference.uid}`, reference);
  }
  return [...found.values()];
}

/** The same dashboard with its references renamed; a folder renamed to '' is the root. The very same when none is. */
export function renameInDashboard(content: Content, renamed: (reference: Reference) => string): Content {
  const { folderUid } = content;
  const folder = folderUid === undefined ? '' : renamed({ kind: 'folder', uid: folderUid });
  // Each is to be seen, whatever is found out about the first.
  const moved = referencesOf(content).filter((reference) => renamed(reference) !== reference.uid).length > 0;
  if (!moved && folder === (folderUid ?? '')) {
    return content;
  }
  const { folderUid: _, ...rest } = content;
  const body = moved ? rename(content.body, renamed) : content.body;
  return { ...rest, ...(folder === '' ? {} : { folderUid: folder }), body };
}

/** A restore asks twice: what a dashboard uses, and what of that is renamed. */
const known = new WeakMap<Content, readonly Reference[]>();

/** Every reference at least once. Copying nothing, it is much cheaper than renaming; cheaper still from the text. */
function referencesOf(content: Content): readonly Reference[] {
  let references = known.get(content);
  if (references === undefined) {
    references = referencesInText(content) ?? referencesBelow(content.body);
    known.set(content, references);
  }
  return references;
}

/** Members that name something else. */
const NAMES = ['datasource', 'libraryPanel'] as const;

/** Undefined when the text alone does not show it: what `datasource` means depends on its neighbours in v2. */
function referencesInText(content: Content): Reference[] | undefined {
  const text = textOf(content);
  if (text === undefined || isV2Version(content.apiVersion) || text.includes('"DataQuery"')) {
    return undefined;
  }
  const references: Reference[] = [];
  for (const name of NAMES) {
    const members = membersNamed(text, name);
    // A member of another one is part of that, and no reference.
    if (
      members === undefined ||
      members.some((member) => NAMES.some((inner) => isJsonObject(member) && inner in member))
    ) {
      return undefined;
    }
    append(
      references,
      members.flatMap((member) => referenceIn(name, member, {}) ?? []),
    );
  }
  return references;
}

function referencesBelow(value: Json, found: Reference[] = []): Reference[] {
  if (Array.isArray(value)) {
    for (const item of value) {
      referencesBelow(item, found);
    }
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      const member = value[key] ?? null;
      if (key === 'datasource' || key === 'libraryPanel') {
        const reference = referenceIn(key, member, value);
        if (reference !== undefined) {
          found.push(reference);
        }
      } else if (typeof member === 'object' && member !== null) {
        referencesBelow(member, found);
      }
    }
  }
  return found;
}

/** What a `datasource` or `libraryPanel` member means; undefined for variables and Grafana's own. */
function referenceIn(key: 'datasource' | 'libraryPanel', member: Json, owner: JsonObject): Reference | undefined {
  if (key === 'libraryPanel') {
    const uid = stringAt(member, 'uid');
    return uid === undefined ? undefined : { kind: 'library-panel', uid };
  }
  const uid = typeof member === 'string' ? member : stringAt(member, nameOfUid(owner));
  return uid === undefined || !isDataSourceUid(uid) ? undefined : { kind: 'data-source', uid };
}

function nameOfUid(owner: JsonObject): 'name' | 'uid' {
  return owner['kind'] === 'DataQuery' ? 'name' : 'uid';
}

/**
 * Walks the whole body: data sources are in panels, targets, variables and annotations, as `{uid}` (v1), as a bare
 * uid in old dashboards, or as `{name}` next to `kind: "DataQuery"` (v2).
 */
function rename(value: Json, renamed: (reference: Reference) => string): Json {
  return mapMembers(value, (key, member, owner) =>
    key === 'datasource' || key === 'libraryPanel' ? renameMember(key, member, owner, renamed) : undefined,
  );
}

function renameMember(
  key: 'datasource' | 'libraryPanel',
  member: Json,
  owner: JsonObject,
  renamed: (reference: Reference) => string,
): Json {
  const reference = referenceIn(key, member, owner);
  if (reference === undefined) {
    return member;
  }
  const uid = renamed(reference);
  return isJsonObject(member) ? { ...member, [key === 'datasource' ? nameOfUid(owner) : 'uid']: uid } : uid;
}
