import { stringify } from 'yaml';
import { RawNumber, type Json, type JsonObject } from '../../../lib/json/json.ts';
import { mapLeaves, mapTexts } from '../../../lib/json/map.ts';

/** A text that Grafana's provisioning expands: what looks like a variable there is one. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/**
 * The same with every text in it. Grafana expands variables in most values of a provisioning file, but not in names of
 * members (pkg/services/provisioning/values).
 */
export function literals(value: Json): Json {
  return mapTexts(value, literal);
}

/** YAML that every parser reads alike: strings are quoted, no line is folded. */
export function yamlText(document: JsonObject): string {
  const options = { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 } as const;
  return stringify(mapLeaves(document, plain), options);
}

function plain(value: Json): unknown {
  if (!(value instanceof RawNumber)) {
    return value;
  }
  return /^-?\d+$/.test(value.text) ? BigInt(value.text) : Number(value.text);
}
