import { shortText } from '../../../lib/short-text.ts';
import { invalid } from '../files.ts';
import type { ImportedOrg } from '../organization.ts';
import { isJsonObject, parseJson, type Json, type JsonObject } from '../../../lib/json/json.ts';

/** A row of a table. Postgres has all values as texts. */
export type Row = Readonly<Record<string, string | number | null>>;

/** Grafana's tables with resources, or with data needed to read them. Tables of secrets are not included. */
export const TABLES = [
  'alert_configuration',
  'alert_rule',
  'annotation',
  'correlation',
  'dashboard',
  'dashboard_provisioning',
  'dashboard_public',
  'dashboard_snapshot',
  'data_source',
  'folder',
  'library_element',
  'org',
  'org_user',
  'playlist',
  'playlist_item',
  'plugin_setting',
  'preferences',
  'provenance_type',
  'resource',
  'sso_setting',
  'team',
  'team_member',
  'unifiedstorage_migration_log',
  'user',
] as const;

export type Table = (typeof TABLES)[number];

/** The tables of a database by name, without those that its Grafana release lacks. */
export type Tables = ReadonlyMap<Table, readonly Row[]>;

/** The rows of one organization. */
export interface OrgRows {
  org: ImportedOrg;
  id: number;
  rows(table: Table): readonly Row[];
}

/** Columns with secrets, which are never read, although they are encrypted or hashed. */
export const SECRET_COLUMNS: ReadonlySet<string> = new Set([
  'password',
  'basic_auth_password',
  'salt',
  'rands',
  'dashboard_encrypted',
  'delete_key',
]);

/** @returns the text in a column; '' for none */
export function textIn(row: Row, column: string): string {
  return String(row[column] ?? '');
}

/** @returns the number in a column; 0 for none */
export function numberIn(row: Row, column: string): number {
  return Number(row[column] ?? 0);
}

/** @returns whether a column is true, as either database writes that */
export function isIn(row: Row, column: string): boolean {
  return ['1', 't', 'true'].includes(textIn(row, column));
}

/** @returns the JSON in a column; undefined for none. @throws DK_IMPORT_INVALID */
export function jsonIn(row: Row, column: string): Json | undefined {
  const text = textIn(row, column);
  try {
    return text === '' ? undefined : parseJson(text);
  } catch (cause) {
    const name = row['uid'] ?? row['name'] ?? row['id'] ?? '';
    throw invalid(`the column ${column} of ${shortText(String(name))} is not JSON`, cause);
  }
}

/** @returns the JSON object in a column; an empty one for anything else */
export function objectIn(row: Row, column: string): JsonObject {
  const value = jsonIn(row, column);
  return isJsonObject(value) ? value : {};
}
