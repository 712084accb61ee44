import { promisify } from 'node:util';
import { inflate, type ZlibOptions } from 'node:zlib';
import { DashkeepError } from '../../contract/errors.ts';
import { partOfHeap } from '../../lib/memory/part-of-heap.ts';

/** Most of a pack, which is held in memory. */
export const MAX_PACK_BYTES = partOfHeap(1 / 6, 256);
/** Most of one file in it, which is held in memory too. */
const MAX_FILE_BYTES = partOfHeap(1 / 16, 64);
/** Most of what deltas make, together: the library keeps it. */
const MAX_DELTAS_BYTES = partOfHeap(1 / 2, 256);
const MAX_OBJECTS = 500_000;
/** Most of all files together; they are not in memory together, but each has to be read. */
const MAX_FILES_BYTES = 1024 ** 3;
const HEADER_BYTES = 12;
const OID_BYTES = 20;
const [OFS_DELTA, REF_DELTA] = [6, 7];

interface Inflated {
  buffer: Buffer;
  /** Knows how much it took of what it was given. Source: https://nodejs.org/api/zlib.html#class-options */
  engine: { bytesWritten: number };
}

const inflated = promisify(inflate) as unknown as (data: Buffer, options: ZlibOptions) => Promise<Inflated>;

/**
 * Makes sure that the objects of a pack fit into memory, before anything else reads it: anyone who can push may have
 * compressed them well. Source of the format: https://git-scm.com/docs/gitformat-pack
 * @throws DK_MIRROR_FAILED
 */
export async function assertPackFits(pack: Buffer, signal: AbortSignal): Promise<void> {
  let offset = HEADER_BYTES;
  let [total, deltas] = [0, 0];
  const objects = pack.readUInt32BE(8);
  if (objects > MAX_OBJECTS) {
    throw tooLarge();
  }
  for (let left = objects; left > 0; left--) {
    signal.throwIfAborted();
    const type = ((pack[offset] ?? 0) >> 4) & 7;
    const { size, end } = readSize(pack, offset, 4);
    assertFits(size);
    const start = type === REF_DELTA ? end + OID_BYTES : type === OFS_DELTA ? skipNumber(pack, end) : end;
    const { buffer, engine } = await inflated(pack.subarray(start), { maxOutputLength: size + 1, info: true });
    const made = type === OFS_DELTA || type === REF_DELTA ? sizeOfDelta(buffer) : size;
    assertFits(made);
    total += size + made;
    deltas += type === OFS_DELTA || type === REF_DELTA ? made : 0;
    if (total > MAX_FILES_BYTES || deltas > MAX_DELTAS_BYTES) {
      throw tooLarge();
    }
    offset = start + engine.bytesWritten;
  }
}

function tooLarge(): DashkeepError {
  return new DashkeepError('DK_MIRROR_FAILED', 'the Git repository is too large for a mirror: use a separate one');
}

function assertFits(bytes: number): void {
  if (bytes > MAX_FILE_BYTES) {
    const [size, most] = [bytes, MAX_FILE_BYTES].map((one) => `${Math.ceil(one / 1024 ** 2)} MiB`);
    throw new DashkeepError(
      'DK_MIRROR_FAILED',
      `the Git repository contains a file of ${size}, more than the ${most} that fit into memory: use a separate repository, or remove the file`,
    );
  }
}

/** What a delta makes: the second number in it. */
function sizeOfDelta(delta: Buffer): number {
  return readSize(delta, readSize(delta, 0, 7).end, 7).size;
}

/** A number whose first byte gives some bits, and each following one seven more. */
function readSize(bytes: Buffer, offset: number, firstBits: number): { size: number; end: number } {
  let [at, bits] = [offset, firstBits];
  let byte = bytes.readUInt8(at++);
  let size = byte & (2 ** firstBits - 1);
  while (byte >= 0x80) {
    byte = bytes.readUInt8(at++);
    size += (byte & 0x7f) * 2 ** bits;
    bits += 7;
  }
  return { size, end: at };
}

function skipNumber(bytes: Buffer, offset: number): number {
  let at = offset;
  while (bytes.readUInt8(at) >= 0x80) {
    at++;
  }
  return at + 1;
}
