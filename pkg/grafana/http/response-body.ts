import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parseJson, type Json } from '../../lib/json/json.ts';
import { release } from '../../lib/memory/release.ts';
import type { RequestOptions } from './client-options.ts';
import { parseItems } from '../../lib/json/list-items.ts';
import { parseOutline } from '../../lib/json/outline.ts';

/** No answer of Grafana's is larger; more is a mistake or an attack. */
export const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

const inflate = promisify(gunzip);

/** A gzip body as it was before; the compressed one is given back. @throws when it would be too large. */
export async function inflateBounded(raw: Buffer): Promise<Buffer> {
  const inflated = (await inflate(raw, { maxOutputLength: MAX_ANSWER_BYTES })) as Buffer;
  release(raw);
  return inflated;
}

/** A good answer's body, parsed as the caller wants it, and given back. */
export function jsonOf(body: Buffer, options: RequestOptions): Json {
  if (body.length === 0) {
    return null;
  }
  const json = parsed(body, options);
  release(body);
  return json;
}

function parsed(body: Buffer, { keep, leave }: RequestOptions): Json {
  if (leave !== undefined) {
    return parseOutline(body, leave);
  }
  return keep === undefined ? parseJson(body.toString('utf8')) : parseItems(body, keep);
}

/** The JSON that an error's body may be. */
export function parseOrUndefined(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
