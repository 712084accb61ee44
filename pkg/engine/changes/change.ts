import type { ReadableChange } from '../../contract/api/diff.ts';
import { CHANGES, type ChangeCode, type ChangeParams } from '../../contract/changes/catalogue.ts';
import { canonicalJson, RawNumber, type Json } from '../../lib/json/json.ts';
import { mapLeaves } from '../../lib/json/map.ts';

/** A longer value is cut: nobody reads it, and a response has room for all changes. */
const MOST_VALUE = 4_000;

/** A value in a sentence; more of it is in `before` and `after`. */
const MOST_PARAM = 120;

/** Where a change is, and what was there. */
export interface Evidence {
  /** Path in the JSON. */
  path?: string;
  before?: Json | undefined;
  after?: Json | undefined;
}

/** One change of the catalogue, with all that its sentence needs. */
export function change<Code extends ChangeCode>(
  code: Code,
  params: ChangeParams<Code>,
  { path, before, after }: Evidence = {},
): ReadableChange {
  return {
    change: CHANGES[code][0],
    code,
    params: Object.fromEntries(Object.entries<string>(params).map(([name, value]) => [name, shortened(value)])),
    ...(path === undefined ? {} : { path }),
    ...(before === undefined ? {} : { before: bounded(before) }),
    ...(after === undefined ? {} : { after: bounded(after) }),
  };
}

/** A value as it is in a sentence. */
export function inWords(value: Json | undefined): string {
  if (value === undefined || value === null) {
    return '';
  }
  return typeof value === 'string' ? value : canonicalJson(value);
}

function shortened(text: string): string {
  return text.length > MOST_PARAM ? `${text.slice(0, MOST_PARAM)}…` : text;
}

function bounded(value: Json): unknown {
  const text = typeof value === 'string' ? value : canonicalJson(value);
  return text.length > MOST_VALUE ? `${text.slice(0, MOST_VALUE)}…` : mapLeaves(value, plain);
}

/** Numbers that were kept as their text as plain numbers. */
function plain(value: Json): unknown {
  return value instanceof RawNumber ? Number(value.text) : value;
}
