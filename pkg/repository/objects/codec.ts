import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gunzip, gunzipSync, gzip, gzipSync } from 'node:zlib';
import { partOfHeap } from '../../lib/memory/part-of-heap.ts';
import { ownCopy, release } from '../../lib/memory/release.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';

const gzipAsync = promisify(gzip);
const gunzipAsync = promisify(gunzip);

// Who may write to the target must not be able to end this process with a file that inflates.

/** A resource's JSON. The largest dashboards seen are around 20 MB. Its text alone must fit. */
export const MAX_OBJECT_BYTES = partOfHeap(1 / 4, 128);
/**
 * A manifest's JSON, about 350 bytes for each resource: 90 000 of them in a heap of 384 MiB, where text and values must
 * fit.
 */
export const MAX_MANIFEST_BYTES = partOfHeap(1 / 12, 256);
/** Everything small: configuration, sessions, run records, marks. Values may take ten times their text. */
export const MAX_RECORD_BYTES = partOfHeap(1 / 24, 32);
/** What encryption adds at most for a sensible number of recipients, and gzip to what cannot be compressed. */
export const ENVELOPE_BYTES = 1024 * 1024;

/**
 * Up to here the thread pool costs more than it takes off: a dashboard of 30 KB took 0.25 ms of processor time here and
 * 0.5 ms there, and the pool's threads kept their own memory.
 */
const ON_THE_SPOT_BYTES = 128 * 1024;

/**
 * On dashboards of 30 KB it takes half of what level 6 does (0.14 ms, 0.27 ms) and leaves a tenth more, 2.7 KB instead
 * of 2.4.
 */
const LEVEL = 3;

/** Room to compress into: so large that Node gives it its own memory, which is freed as soon as it is read out. */
const CHUNK = Math.max(16 * 1024, Buffer.poolSize / 2);
/** Room to inflate into, at most. */
const LARGEST_CHUNK = 1024 * 1024;

/** Compresses while everything else waits. The result has its own memory. */
export function compressNow(text: string | Buffer): Buffer {
  const room = gzipSync(text, { level: LEVEL, chunkSize: CHUNK });
  const compressed = ownCopy(room);
  release(room);
  return compressed;
}

/** @returns the text as gzip */
export async function compress(text: string | Buffer): Promise<Buffer> {
  return text.length <= ON_THE_SPOT_BYTES ? compressNow(text) : gzipAsync(text, { level: LEVEL });
}

/** The same of a text that comes in parts and is never whole in memory. */
export async function compressParts(parts: Iterable<string>): Promise<Buffer> {
  const gzip = createGzip({ level: LEVEL, chunkSize: CHUNK });
  // What goes wrong reaches anyone who reads the gzip.
  pipeline(Readable.from(parts, { objectMode: false }), gzip, () => undefined);
  const zipped: Buffer[] = [];
  for await (const part of gzip) {
    zipped.push(part as Buffer);
  }
  const whole = Buffer.concat(zipped);
  zipped.forEach(release);
  return whole;
}

/**
 * Inflates to at most `limit` bytes.
 * @throws DashkeepError with the given code when the bytes are not gzip, are cut short or would grow beyond the limit.
 */
export async function inflate(
  bytes: Buffer,
  limit: number,
  code: 'DK_OBJECT_DAMAGED' | 'DK_MANIFEST_DAMAGED' | 'DK_INTEGRITY',
  what: string,
): Promise<Buffer> {
  try {
    const size = inflatedSize(bytes);
    const onTheSpot = bytes.length <= ON_THE_SPOT_BYTES && size <= ON_THE_SPOT_BYTES;
    const options = { maxOutputLength: limit, chunkSize: chunkFor(size) };
    return onTheSpot ? gunzipSync(bytes, options) : await gunzipAsync(bytes, options);
  } catch (cause) {
    const tooBig = cause instanceof RangeError;
    throw tooBig
      ? new DashkeepError(code, `${what} decompresses to more than ${limit} bytes`, {
          cause,
          advice: reason('give-memory'),
        })
      : new DashkeepError(code, `${what} is damaged: it cannot be decompressed`, { cause });
  }
}

/** The same as text. */
export async function inflateText(...given: Parameters<typeof inflate>): Promise<string> {
  return readOut(await inflate(...given));
}

/** The text of what this process compressed itself, while everything else waits. */
export function inflateNow(bytes: Buffer): string {
  return readOut(gunzipSync(bytes, { chunkSize: chunkFor(inflatedSize(bytes)) }));
}

/** The text of what was inflated, whose memory is freed. */
export function readOut(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  release(bytes);
  return text;
}

/** One chunk and no second one to look whether there is more, unless it is large. */
function chunkFor(size: number): number {
  return Math.min(Math.max(CHUNK, size + 1), LARGEST_CHUNK);
}

/** What the last four bytes of a gzip say; a lie only means that a larger body is inflated on the spot. */
function inflatedSize(bytes: Buffer): number {
  return bytes.length < 4 ? 0 : bytes.readUInt32LE(bytes.length - 4);
}
