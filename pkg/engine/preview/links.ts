import { isJsonObject, type Json, type JsonObject } from '../../lib/json/json.ts';
import type { Mapping } from '../restore/types.ts';

/** The same mapping, with dashboards that lead nowhere else: a preview is to be looked at. */
export function withoutLinks(mapping: Mapping): Mapping {
  return {
    orgOf: (entry) => mapping.orgOf(entry),
    isCopy: (entry) => mapping.isCopy(entry),
    standIn: (entry) => mapping.standIn(entry),
    knownAs: (entry) => mapping.knownAs(entry),
    mayChange: (entry) => mapping.mayChange(entry),
    leftOut: (entry) => mapping.leftOut(entry),
    users: mapping.users,
    uidOf: (entry, read) => mapping.uidOf(entry, read),
    apply(entry, content) {
      const { uid, content: mapped } = mapping.apply(entry, content);
      return { uid, content: { ...mapped, body: unlinked(mapped.body) } };
    },
  };
}

/** Classic dashboards have their links at the top, those of version 2 in their spec. */
function unlinked(body: Json): Json {
  if (!isJsonObject(body)) {
    return body;
  }
  const { spec } = body;
  const top = emptied(body);
  return isJsonObject(spec) ? { ...top, spec: emptied(spec) } : top;
}

function emptied(object: JsonObject): JsonObject {
  return Array.isArray(object['links']) ? { ...object, links: [] } : object;
}
