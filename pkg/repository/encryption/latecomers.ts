import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { Keyring } from './keyring.ts';

/** Recipients who cannot read all of what new snapshots reuse, and what to do about it; undefined where all can. */
export function latecomerFinding({
  latecomers,
}: Pick<Keyring, 'latecomers'>): { why: KnownReason; advice: KnownReason } | undefined {
  return latecomers.length === 0
    ? undefined
    : {
        why: reason('recipients-added', { recipients: latecomers.join(', ') }),
        advice: reason('rewrap', { command: 'dashkeep repair --rewrap' }),
      };
}
