import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import type { Abortable } from '../../lib/abortable.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { signatureKey } from '../layout.ts';
import { ENVELOPE_BYTES } from '../objects/codec.ts';
import type { Repository } from '../repository.ts';
import { sha256Of, STATEMENTS_READ, type Signed } from '../signing/statement.ts';
import type { Trust } from '../signing/trust.ts';
import { keyFileOf, plainKey } from './key-files.ts';
import type { RepositoryKey } from './keyring.ts';
import { readLocal } from './local-key.ts';

interface Ports {
  store: ObjectStore;
  trust: Trust;
  log: Log;
  signal?: AbortSignal;
}

/**
 * Whether a key file is, byte for byte, as someone trusted wrote it: what another one put in its place, no one could
 * restore with.
 * @param key - what it is to hold; if given, a file that someone else wrote is signed here too, once
 */
export async function isAsSigned(ports: Ports, name: string, key?: RepositoryKey): Promise<boolean> {
  const { store, trust, signal } = ports;
  const bytes = await store.get(name, { signal, maxBytes: ENVELOPE_BYTES }).catch(undefinedIfForeign);
  const claims = bytes && (await trust.claims(name, { signal }));
  if (!claims || !(await trust.author(name, bytes, claims, { signal })).trusted) {
    return false;
  }
  if (key !== undefined) {
    await sign(ports, { name, bytes, claims }, key);
  }
  return true;
}

/**
 * A key that replaced the first signer's signs the file too: anyone who trusts only that one, and finds its snapshots
 * alone, could not write under the key otherwise. Only what a trusted key signed is signed: this name, these bytes and
 * this content. The same content can be encrypted for others by anyone who can read it.
 */
async function sign(
  { trust, log, signal }: Ports,
  { name, bytes, claims }: { name: string; bytes: Buffer; claims: readonly Signed[] },
  key: RepositoryKey,
): Promise<void> {
  const plain = plainKey(key);
  const [sha256, content] = [sha256Of(bytes), sha256Of(plain)];
  const signers = claims
    .filter((claim) => claim.sha256 === sha256 && claim.content === content)
    .map(({ signer }) => signer);
  const isTrusted = (signer: string): boolean => trust.keys.trusted.has(signer);
  const own = signers.some(isTrusted) ? await trust.signing.signer({ signal }) : undefined;
  if (own === undefined || signers.includes(own.fingerprint)) {
    return;
  }
  // No more than these are read: anyone who can write there can add some, but not in place of those that are trusted.
  const others = claims
    .filter(({ signer }) => signer !== own.fingerprint)
    .sort((a, b) => Number(isTrusted(b.signer)) - Number(isTrusted(a.signer)))
    .slice(0, STATEMENTS_READ - 1)
    .map(({ text }) => text);
  try {
    const statement = await trust.signing.statement(name, bytes, plain, { signal });
    await trust.signing.put(signatureKey(name), [statement, ...others].join(''), { signal });
  } catch (error) {
    signal?.throwIfAborted();
    log.warn({ file: name, reason: reasonOf(error) }, 'the key of this repository cannot be signed with the key here');
  }
}

/**
 * Whether the target no longer has the file with the key that the local state remembers as stored there: nothing could
 * be restored with an age identity alone. A file for earlier recipients is no substitute.
 */
export async function isKeyFileLost({ id, store, trust, log }: Repository, { signal }: Abortable): Promise<boolean> {
  const local = await readLocal({ state: trust.keys.state?.store, log }, id);
  if (local === undefined) {
    return false;
  }
  const name = keyFileOf(local.key.id, local.wrappedFor);
  return trust.own === undefined
    ? (await store.head(name, { signal })) === undefined
    : !(await isAsSigned({ store, trust, log, signal }, name));
}

function undefinedIfForeign(error: unknown): undefined {
  if (!(error instanceof DashkeepError) || !['DK_STORE_NOT_FOUND', 'DK_STORE_TOO_LARGE'].includes(error.code)) {
    throw error;
  }
}
