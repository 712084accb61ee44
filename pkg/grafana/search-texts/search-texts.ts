import type { KindName } from '../../contract/kinds.ts';
import { arrayAt, isJsonObject, type Json, type JsonObject } from '../../lib/json/json.ts';
import { addDashboard, addLibraryPanel } from './dashboard.ts';
import { addDataSource, addQuery } from './queries.ts';
import { TextList, type SearchText } from './text-list.ts';

/** Kinds whose content people search, beyond the title. */
const BY_KIND: Partial<Record<KindName, (list: TextList, body: JsonObject) => void>> = {
  'alert-rule-group': addRules,
  dashboard: addDashboard,
  'library-panel': addLibraryPanel,
};

/** Kinds whose title is that of what they belong to, which is found. */
const NOT_SEARCHED: ReadonlySet<KindName> = new Set<KindName>([
  'dashboard-permissions',
  'data-source-permissions',
  'folder-permissions',
  'public-dashboard',
  'org-preferences',
  'server-settings',
]);

/** Whether resources of a kind are found by a search. */
export function isSearched(kind: KindName): boolean {
  return !NOT_SEARCHED.has(kind);
}

/** Whether the content of a kind has text to search, beyond the title. */
export function hasSearchTexts(kind: KindName): boolean {
  return BY_KIND[kind] !== undefined;
}

/**
 * What people may search for in a stored body: titles of panels, rows and rules, queries, tags, variables, data
 * sources. Only members that hold such text are taken, never a secret or a setting.
 */
export function searchTexts(kind: KindName, body: Json): { texts: SearchText[]; cut: boolean } {
  const list = new TextList();
  if (isJsonObject(body)) {
    BY_KIND[kind]?.(list, body);
  }
  return { texts: list.texts, cut: list.isCut };
}

function addRules(list: TextList, body: JsonObject): void {
  const rules = (arrayAt(body, 'rules') ?? []).filter(isJsonObject);
  rules.forEach((rule) => list.add('rule', rule['title']));
  for (const rule of rules) {
    const title = typeof rule['title'] === 'string' ? rule['title'] : '';
    for (const query of (arrayAt(rule, 'data') ?? []).filter(isJsonObject)) {
      addDataSource(list, query['datasourceUid'], title);
      addQuery(list, query, title);
    }
  }
}
