import type { Abortable } from '../../lib/abortable.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { ENVELOPE_BYTES } from '../objects/codec.ts';
import { signatureKey, SIGNATURES, SNAPSHOTS } from '../layout.ts';
import { readStatements, type Signed } from './statement.ts';
import { hasCode, valueIf } from '../../lib/expected-errors.ts';

/** The statements in a text about that file of that repository whose signatures are right, anyone who made them. */
export function claimsIn(text: string, repository: string, file: string): Signed[] {
  return readStatements(text).filter((statement) => statement.file === file && statement.repository === repository);
}

/** The same of the signature that is stored for a file; none where there is no signature. */
export async function readClaims(
  store: ObjectStore,
  repository: string,
  file: string,
  { signal }: Abortable = {},
): Promise<Signed[]> {
  return claimsIn(await readSignature(store, signatureKey(file), { signal }), repository, file);
}

/** Keys of the signatures of snapshots, without reading them: all, or those of snapshots behind `after`. */
export async function listSignatures(
  store: ObjectStore,
  { signal, after }: Abortable & { after?: string | undefined },
): Promise<Set<string>> {
  const folder = `${SIGNATURES}${SNAPSHOTS}`;
  const found = new Set<string>();
  const startAfter = after === undefined ? undefined : `${folder}${after}`;
  for await (const { key } of store.list(folder, { signal, startAfter })) {
    found.add(key);
  }
  return found;
}

/** The text of a signature; empty where there is none, or a file that is too large for one. */
export async function readSignature(store: ObjectStore, key: string, { signal }: Abortable): Promise<string> {
  const isNone = hasCode('DK_STORE_NOT_FOUND', 'DK_STORE_TOO_LARGE');
  const bytes = await store.get(key, { signal, maxBytes: ENVELOPE_BYTES }).catch(valueIf(isNone, undefined));
  return bytes?.toString('latin1') ?? '';
}
