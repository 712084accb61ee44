import type { Log } from '../../contract/ports.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { CUT_OVER_KEY, publicKeyFile, signatureKey, SIGNATURES } from '../layout.ts';
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
 * Makes a signing key known in a repository, once. Where nothing is signed yet, what is there already is trusted from
 * now on: the list of it is signed. Not where this state signed for another repository at the same target: then
 * somebody has exchanged it.
 * @returns whether there is a list now.
 */
export async function registerKey(
  keeper: Keeper,
  { store, log, state, signal }: RegisterKeyPorts,
  key: SigningKey,
  isFirst: boolean,
): Promise<{ listed: boolean }> {
  const before = await state.repositoryAt(store.description);
  const isExchanged = before !== undefined && before !== keeper.repository;
  const listed = isFirst && !isExchanged && (await cutOver(keeper, { store, log, signal }, key));
  if (isFirst && isExchanged) {
    log.warn(
      { before, repository: keeper.repository },
      'this is not the repository that this machine signed for at this target before: its snapshots stay foreign',
    );
  } else if (!isFirst) {
    log.warn(
      { key: key.fingerprint },
      'other keys sign in this repository too: their snapshots are foreign here, and new snapshots are foreign to ' +
        'those who trust those keys, unless both sides trust each other (`dashkeep keys`, `dashkeep trust`)',
    );
  }
  await keeper.put(publicKeyFile(key.fingerprint), publicPem(key.publicKey), { signal });
  await state.setOwn({ key, established: true });
  await state.rememberTarget(store.description);
  return { listed };
}

/** Signs the list of what is there. @returns false when that is nothing. */
export async function cutOver(
  keeper: Keeper,
  { store, log, signal }: Omit<RegisterKeyPorts, 'state'>,
  key: SigningKey,
): Promise<boolean> {
  const signed = new Set<string>();
  for await (const { key: name } of store.list(SIGNATURES, { signal })) {
    signed.add(name);
  }
  log.info({}, 'existing snapshots are read, listed and signed once');
  const { text, snapshots } = await listForCutOver(store, { signal, signed });
  if (text === '') {
    return false;
  }
  const statement = { repository: keeper.repository, file: CUT_OVER_KEY, sha256: sha256Of(text) };
  await keeper.put(CUT_OVER_KEY, text, { signal });
  await keeper.put(signatureKey(CUT_OVER_KEY), signStatement(statement, key), { signal });
  log.warn(
    { snapshots, key: key.fingerprint },
    'existing unsigned snapshots are now trusted: they are older than signatures, and ' +
      'their author cannot be verified. New snapshots are signed',
  );
  return true;
}
