import { reason } from '../../../contract/reasons/catalogue.ts';
import { canonicalJson, objectAt, without, type JsonObject } from '../../../lib/json/json.ts';
import type { ExportedResource, Exporting } from '../format.ts';
import { pick } from './pick.ts';
import { quoted } from './templates.ts';

/** The arguments of a data source; its secrets are expressions. */
export function dataSource({ entry, content, secrets }: ExportedResource, { variable, lacks }: Exporting): JsonObject {
  const body = objectAt(content.body) ?? {};
  if (body['withCredentials'] === true) {
    lacks(entry, reason('export-fields', { fields: 'withCredentials' }));
  }
  const { jsonData, headers, rest } = withHeaders(objectAt(body['jsonData']) ?? {}, secrets);
  const lost = Object.keys(jsonData).filter((field) => HEADER.test(field));
  if (lost.length > 0) {
    lacks(entry, reason('export-fields', { fields: lost.join(', ') }));
  }
  const object = (fields: readonly [name: string, field: string][]): string =>
    `{ ${fields.map(([name, field]) => `"${quoted(name)}" = var.${variable(entry, field)}`).join(', ')} }`;
  return {
    uid: entry.uid,
    ...pick(body, {
      name: 'name',
      type: 'type',
      url: 'url',
      access: 'access_mode',
      basicAuth: 'basic_auth_enabled',
      basicAuthUser: 'basic_auth_username',
      database: 'database_name',
      user: 'username',
      isDefault: 'is_default',
    }),
    json_data_encoded: canonicalJson(without(jsonData, ...lost)),
    ...(headers.length === 0 ? {} : { http_headers: object(headers) }),
    ...(rest.length === 0
      ? {}
      : { secure_json_data_encoded: `jsonencode(${object(rest.map((field) => [field, field]))})` }),
  };
}

const HEADER = /^httpHeaderName(\d+)$/;

/** Takes out the headers, for which the provider has a separate argument, and their secret values. */
function withHeaders(
  given: JsonObject,
  secrets: readonly string[],
): { jsonData: JsonObject; headers: [name: string, field: string][]; rest: string[] } {
  const names = new Set<unknown>();
  const headers = Object.entries(given).flatMap(([member, name]): [name: string, member: string, field: string][] => {
    const field = `httpHeaderValue${HEADER.exec(member)?.[1]}`;
    // The argument has one value for each name.
    if (typeof name !== 'string' || !secrets.includes(field) || names.has(name)) {
      return [];
    }
    names.add(name);
    return [[name, member, field]];
  });
  return {
    jsonData: without(given, ...headers.map(([, member]) => member)),
    headers: headers.map(([name, , field]) => [name, field]),
    rest: secrets.filter((field) => !headers.some(([, , taken]) => taken === field)),
  };
}
