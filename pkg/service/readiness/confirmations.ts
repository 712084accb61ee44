import * as z from 'zod';
import { compact } from '../../contract/compact.ts';
import { CONFIRMABLE, type Confirmable } from '../../contract/api/readiness.ts';
import type { StateStore } from '../../lib/state.ts';

const ENTRY = 'readiness.json';

const Confirmation = z.object({
  time: z.iso.datetime(),
  by: z.string().optional(),
  /** Of what was confirmed, so that the confirmation ends when it changes. */
  about: z.string(),
});
export type Confirmation = z.infer<typeof Confirmation>;
export type Confirmations = Partial<Record<Confirmable, Confirmation>>;

const Stored = z.partialRecord(z.enum(CONFIRMABLE), Confirmation);

/**
 * What people have confirmed. It is kept in the state of the installation, next to the signing key, because anyone who
 * can write to the bucket could otherwise confirm it.
 */
export async function readConfirmations(state: StateStore): Promise<Confirmations> {
  return parsed(await state.get(ENTRY));
}

/** Stores what a person confirms. */
export async function confirm(
  state: StateStore,
  line: Confirmable,
  { time, by, about }: { time: Date; by: string | undefined; about: string },
): Promise<void> {
  const given: Confirmation = compact({ time: time.toISOString(), by, about });
  await state.update(ENTRY, (there) => Buffer.from(JSON.stringify({ ...parsed(there), [line]: given })));
}

/** What cannot be read counts as not confirmed. */
function parsed(stored: Buffer | undefined): Confirmations {
  try {
    return Stored.parse(JSON.parse(stored?.toString('utf8') ?? '{}'));
  } catch {
    return {};
  }
}
