import type { Log } from '../../contract/ports.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { CUT_OVER_KEY, publicKeyFile, signatureKey, SIGNATURES, SNAPSHOTS } from '../layout.ts';
import { listForCutOver } from './cut-over.ts';
import { publicPem, type SigningKey } from './signing-key.ts';
import { sha256Of, signStatement } from './statement.ts';
import type { TrustState } from './trust-state.ts';

export interface RegisterKeyPorts {
  store: ObjectStore;
  log: Log;
  state: TrustState;
  signal?: AbortSignal;
}

/** What a key needs of the one who keeps the signatures of a repository. */
interface Keeper {
  readonly repository: string;
  /** Puts a text and reads it back. */
  put(key: string, text: string, calls: { signal?: AbortSignal }): Promise<void>;
}

/**
 * Makes a signing key known in a repository, once.
 * @param isFirst - whether nothing is signed there yet
 */
export async function registerKey(
  keeper: Keeper,
  { store, log, state, signal }: RegisterKeyPorts,
  key: SigningKey,
  isFirst: boolean,
): Promise<void> {
  if (!isFirst) {
    log.warn(
      { fingerprint: key.fingerprint },
      'other keys sign in this repository too: their snapshots are foreign here, and new snapshots are foreign to ' +
        'those who trust those keys, unless both sides trust each other (`dashkeep keys`, `dashkeep trust`)',
    );
  } else if (await holdsSnapshots(store, signal)) {
    log.warn(
      {},
      'the existing snapshots are not signed, so they do not count: if they are yours, run `dashkeep trust --unsigned`',
    );
  }
  await keeper.put(publicKeyFile(key.fingerprint), publicPem(key.publicKey), { signal });
  await state.setOwn({ key, established: true });
}

async function holdsSnapshots(store: ObjectStore, signal?: AbortSignal): Promise<boolean> {
  for await (const _ of store.list(SNAPSHOTS, { signal })) {
    return true;
  }
  return false;
}

/** Signs the list of what is there unsigned, on a person's word. */
export async function cutOver(
  keeper: Keeper,
  { store, log, signal }: Omit<RegisterKeyPorts, 'state'>,
  key: SigningKey,
): Promise<void> {
  const signed = new Set<string>();
  for await (const { key: name } of store.list(SIGNATURES, { signal })) {
    signed.add(name);
  }
  const { text, snapshots } = await listForCutOver(store, { signal, signed });
  if (text === '') {
    return;
  }
  const statement = { repository: keeper.repository, file: CUT_OVER_KEY, sha256: sha256Of(text) };
  await keeper.put(CUT_OVER_KEY, text, { signal });
  await keeper.put(signatureKey(CUT_OVER_KEY), signStatement(statement, key), { signal });
  log.info({ snapshots, fingerprint: key.fingerprint }, 'existing unsigned snapshots are now trusted');
}
