import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { SnapshotSummary } from '../../contract/manifest.ts';
import { timeOfId } from '../layout.ts';
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

/** For how long a service warns that all recipients were replaced, in milliseconds. */
const REPLACED_MS = 7 * 24 * 3_600_000;

/** What is said after a backup for other recipients than all earlier ones. */
export const REPLACED: RecipientFinding = { why: reason('recipients-replaced'), advice: reason('same-recipients') };

/** Said after a run that wrote the file with the key again. */
const KEY_RESTORED: RecipientFinding = { why: reason('key-restored'), advice: reason('find-remover') };

/** Said before that. */
export const KEY_LOST: RecipientFinding = { why: reason('key-lost'), advice: reason('find-remover') };

/** What a person must hear of immediately: somebody may have done it on purpose. */
export const ALARMING: readonly RecipientFinding[] = [REPLACED, KEY_RESTORED, KEY_LOST];

/** What a run says that wrote the file with the key again. */
export function restoredFinding({ tookBack }: Pick<Keyring, 'tookBack'>): RecipientFinding | undefined {
  return tookBack() ? KEY_RESTORED : undefined;
}

/**
 * Recipients of whom none can read the earlier snapshots; undefined where one can, or a week later.
 * @param successor - ID of the key that replaced another one, for these recipients
 * @param newest - the newest snapshot; its key may have been made while it was, after its ID
 */
export function replacedFinding(
  successor: string | undefined,
  newest: Pick<SnapshotSummary, 'time'> | undefined,
  now: Date,
): RecipientFinding | undefined {
  if (successor === undefined || newest === undefined) {
    return undefined;
  }
  const since = timeOfId(successor).getTime();
  return Date.parse(newest.time) >= since && now.getTime() - since < REPLACED_MS ? REPLACED : undefined;
}
