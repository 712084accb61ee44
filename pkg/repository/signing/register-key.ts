import { DashkeepError } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { CUT_OVER_KEY, publicKeyFile, signatureKey, SIGNATURES, SNAPSHOTS } from '../layout.ts';
import { readClaims } from './claims.ts';
import { listForCutOver, parseCutOver, readCutOver, type CutOver } from './cut-over.ts';
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
 * @param ports.trusted - fingerprints of the keys that are trusted already
 * @param isFirst - whether nothing is signed there yet
 */
export async function registerKey(
  keeper: Keeper,
  { store, log, state, signal, trusted }: RegisterKeyPorts & { trusted: ReadonlySet<string> },
  key: SigningKey,
  isFirst: boolean,
): Promise<void> {
  const trustsOthers = [...trusted].some((fingerprint) => fingerprint !== key.fingerprint);
  if (!isFirst) {
    log.warn(
      { fingerprint: key.fingerprint },
      'this machine signs with a new key: other machines that use this repository treat its snapshots as untrusted ' +
        'until you run `dashkeep trust` with this fingerprint there' +
        (trustsOthers ? '' : '. To use their snapshots here, trust their keys too'),
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

/**
 * Signs the list of what is there unsigned, on a person's word.
 * @param ports.trusted - fingerprints of the keys whose earlier list counts
 * @throws DK_SNAPSHOT_FOREIGN when what an earlier list names has changed since, or no trusted key signed that list
 */
export async function cutOver(
  keeper: Keeper,
  { store, log, trusted, signal }: Omit<RegisterKeyPorts, 'state'> & { trusted: ReadonlySet<string> },
  key: SigningKey,
): Promise<void> {
  const before = await earlierList(keeper, { store, trusted, signal });
  const signed = new Set<string>();
  for await (const { key: name } of store.list(SIGNATURES, { signal })) {
    signed.add(name);
  }
  const { text, snapshots } = await listForCutOver(store, { signal, signed });
  if (text === '') {
    return;
  }
  const changed = [...parseCutOver(Buffer.from(text))].filter(
    ([file, sha256]) => (before.get(file) ?? sha256) !== sha256,
  );
  if (changed.length > 0) {
    const files = changed.map(([file]) => file).join(', ');
    throw new DashkeepError('DK_SNAPSHOT_FOREIGN', `changed since they were trusted as unsigned: ${files}`, {
      advice: reason('restore-listed'),
    });
  }
  const statement = { repository: keeper.repository, file: CUT_OVER_KEY, sha256: sha256Of(text) };
  await keeper.put(CUT_OVER_KEY, text, { signal });
  await keeper.put(signatureKey(CUT_OVER_KEY), signStatement(statement, key), { signal });
  log.info({ snapshots, fingerprint: key.fingerprint }, 'existing unsigned snapshots are now trusted');
}

/** What was listed before; empty where nothing was. */
async function earlierList(
  { repository }: Keeper,
  { store, trusted, signal }: Pick<RegisterKeyPorts, 'store' | 'signal'> & { trusted: ReadonlySet<string> },
): Promise<CutOver> {
  const bytes = await readCutOver(store, { signal });
  if (bytes === undefined) {
    return new Map();
  }
  const sha256 = sha256Of(bytes);
  const claims = await readClaims(store, repository, CUT_OVER_KEY, { signal });
  if (!claims.some((claim) => claim.sha256 === sha256 && trusted.has(claim.signer))) {
    throw new DashkeepError(
      'DK_SNAPSHOT_FOREIGN',
      `no trusted key signed ${CUT_OVER_KEY}, the list of unsigned snapshots`,
      {
        advice: reason('restore-list', { file: CUT_OVER_KEY }),
      },
    );
  }
  return parseCutOver(bytes);
}
