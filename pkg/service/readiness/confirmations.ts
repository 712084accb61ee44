import * as z from 'zod';
import { compact } from '../../contract/compact.ts';
import { CONFIRMABLE, type Confirmable } from '../../contract/api/readiness.ts';
import type { StateStore } from '../../lib/state.ts';

const ENTRY = 'readiness.json';

/** Enough for some years; a Secret has a size limit. */
const KEPT = 60;

const Confirmation = z.object({
  line: z.enum(CONFIRMABLE),
  time: z.iso.datetime(),
  by: z.string().optional(),
  /** Of what was confirmed, so that the confirmation ends when it changes. */
  about: z.string(),
});
export type Confirmation = z.infer<typeof Confirmation>;

/** Those that are in force. */
export type Confirmations = Partial<Record<Confirmable, Omit<Confirmation, 'line'>>>;

const Stored = z.array(Confirmation);

/**
 * What people have confirmed, oldest first. It is kept in the state of the installation, next to the signing key,
 * because anyone who can write to the bucket could otherwise confirm it.
 */
export async function readConfirmations(state: StateStore): Promise<Confirmation[]> {
  return parsed(await state.get(ENTRY));
}

/** The last one of each line. */
export function inForce(confirmations: readonly Confirmation[]): Confirmations {
  return Object.fromEntries(confirmations.map((one) => [one.line, one]));
}

/** Stores what a person confirms. */
export async function confirm(
  state: StateStore,
  line: Confirmable,
  { time, by, about }: { time: Date; by: string | undefined; about: string },
): Promise<void> {
  const given: Confirmation = compact({ line, time: time.toISOString(), by, about });
  await state.update(ENTRY, (there) => Buffer.from(JSON.stringify([...parsed(there), given].slice(-KEPT))));
}

/** What cannot be read counts as not confirmed. */
function parsed(stored: Buffer | undefined): Confirmation[] {
  try {
    return Stored.parse(JSON.parse(stored?.toString('utf8') ?? '[]'));
  } catch {
    return [];
  }
}
