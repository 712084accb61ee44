import { isJsonObject, type Json } from '../../lib/json/json.ts';
import type { TextList } from './text-list.ts';

/**
 * Members that hold the text of a query, by what data sources call them. Only these are taken: others may hold
 * addresses, headers and other things that nobody looks for.
 */
const QUERY_MEMBERS: ReadonlySet<string> = new Set([
  'expr',
  'expression',
  'kql',
  'query',
  'queryText',
  'rawQuery',
  'rawQueryText',
  'rawSql',
  'sql',
  'sqlExpression',
  'statement',
  'target',
  '__legacyStringValue',
]);

/** Members in which queries are kept. */
const INNER_MEMBERS: ReadonlySet<string> = new Set([
  'azureLogAnalytics',
  'azureResourceGraph',
  'datasource',
  'model',
  'query',
  'spec',
  'target',
]);
const DEEPEST = 6;

/** Data sources that Grafana has by itself: every second dashboard names one. */
const BUILT_IN: ReadonlySet<string> = new Set([
  '__expr__',
  '-100',
  'grafana',
  '-- Dashboard --',
  '-- Grafana --',
  '-- Mixed --',
]);

/** Texts and data sources of a query, as panels, variables, annotations and rules hold it. */
export function addQuery(list: TextList, query: Json | undefined, within: string, depth = 0): void {
  if (!isJsonObject(query) || depth > DEEPEST) {
    return;
  }
  for (const [name, value] of Object.entries(query)) {
    if (QUERY_MEMBERS.has(name)) {
      list.add('query', value, within);
    }
    if (name === 'datasource') {
      addDataSource(list, value, within);
    } else if (INNER_MEMBERS.has(name)) {
      addQuery(list, value, within, depth + 1);
    }
  }
}

/** A data source by its uid, or by its name. */
export function addDataSource(list: TextList, value: Json | undefined, within: string): void {
  for (const name of isJsonObject(value) ? [value['uid'], value['name']] : [value]) {
    if (typeof name === 'string' && !BUILT_IN.has(name)) {
      list.add('data-source', name, within);
    }
  }
}
