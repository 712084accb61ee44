import { promisify } from 'node:util';
import { constants, createGunzip, gunzip, gunzipSync } from 'node:zlib';
import { heapSizeOf } from '../../lib/json/heap-size.ts';
import { JsonTooDeep, parseJson, type Json } from '../../lib/json/json.ts';
import { ItemReader } from '../../lib/json/list-items.ts';
import { parseOutline } from '../../lib/json/outline.ts';
import { BodyTooLarge } from '../../lib/http/request.ts';
import { partOfHeap } from '../../lib/memory/part-of-heap.ts';
import { release } from '../../lib/memory/release.ts';
import type { RequestOptions } from './client-options.ts';

/** What one answer may take: bytes of text, and bytes of the heap for text and values together. */
export interface ResponseLimit {
  bytes: number;
  heap: number;
}

/** One resource. What is stored must fit when it is restored, too, so this is less than `MAX_OBJECT_BYTES`. */
const SINGLE: ResponseLimit = { bytes: partOfHeap(1 / 12, 96), heap: partOfHeap(1 / 4, 768) };

/** A list, or a page of one: two kinds are listed side by side, and each has its next page on its way. */
export const LIST_LIMIT: ResponseLimit = { bytes: partOfHeap(1 / 36, 12), heap: partOfHeap(1 / 9, 48) };

/** What an error says. */
export const ERROR_LIMIT: ResponseLimit = { bytes: 1024 * 1024, heap: 1024 * 1024 };

/** The same for all of a list of which little is kept, packed and then not. */
const KEPT_BYTES = 2 ** 30;

/** Bytes from which on it is looked at how large values get. */
const COUNTS_FROM = 64 * 1024;

/** So much of a body's beginning is looked at. */
const HEAD_BYTES = 4096;

const inflate = promisify(gunzip);

/** Takes room for bytes of memory. @returns what to wait for before they are used; undefined when nothing */
export type TakeRoom = (bytes: number) => Promise<void> | undefined;

/** The limit for what was asked for. */
export function limitOf(options: RequestOptions): ResponseLimit {
  return options.list === true ? LIST_LIMIT : SINGLE;
}

/**
 * A gzip body as it was before; the compressed one is given back.
 * @throws BodyTooLarge when it would be.
 */
export async function inflateBounded(raw: Buffer, { bytes }: ResponseLimit, take: TakeRoom): Promise<Buffer> {
  // Its size is in its last four bytes. An answer that lies there is inflated to the limit, no further.
  const size = raw.length < 4 ? 0 : raw.readUInt32LE(raw.length - 4);
  if (size > bytes) {
    throw new BodyTooLarge(bytes, raw);
  }
  await take(size);
  try {
    const inflated = (await inflate(raw, { maxOutputLength: bytes })) as Buffer;
    release(raw);
    return inflated;
  } catch (error) {
    throw error instanceof RangeError ? new BodyTooLarge(bytes, raw) : error;
  }
}

/** The text that a body begins with, packed or not. */
export function headText(head: Buffer): string {
  const isPacked = head[0] === 0x1f && head[1] === 0x8b;
  // Without its last eight bytes, which may lie about the rest.
  const plain = isPacked ? gunzipSync(head.subarray(0, -8), { finishFlush: constants.Z_SYNC_FLUSH }) : head;
  return plain.toString('utf8', 0, HEAD_BYTES);
}

/** Reads the items of an answer as it comes, unless it is packed. */
export function itemReaderOf({ keep, part = 1 }: RequestOptions): ItemReader | undefined {
  return keep === undefined ? undefined : new ItemReader(keep, LIST_LIMIT.heap * part);
}

/** Reads the items of a packed answer, piece by piece. @throws BodyTooLarge when there is no end to it */
export async function inflateItems(raw: Buffer, reader: ItemReader): Promise<void> {
  // In the usual small parts a large answer takes several times as long.
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  gunzip.end(raw);
  let inflated = 0;
  for await (const part of gunzip) {
    inflated += (part as Buffer).length;
    if (inflated > KEPT_BYTES) {
      throw new BodyTooLarge(KEPT_BYTES, raw);
    }
    reader.add(part as Buffer);
  }
}

/** A body is nested too deep; `head` is what it begins with. */
export class BodyTooDeep extends Error {
  readonly head: string;

  constructor(text: string, cause: JsonTooDeep) {
    super(cause.message, { cause });
    this.head = text.slice(0, HEAD_BYTES);
  }
}

function parsed(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw error instanceof JsonTooDeep ? new BodyTooDeep(text, error) : error;
  }
}

/** A good answer's body, parsed as the caller wants it, and given back. @throws BodyTooLarge, BodyTooDeep */
export async function jsonOf(body: Buffer, options: RequestOptions, take: TakeRoom): Promise<Json> {
  if (body.length === 0) {
    return null;
  }
  const { heap } = limitOf(options);
  const fitting = (text: string): number => {
    const size = text.length < COUNTS_FROM ? 0 : text.length + heapSizeOf(text);
    if (size > heap) {
      throw new BodyTooLarge(heap, body);
    }
    return size;
  };
  if (options.leave !== undefined) {
    const json = parseOutline(body, options.leave, (text) => {
      fitting(text);
      return parsed(text);
    });
    release(body);
    return json;
  }
  const text = body.toString('utf8');
  await take(fitting(text));
  release(body);
  return parsed(text);
}

/** The JSON that an error's body may be. */
export function parseOrUndefined(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
