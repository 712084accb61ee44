import type { Json } from '../../../lib/json/json.ts';
import { mapTexts } from '../../../lib/json/map.ts';

/** Every text in Terraform's JSON is a template, and so are the names of members. */
export function templates(value: Json): Json {
  return mapTexts(value, literal, literal);
}

function literal(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, (mark) => mark + mark);
}

/** Within quotes of an expression. */
export function quoted(text: string): string {
  return literal(JSON.stringify(text).slice(1, -1));
}
