import type { StateStore } from '../lib/state.ts';
import { openConfig } from './config.ts';
import { openKeyring, type Secrets } from './encryption/open-keyring.ts';
import { Repository } from './repository.ts';
import type { RepositoryPorts } from './repository.types.ts';
import { RememberedTarget } from './signing/remembered-target.ts';
import { Trust } from './signing/trust.ts';

export interface OpenOptions extends Secrets, Omit<RepositoryPorts, 'trust'> {
  /** Where keys outlive this process: the repository's, and the one that signs. Without it nothing is signed. */
  state?: StateStore;
  /** Fingerprints of signing keys that are trusted besides those in the state. */
  trustedKeys?: readonly string[];
  /** Make a repository where there is none. */
  create: boolean;
  signal?: AbortSignal;
}

/**
 * Opens the repository in a store.
 * @throws DK_REPOSITORY_MISSING, DK_REPOSITORY_EMPTIED, DK_REPOSITORY_FORMAT, DK_REPOSITORY_FOREIGN, DK_ENCRYPTION; for
 * a writer also DK_REPOSITORY_REPLACED
 */
export async function openRepository(options: OpenOptions): Promise<Repository> {
  const { state, store } = options;
  const remembered = state && (await new RememberedTarget(state, store.description).read());
  const config = await openConfig({ ...options, remembered: remembered?.repository }, options.create);
  const trust = await Trust.open(options, config.id);
  if (options.create) {
    trust.keys.assertRemembered();
  }
  const keyring = await openKeyring({ ...options, trust }, config.id, options, options.create);
  return new Repository({ ...options, trust }, config.id, keyring);
}
