import type { SnapshotSummary } from '../../contract/manifest.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';

/** How many signers a finding names. */
const NAMED = 3;

/** A key that signed snapshots, as the history shows it. */
export interface Signer {
  fingerprint: string;
  snapshots: number;
  /** Times of the first and the newest snapshot that it signed. */
  first: string;
  newest: string;
}

/**
 * Who signed how many snapshots and since when, anyone who signed the newest one first; what nobody signed is counted
 * apart.
 */
export function signersOf(summaries: readonly SnapshotSummary[]): { signers: Signer[]; unsigned: number } {
  const signers = new Map<string, Signer>();
  let unsigned = 0;
  for (const { signer, time } of summaries) {
    if (signer === undefined) {
      unsigned++;
      continue;
    }
    const known = signers.get(signer) ?? { fingerprint: signer, snapshots: 0, first: time, newest: time };
    signers.set(signer, {
      fingerprint: signer,
      snapshots: known.snapshots + 1,
      first: time < known.first ? time : known.first,
      newest: time > known.newest ? time : known.newest,
    });
  }
  return { signers: [...signers.values()].sort((a, b) => (a.newest < b.newest ? 1 : -1)), unsigned };
}

/** The first fingerprints, for a sentence. */
export function namedSigners(fingerprints: readonly string[]): string {
  return [...fingerprints.slice(0, NAMED), ...(fingerprints.length > NAMED ? ['…'] : [])].join(', ');
}

/** What to report of snapshots that no trusted key signed; undefined without any. */
export function untrustedFinding(
  summaries: readonly SnapshotSummary[],
): { why: KnownReason; advice: KnownReason } | undefined {
  const untrusted = summaries.filter(({ foreign }) => foreign === true);
  if (untrusted.length === 0) {
    return undefined;
  }
  const { signers } = signersOf(untrusted);
  const listed = namedSigners(signers.map(({ fingerprint }) => fingerprint));
  const count = String(untrusted.length);
  const time = untrusted.map(({ time }) => time).reduce((a, b) => (a > b ? a : b));
  const trust = `dashkeep trust ${signers.length === 1 ? listed : '<fingerprint>'}`;
  return {
    why: reason('snapshots-untrusted', { count, time, signers: listed || 'none' }),
    // Someone may have removed their signatures: then they are not to be deleted.
    advice:
      signers.length === 0
        ? reason('restore-signed', { command: 'dashkeep verify' })
        : reason('trust-or-remove', { trust, command: 'dashkeep keys' }),
  };
}
