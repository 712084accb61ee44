import type { Abortable } from '../../lib/abortable.ts';
import { mapConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { KEYS } from '../layout.ts';
import { namedSigners } from '../signing/signers.ts';
import type { Trust } from '../signing/trust.ts';
import { isKeyFile } from './key-files.ts';

const FILES_AT_ONCE = 8;

/**
 * Who says that they signed the key of a repository. Anyone who can write to the target can say so, and nothing but the
 * signatures is read.
 */
export async function keySigners(
  { store, trust }: { store: ObjectStore; trust: Trust },
  calls: Abortable,
): Promise<Set<string>> {
  const files: string[] = [];
  for await (const { key } of store.list(KEYS, calls)) {
    if (isKeyFile(key)) {
      files.push(key);
    }
  }
  const claims = await mapConcurrently(FILES_AT_ONCE, files, (file) => trust.claims(file, calls), calls.signal);
  return new Set(claims.flat().map(({ signer }) => signer));
}

/** Nothing may be written under a key that only these signed. */
export function untrustedKey(signers: readonly string[]): DashkeepError {
  const why = 'no trusted key signed the key of this repository';
  if (signers.length === 0) {
    const advice = reason('look-up-signers', { command: 'dashkeep keys', trust: 'dashkeep trust <fingerprint>' });
    return new DashkeepError('DK_ENCRYPTION', why, { advice });
  }
  const trust = `dashkeep trust ${signers.length === 1 ? signers[0] : '<fingerprint>'}`;
  return new DashkeepError('DK_ENCRYPTION', `${why}, only ${namedSigners(signers)}`, {
    advice: reason('trust-key-signer', { trust }),
  });
}
