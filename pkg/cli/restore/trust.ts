import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { Abortable } from '../../lib/abortable.ts';
import type { StoredManifest } from '../../repository/snapshots/manifests.ts';
import type { Repository } from '../../repository/repository.ts';
import { keySigners } from '../../repository/encryption/key-signers.ts';
import { assertRestorable } from '../../repository/signing/acceptance.ts';
import { signersOf } from '../../repository/signing/signers.ts';
import { parseFingerprint } from '../../repository/signing/trust-state.ts';
import { askOnTerminal, isTerminal } from '../prompt.ts';
import type { CommonFlags } from '../config/settings.ts';
import type { CliContext } from '../context.ts';

/** Flags that say whom a restore believes. */
export interface TrustFlags extends CommonFlags {
  trust?: string;
  acceptForeign?: boolean;
  confirm?: string;
  apply?: boolean;
}

/**
 * The flags with the key of `--trust` among the trusted ones, so that the repository is opened with it. @throws
 * DK_USAGE
 */
export function withTrust<F extends TrustFlags>(flags: F): F {
  if (flags.trust === undefined) {
    return flags;
  }
  const trust = parseFingerprint(flags.trust);
  return {
    ...flags,
    trust,
    trustedKeys: [...(flags.trustedKeys === undefined ? [] : [flags.trustedKeys]), trust].join(),
  };
}

/** @throws DK_USAGE when `--trust` names a key that signed no snapshot here, DK_REPOSITORY_REPLACED */
export async function assertSigner(
  repository: Repository,
  { trust }: TrustFlags,
  { signal }: Abortable,
): Promise<void> {
  if (trust === undefined) {
    return;
  }
  repository.trust.keys.assertRemembered();
  const { signers } = signersOf(await repository.snapshots({ whole: true, signal }));
  if (!signers.some(({ fingerprint }) => fingerprint === trust)) {
    if ((await keySigners(repository, { signal })).has(trust)) {
      throw new DashkeepError('DK_USAGE', `--trust: ${trust} has signed this repository’s key, but no snapshot`, {
        advice: reason('trust-key-signer', { trust: `dashkeep trust ${trust}` }),
      });
    }
    throw new DashkeepError('DK_USAGE', `--trust: no snapshot in this repository is signed by ${trust}`, {
      advice: reason('look-up-fingerprint', { command: 'dashkeep keys' }),
    });
  }
}

/** Keeps in the state that a person trusts a key with which something is to be applied: a plan changes nothing. */
export async function keepTrust(repository: Repository, { trust, apply }: TrustFlags): Promise<void> {
  if (trust !== undefined && apply === true) {
    await repository.trust.keys.pin(trust, '--trust');
  }
}

/** What is typed to trust a key on first contact. */
const TRUST_WORD = 'trust';

/**
 * Asks anyone who sits at a terminal whether the key of a snapshot is to be trusted, where one is to be applied and
 * nothing here says yet whose key is right.
 * @returns the fingerprint when it is; the repository has to be opened with it. Undefined where nothing was asked.
 * @throws DK_SNAPSHOT_FOREIGN when something else was typed.
 */
export async function askTrust(
  context: CliContext,
  repository: Repository,
  stored: StoredManifest,
  flags: TrustFlags & { named: string; json?: boolean },
): Promise<string | undefined> {
  const { trust } = repository;
  const { author, manifest } = stored;
  const asks = flags.apply === true && flags.acceptForeign !== true && flags.json !== true && isTerminal(context);
  const { signer } = author;
  const isAsked = signer !== undefined && trust.standing === 'first-contact' && !trust.keys.isRemoved(signer);
  if (!asks || author.trusted || !isAsked) {
    return undefined;
  }
  const { signers } = signersOf(await repository.snapshots({ whole: true, signal: context.signal }));
  const lines = signers.map(
    ({ fingerprint, snapshots, first, newest }) =>
      `  ${fingerprint}  snapshots: ${snapshots}, first ${first}, newest ${newest}`,
  );
  const question = [
    'This machine does not trust any key for this repository yet. These keys signed snapshots, according to an',
    'unverified index: anyone who can write to the target can forge it.',
    ...lines,
    `${manifest.id} is signed by ${signer}. Compare this fingerprint with the one that you wrote down,`,
    'or that `dashkeep keys` prints on the machine that creates the backups.',
    `Type '${TRUST_WORD}' to trust this key from now on: `,
  ].join('\n');
  const typed = await askOnTerminal(context, question);
  if (typed !== undefined && typed !== TRUST_WORD) {
    // Says what to do instead.
    assertRestorable(trust, stored, { named: flags.named, acceptForeign: false });
  }
  return typed === TRUST_WORD ? signer : undefined;
}

/**
 * Asserts, where something is to be written, that the snapshot may be; else says what is to be known about it.
 * @returns what is typed for the plan itself.
 */
export function confirmTrust(
  { log }: CliContext,
  { trust }: Repository,
  stored: StoredManifest,
  { named, acceptForeign = false, confirm, apply }: TrustFlags & { named: string },
): string | undefined {
  if (apply === true) {
    return assertRestorable(trust, stored, compact({ named, acceptForeign, confirm }));
  }
  const { author, manifest } = stored;
  if (!author.trusted) {
    const by = author.signer === undefined ? 'no one' : author.signer;
    log.warn(
      { snapshot: manifest.id, signer: by },
      'no trusted key signed this snapshot, so --apply requires a confirmation',
    );
  }
  return confirm;
}
