import { arrayAt, isJsonObject, stringAt, type Json, type JsonObject, without } from '../../../../lib/json/json.ts';
import type { Content } from '../../content.ts';

/** The same body whichever API it came through: `{uid, title, interval, items: [{type, value}]}`. */
export function contentOf(uid: string, title: string, source: JsonObject): Content {
  const items = itemsOf(source).map((item) => without(item, 'id', 'playlistId', 'playlistid', 'order', 'title'));
  return { body: { uid, title, interval: stringAt(source, 'interval') ?? '', items }, title };
}

/** @returns the items of a playlist, in their order */
export function itemsOf(body: Json): JsonObject[] {
  return (arrayAt(body, 'items') ?? []).filter(isJsonObject);
}
