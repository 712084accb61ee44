import { DashkeepError } from '../../contract/errors.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { SnapshotSummary } from '../../contract/manifest.ts';
import type { StoredManifest } from '../snapshots/manifests.ts';
import type { Trust } from './trust.ts';

type Signed = Pick<StoredManifest, 'manifest' | 'author'>;

/** What a person said about a snapshot that no trusted key has signed. */
export interface Acceptance {
  /** How they named the snapshot. */
  named: string;
  acceptForeign: boolean;
  /** What they typed. */
  confirm?: string;
}

/**
 * Asserts that a snapshot may be written into Grafana: a trusted key has signed it, or a person has named it in full,
 * said that a foreign one is meant, and typed its id.
 * @returns what was typed besides the id of a foreign one, for anyone who asks for more.
 * @throws DK_SNAPSHOT_FOREIGN, DK_CONFIRMATION
 */
export function assertRestorable(
  trust: Trust,
  { manifest, author }: Signed,
  { named, acceptForeign, confirm }: Acceptance,
): string | undefined {
  if (author.trusted) {
    return confirm;
  }
  const { id } = manifest;
  if (!acceptForeign || named !== id) {
    throw foreign(trust, { manifest, author });
  }
  if (confirm !== id && confirm?.startsWith(`${id} `) !== true) {
    throw new DashkeepError('DK_CONFIRMATION', `${id} is untrusted: type its ID to restore it`, {
      advice: reason('confirm-foreign', { id }),
    });
  }
  return confirm === id ? undefined : confirm.slice(id.length + 1);
}

/** Asserts that a snapshot counts, for what is tried out without a person's word. @throws DK_SNAPSHOT_FOREIGN */
export function assertCounts(trust: Trust, stored: Signed): void {
  if (!trust.counts(stored.author)) {
    throw foreign(trust, stored);
  }
}

/**
 * Asserts that a trusted key signed any of the snapshots, for what is looked up in those alone.
 * @throws DK_SNAPSHOT_FOREIGN if there are snapshots, and no trusted key signed one
 */
export function assertAnyCounts(snapshots: readonly Pick<SnapshotSummary, 'foreign'>[]): void {
  if (snapshots.length > 0 && snapshots.every(({ foreign }) => foreign === true)) {
    throw new DashkeepError('DK_SNAPSHOT_FOREIGN', 'no trusted key signed any of the snapshots', {
      advice: reason('look-up-signers', { command: 'dashkeep keys', trust: 'dashkeep trust <fingerprint>' }),
    });
  }
}

/** That no trusted key signed a snapshot, with the key that did; undefined where a trusted key signed it. */
export function untrustedReason({ author: { trusted, signer } }: Signed): KnownReason | undefined {
  return trusted ? undefined : reason('snapshot-untrusted', { signer: signer ?? 'none' });
}

function foreign(trust: Trust, { manifest: { id }, author }: Signed): DashkeepError {
  const command = `dashkeep restore ${id} --accept-foreign --confirm ${id}`;
  if (author.signer !== undefined && trust.standing === 'first-contact') {
    return new DashkeepError(
      'DK_SNAPSHOT_FOREIGN',
      `${id} is signed by ${author.signer}, and this machine does not trust that key yet`,
      { advice: reason('compare-fingerprint', { command: 'dashkeep keys', signer: author.signer }) },
    );
  }
  if (author.signer !== undefined) {
    return new DashkeepError(
      'DK_SNAPSHOT_FOREIGN',
      `${id} is untrusted: it is signed only by ${author.signer}, which is not trusted here`,
      { advice: reason('trust-signer', { trust: `dashkeep trust ${author.signer}`, command }) },
    );
  }
  const why = author.mismatch ? 'it does not match its signature' : 'its signature is missing';
  return new DashkeepError('DK_SNAPSHOT_FOREIGN', `${id} is untrusted: ${why}`, {
    advice: reason('accept-unsigned', { command }),
  });
}
