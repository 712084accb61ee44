import type { Abortable } from '../../lib/abortable.ts';
import { snapshotKey, type NamedKey } from '../layout.ts';
import type { Trust } from '../signing/trust.ts';

/**
 * Of a snapshot that is in the target in both forms, the one that a trusted key signed: the other may be anyone's.
 * Without a request where there is one form.
 */
export async function claimedForm<Key extends NamedKey>(trust: Trust, key: Key, calls: Abortable): Promise<Key> {
  for (const encrypted of key.both === true ? [key.encrypted, !key.encrypted] : []) {
    const file = snapshotKey(key.id, encrypted);
    if (await trust.isClaimed(file, await trust.claims(file, calls), calls)) {
      return { ...key, encrypted };
    }
  }
  return key;
}
