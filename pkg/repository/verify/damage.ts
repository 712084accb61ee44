import * as z from 'zod';
import { compact } from '../../contract/compact.ts';
import { reasonOf } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import type { TrustState } from '../signing/trust-state.ts';

/** Enough to make verifications fail until all is repaired, and little in a Secret. */
const MOST = 1000;

const Damage = z.object({
  /** The verification that found it. */
  run: z.string(),
  /** IDs of the objects. */
  objects: z.array(z.string()),
  /** IDs of the snapshots whose manifests are damaged. */
  manifests: z.array(z.string()).optional(),
});
export type Damage = z.infer<typeof Damage>;

/** What the last verification here found damaged; undefined where none is known. */
export async function knownDamage(state: TrustState | undefined): Promise<Damage | undefined> {
  try {
    const bytes = await state?.damage();
    return bytes && Damage.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}

/**
 * Keeps what a verification found. Not only in the repository, where anyone who can write to it could hide that record
 * behind others. A failure is only a warning: the result matters more.
 */
export async function rememberDamage(
  { state, log }: { state: TrustState | undefined; log: Log },
  { run, objects, manifests }: Damage,
): Promise<void> {
  try {
    const kept: Damage = { run, objects: objects.slice(0, MOST), ...compact({ manifests: manifests?.slice(0, MOST) }) };
    await state?.setDamage(Buffer.from(JSON.stringify(kept)));
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'the list of damaged objects cannot be stored in the state');
  }
}
