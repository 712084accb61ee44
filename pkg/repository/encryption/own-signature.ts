import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import type { Abortable } from '../../lib/abortable.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { ENVELOPE_BYTES } from '../objects/codec.ts';
import type { Repository } from '../repository.ts';
import { sha256Of, STATEMENTS_READ, type Signed } from '../signing/statement.ts';
import { KEYS, signatureKey } from '../layout.ts';
import type { Trust } from '../signing/trust.ts';
import { isKeyFileOf, plainKey, setOf } from './key-files.ts';
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

/** Anyone who can write to the target can add more; those of one key are few. */
const FILES_READ = 16;

/**
 * Whether the target no longer has the key that the local state remembers as stored there: with an age identity alone,
 * nothing can be restored then.
 */
export async function isKeyFileLost(ports: Repository, calls: Abortable): Promise<boolean> {
  const local = await readLocal({ state: ports.trust.keys.state?.store, log: ports.log }, ports.id);
  if (local === undefined) {
    return false;
  }
  const files: string[] = [];
  for await (const { key } of ports.store.list(KEYS, calls)) {
    if (isKeyFileOf(key, local.key.id)) {
      files.push(key);
    }
  }
  if (ports.trust.own === undefined) {
    return files.length === 0;
  }
  const own = (file: string): number => Number(setOf(file) === local.wrappedFor);
  for (const file of files.sort((a, b) => own(b) - own(a)).slice(0, FILES_READ)) {
    if (await isAsSigned({ ...ports, signal: calls.signal }, file)) {
      return false;
    }
  }
  return true;
}

function undefinedIfForeign(error: unknown): undefined {
  if (!(error instanceof DashkeepError) || !['DK_STORE_NOT_FOUND', 'DK_STORE_TOO_LARGE'].includes(error.code)) {
    throw error;
  }
}
