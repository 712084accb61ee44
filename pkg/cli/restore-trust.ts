import type { StoredManifest } from '../repository/manifests.ts';
import type { OpenedRepository } from '../repository/repository.ts';
import { assertRestorable } from '../repository/signing/gate.ts';
import { parseFingerprint } from '../repository/signing/trust-state.ts';
import type { CommonFlags } from './config/settings.ts';
import type { World } from './world.ts';

/** Flags that say whom a restore believes. */
export interface TrustFlags extends CommonFlags {
  trust?: string;
  acceptForeign?: boolean;
  confirm?: string;
  apply?: boolean;
}

/** The flags with the key of `--trust` among the trusted ones, so that the repository is opened with it. @throws DK_USAGE */
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

/** Keeps in the state that a person trusts a key. */
export async function keepTrust(repository: OpenedRepository, { trust }: TrustFlags): Promise<void> {
  if (trust !== undefined) {
    await repository.trust.keys.pin(trust, '--trust');
  }
}

/**
 * Asserts, where something is to be written, that the snapshot may be; else says what is to be known about it.
 * @returns what is typed for the plan itself.
 */
export function confirmTrust(
  { log }: World,
  { trust }: OpenedRepository,
  stored: StoredManifest,
  { named, acceptForeign = false, confirm, apply }: TrustFlags & { named: string },
): string | undefined {
  if (apply === true) {
    return assertRestorable(trust, stored, { named, acceptForeign, ...(confirm === undefined ? {} : { confirm }) });
  }
  const { author, manifest } = stored;
  if (!author.trusted) {
    const by = author.signer === undefined ? 'nobody' : author.signer;
    log.warn(
      { snapshot: manifest.id, signer: by },
      'no trusted key has signed this snapshot: applying it will ask for a word',
    );
  }
  return confirm;
}
