import type { StateStore } from '../lib/state.ts';
import { asDashkeepError } from '../contract/errors.ts';
import { hasCode } from '../lib/expected-errors.ts';
import { openConfig, removeConfig } from './config.ts';
import { assertRecipients } from './encryption/encryption.ts';
import { openKeyring, type Secrets } from './encryption/open-keyring.ts';
import { Repository } from './repository.ts';
import type { RepositoryPorts } from './repository.types.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { refusal } from '../contract/reasons/reason.ts';
import { RememberedTarget } from './signing/remembered-target.ts';
import { sha256Of } from './signing/statement.ts';
import { Trust } from './signing/trust.ts';

export interface OpenOptions extends Secrets, Omit<RepositoryPorts, 'trust'> {
  /** Where keys outlive this process: the repository's, and the one that signs. Without it nothing is signed. */
  state?: StateStore;
  /** Fingerprints of signing keys that are trusted besides those in the state. */
  trustedKeys?: readonly string[];
  /** Make a repository where there is none. */
  create: boolean;
  /** Called before a repository is made where there was none; none is made if it fails. */
  beforeNew?: () => Promise<void>;
  /** For a repository beside another one of this installation: the ID of that one. It must have its own. */
  beside?: string;
  signal?: AbortSignal;
}

/**
 * Opens the repository in a store.
 * @throws DK_REPOSITORY_MISSING, DK_REPOSITORY_EMPTIED, DK_REPOSITORY_FORMAT, DK_REPOSITORY_FOREIGN, DK_ENCRYPTION; for
 * a writer also DK_REPOSITORY_REPLACED
 */
export async function openRepository(options: OpenOptions): Promise<Repository> {
  let made: string | undefined;
  const onNew = async (id: string): Promise<void> => {
    await options.beforeNew?.();
    made = id;
  };
  return open(options, onNew).catch(async (error: unknown) => {
    if (made !== undefined && isOfSettings(error)) {
      // With other settings, the next attempt starts in an empty target again.
      await removeConfig(options, made).catch((failed: unknown) => {
        options.log.debug({ reason: asDashkeepError(failed).message }, 'the new repository could not be removed');
      });
    }
    throw error;
  });
}

/** Whether it says that the target or the encryption is set up in a way that cannot work. */
function isOfSettings(error: unknown): boolean {
  return hasCode('DK_SETTINGS')(error) || hasCode('DK_ENCRYPTION')(error);
}

async function open(options: OpenOptions, onNew: (id: string) => Promise<void>): Promise<Repository> {
  const { state, store } = options;
  const remembered = state && (await new RememberedTarget(state, store.description).read());
  const config = await openConfig({ ...options, remembered: remembered?.repository, onNew }, options.create);
  if (options.beside !== undefined) {
    await assertOwn(options, config.id, remembered?.repository);
  }
  const trust = await Trust.open(options, config.id);
  if (options.create) {
    trust.keys.assertRemembered();
  }
  if (options.create || options.rewraps === true) {
    // Before any notice of what these recipients cannot read.
    assertRecipients(options.recipients ?? []);
  }
  const keyring = await openKeyring({ ...options, trust }, config.id, options, options.create);
  return new Repository({ ...options, trust }, config.id, keyring);
}

/**
 * What is signed in one repository counts in any other with the same ID, and anyone who can write to a bucket can copy
 * that ID. So it belongs to the target where it was first seen, unless a person accepted it elsewhere.
 */
async function assertOwn({ state, store, beside }: OpenOptions, id: string, accepted: string | undefined) {
  const place = sha256Of(store.description);
  const isOther = async (): Promise<boolean> =>
    state !== undefined && (await state.add(`place-${id}`, Buffer.from(place))).toString() !== place && id !== accepted;
  if (id === beside || (await isOther())) {
    const target = store.description;
    throw refusal('DK_REPOSITORY_REPLACED', reason('repository-twin', { target, id }), {
      advice: reason('remove-twin', { target, command: `dashkeep trust --repository ${id}` }),
    });
  }
}
