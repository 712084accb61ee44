import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { Keyring } from './keyring.ts';

/** Who cannot read what is written, and what to do about it. */
export interface RecipientFinding {
  why: KnownReason;
  advice: KnownReason;
}

/** Recipients who cannot read all of what new snapshots reuse; undefined where all can. */
export function pendingRewrapFinding({ latecomers }: Pick<Keyring, 'latecomers'>): RecipientFinding | undefined {
  return latecomers.length === 0
    ? undefined
    : {
        why: reason('recipients-added', { recipients: latecomers.join(', ') }),
        advice: reason('rewrap', { command: 'dashkeep repair --rewrap' }),
      };
}

/** An identity that cannot read what is written; undefined where it can, or where only recipients were given. */
export function foreignIdentityFinding({
  readsObjects,
  isForOthers,
}: Pick<Keyring, 'readsObjects' | 'isForOthers'>): RecipientFinding | undefined {
  return readsObjects && isForOthers
    ? { why: reason('identity-of-others'), advice: reason('correct-identity') }
    : undefined;
}
