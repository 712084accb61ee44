import { stringify } from 'yaml';
import { isJsonObject, RawNumber, type Json, type JsonObject } from '../../../lib/json/json.ts';

/** A text that Grafana's provisioning expands: what looks like a variable there is one. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/**
 * The same with every text in it. Grafana expands variables in most values of a provisioning file, but not in names of
 * members (pkg/services/provisioning/values).
 */
export function literals(value: Json): Json {
  if (typeof value === 'string') {
    return literal(value);
  }
  if (Array.isArray(value)) {
    return value.map(literals);
  }
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, literals(member)]))
    : value;
}

/** YAML that every parser reads alike: strings are quoted, no line is folded. */
export function yamlText(document: JsonObject): string {
  return stringify(plain(document), { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 });
}

function plain(value: Json): unknown {
  if (value instanceof RawNumber) {
    return /^-?\d+$/.test(value.text) ? BigInt(value.text) : Number(value.text);
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]))
    : value;
}
