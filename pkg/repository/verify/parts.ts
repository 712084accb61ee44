import * as z from 'zod';
import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { MAX_RECORD_BYTES } from '../objects/codec.ts';
import { VERIFY_PARTS_KEY } from '../layout.ts';

/** One of that many equal parts of all objects, counted from 1. */
export interface Part {
  number: number;
  of: number;
}

const Stored = z.object({ of: z.int().positive(), next: z.int().nonnegative() });

/** @returns whether an object belongs to one of equal parts of all objects */
export function isInPart({ number, of }: Part, objectId: string): boolean {
  return Number.parseInt(objectId.slice(0, 8), 16) % of === number - 1;
}

/**
 * Which part is due: they take turns, whenever and however often somebody verifies.
 * @returns undefined when that is all of it.
 * @throws DK_USAGE for 0 percent or less
 */
export async function duePart(
  store: ObjectStore,
  percent: number,
  { signal }: Abortable = {},
): Promise<Part | undefined> {
  if (percent >= 100) {
    return undefined;
  }
  if (!(percent > 0)) {
    throw new DashkeepError('DK_USAGE', 'the part to read must be more than 0%');
  }
  const of = Math.ceil(100 / percent);
  try {
    const bytes = await store.get(VERIFY_PARTS_KEY, { signal, maxBytes: MAX_RECORD_BYTES });
    const last = Stored.parse(JSON.parse(bytes.toString('utf8')));
    return { number: (last.of === of ? last.next % of : 0) + 1, of };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DashkeepError && error.code !== 'DK_STORE_NOT_FOUND') {
      throw error;
    }
    return { number: 1, of };
  }
}

/** After a part was read: the next one is due. */
export async function rememberPart(
  store: ObjectStore,
  { number, of }: Part,
  { signal }: Abortable = {},
): Promise<void> {
  const body = Buffer.from(`${JSON.stringify({ of, next: number % of })}\n`);
  await store.put(VERIFY_PARTS_KEY, body, { contentType: 'application/json', transient: true, signal });
}
