import {
  armored,
  assertPassphrase,
  parseIdentityFile,
  sealWithPassphrase,
} from '../../repository/encryption/encryption.ts';
import type { Repository } from '../../repository/repository.ts';
import type { Caller } from '../organizations/caller.ts';
import { kitFacts, type KitParts, type SealedSecret } from './facts.ts';
import { kitPage } from './page.ts';

export interface KitOptions {
  /** Undefined for the whole installation. */
  caller?: Caller | undefined;
  /** People to contact, one per line. */
  contacts?: readonly string[];
  /** Adds the private keys of this installation, encrypted with it. */
  passphrase?: string | undefined;
}

/** Creates the recovery kit: a file to store outside the cluster. */
export class RecoveryKit {
  readonly #parts: KitParts;

  constructor(parts: KitParts) {
    this.#parts = parts;
  }

  /**
   * The kit in HTML.
   * @throws DK_UNCONFIGURED, DK_REPOSITORY_MISSING, DK_STORE_…; DK_ENCRYPTION for a passphrase that is too short
   */
  async html({ caller, contacts = [], passphrase }: KitOptions, signal: AbortSignal): Promise<string> {
    const sealed = passphrase === undefined ? [] : await this.#sealed(passphrase, signal);
    return kitPage(await kitFacts(this.#parts, { caller, contacts, sealed }, signal));
  }

  async #sealed(passphrase: string, signal: AbortSignal): Promise<SealedSecret[]> {
    assertPassphrase(passphrase);
    const { settings, repositoryCache, secondCopy } = this.#parts;
    const { ageIdentity = '' } = (await settings.effective()).secrets;
    const identities = parseIdentityFile(ageIdentity);
    const ownEntry = async ({ trust }: Repository) => trust.keys.state?.ownEntry();
    const own = await repositoryCache.read(signal, ownEntry);
    // The page says when the copy cannot be read.
    const ofCopy = secondCopy.isSet ? await secondCopy.read(signal, ownEntry).catch(() => undefined) : undefined;
    const secrets: [name: string, content: Buffer][] = [];
    if (identities.length > 0) {
      secrets.push(['identity.txt', Buffer.from(`${identities.join('\n')}\n`)]);
    }
    for (const entry of [own, ofCopy]) {
      if (entry !== undefined) {
        secrets.push([entry.name, entry.bytes]);
      }
    }
    return Promise.all(
      secrets.map(async ([name, content]) => ({ name, text: armored(await sealWithPassphrase(content, passphrase)) })),
    );
  }
}
