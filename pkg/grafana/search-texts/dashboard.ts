import { arrayAt, isJsonObject, objectAt, stringAt, type Json, type JsonObject } from '../../lib/json/json.ts';
import { addDataSource, addQuery } from './queries.ts';
import type { TextList } from './text-list.ts';

const DEEPEST = 8;

/** Texts of a dashboard of the classic schema or of v2: titles and tags first, for queries may be many. */
export function addDashboard(list: TextList, body: JsonObject): void {
  const spec = objectAt(body, 'spec');
  if (spec !== undefined && stringAt(body, 'apiVersion') !== undefined) {
    addDashboard(list, spec);
    return;
  }
  (arrayAt(body, 'tags') ?? []).forEach((tag) => list.add('tag', tag));
  const panels = [...classicPanels(body), ...newPanels(list, body)];
  panels.forEach((panel) => list.add(panel['type'] === 'row' ? 'row' : 'panel', panel['title']));
  const variables = [...(arrayAt(body, 'templating', 'list') ?? []), ...(arrayAt(body, 'variables') ?? [])];
  for (const variable of variables.filter(isJsonObject).map(innerOf)) {
    list.add('variable', variable['name']);
    list.add('variable', variable['label']);
  }
  panels.forEach((panel) => addPanelQueries(list, panel));
  const annotations = Array.isArray(body['annotations'])
    ? body['annotations']
    : (arrayAt(body, 'annotations', 'list') ?? []);
  for (const one of [...variables, ...annotations].filter(isJsonObject).map(innerOf)) {
    const name = stringAt(one, 'name') ?? '';
    addQuery(list, one, name);
    list.add('query', stringAt(one, 'definition'), name);
  }
}

/** Texts of a library panel. */
export function addLibraryPanel(list: TextList, body: JsonObject): void {
  const model = objectAt(body, 'model') ?? {};
  list.add('panel', model['title']);
  addPanelQueries(list, model);
}

/** Of v2, what is described is in `spec`. */
function innerOf(item: JsonObject): JsonObject {
  return objectAt(item, 'spec') ?? item;
}

/** Panels and rows of the classic schema, those in rows among them. */
function classicPanels(container: JsonObject, depth = 0): JsonObject[] {
  if (depth > DEEPEST) {
    return [];
  }
  const panels = (arrayAt(container, 'panels') ?? []).filter(isJsonObject);
  const rows = (arrayAt(container, 'rows') ?? []).filter(isJsonObject).map((row) => ({ ...row, type: 'row' }));
  return [...panels, ...rows].flatMap((panel) => [panel, ...classicPanels(panel, depth + 1)]);
}

/** Panels of v2; titles of its rows and tabs are taken on the way. */
function newPanels(list: TextList, spec: JsonObject): JsonObject[] {
  addGroups(list, objectAt(spec, 'layout'));
  return Object.values(objectAt(spec, 'elements') ?? {})
    .filter(isJsonObject)
    .map(innerOf);
}

function addGroups(list: TextList, layout: JsonObject | undefined, depth = 0): void {
  const spec = objectAt(layout, 'spec');
  if (spec === undefined || depth > DEEPEST) {
    return;
  }
  const groups = ['rows', 'tabs', 'items'].flatMap((name) => arrayAt(spec, name) ?? []);
  for (const group of groups.filter(isJsonObject).map(innerOf)) {
    list.add('row', group['title']);
    addGroups(list, objectAt(group, 'layout'), depth + 1);
  }
}

function addPanelQueries(list: TextList, panel: JsonObject): void {
  const title = stringAt(panel, 'title') ?? '';
  addDataSource(list, panel['datasource'], title);
  const queries: Json[] = [...(arrayAt(panel, 'targets') ?? []), ...(arrayAt(panel, 'data', 'spec', 'queries') ?? [])];
  queries.forEach((query) => addQuery(list, query, title));
}
