import * as z from 'zod';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import { sha256Of } from '../signing/statement.ts';
import type { TrustState } from '../signing/trust-state.ts';

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

/** Where the turn is kept; not in the repository, where anyone who can write to it could have a part left out. */
export interface TurnPorts {
  state: TrustState | undefined;
  clock: Clock;
  log: Log;
}

/**
 * Which part is due: they take turns, whenever and however often somebody verifies here. Where nothing can be kept, it
 * is any of them.
 * @returns undefined when that is all of it.
 * @throws DK_USAGE for 0 percent or less
 */
export async function duePart({ state, clock }: TurnPorts, percent: number): Promise<Part | undefined> {
  if (percent >= 100) {
    return undefined;
  }
  if (!(percent > 0)) {
    throw new DashkeepError('DK_USAGE', 'the part to read must be more than 0%');
  }
  const of = Math.ceil(100 / percent);
  if (state === undefined) {
    return { number: (Number.parseInt(sha256Of(clock.now().toISOString()).slice(0, 8), 16) % of) + 1, of };
  }
  const last = parse(await state.readTurn());
  return { number: (last?.of === of ? last.next % of : 0) + 1, of };
}

/** After a part was read: the next one is due. Failing that is a warning, for what was found matters more. */
export async function rememberPart({ state, log }: TurnPorts, { number, of }: Part): Promise<void> {
  try {
    await state?.setReadTurn(Buffer.from(JSON.stringify({ of, next: number % of })));
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'the part that was read cannot be stored, so it is read once more next time');
  }
}

function parse(bytes: Buffer | undefined): z.output<typeof Stored> | undefined {
  try {
    return bytes && Stored.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}
