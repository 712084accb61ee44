import * as z from 'zod';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { Abortable } from '../../lib/abortable.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type { Keyring } from '../encryption/keyring.ts';
import { noteKey, parseNoteKey } from '../layout.ts';
import { claimsIn } from '../signing/claims.ts';
import type { Signed } from '../signing/statement.ts';
import type { Trust } from '../signing/trust.ts';
import { putWhole } from '../objects/put-whole.ts';

/** A note about a snapshot, or one hold of it, as it is stored. */
export const Annotation = z.object({
  format: z.literal(1),
  snapshot: z.string(),
  note: z.string(),
  by: z.string().optional(),
  time: z.iso.datetime(),
  /** Of a hold that ends by itself. */
  until: z.iso.datetime().optional(),
  /** Of a hold that someone ended. */
  released: z.object({ by: z.string().optional(), time: z.iso.datetime() }).optional(),
  /** Of a hold: the signature of the manifest, so that the manifest can be put back with it. */
  manifestSignature: z.string().optional(),
});
export type Annotation = z.infer<typeof Annotation>;

/** More than a note, who wrote it, and two signatures take: many are read at the same time, and all are kept. */
const MOST_BYTES = 64 * 1024;

export interface AnnotationPorts {
  store: ObjectStore;
  keyring: Keyring;
  trust: Trust;
  log: Log;
}

/** An annotation as it was read, with the statements about its text. */
export interface ReadAnnotation {
  content: Annotation;
  text: string;
  claims: readonly Signed[];
}

/** @returns undefined when it is gone, damaged, or not readable here. @throws DK_STORE_… */
export async function readAnnotation(
  { store, keyring, trust, log }: AnnotationPorts,
  key: string,
  { signal }: Abortable,
): Promise<ReadAnnotation | undefined> {
  try {
    const bytes = await store.get(key, { signal, maxBytes: MOST_BYTES });
    const plain = key.endsWith('.age') ? await keyring.opener.open(bytes, 'DK_INTEGRITY', key) : bytes;
    const { signature, ...file } = JSON.parse(plain.toString('utf8')) as Record<string, unknown>;
    const content = Annotation.parse(file);
    if (content.snapshot !== parseNoteKey(key)?.id) {
      throw new DashkeepError('DK_INTEGRITY', `${key} belongs to another snapshot`);
    }
    const statement = typeof signature === 'string' ? signature : '';
    return { content, text: JSON.stringify(file), claims: claimsIn(statement, trust.keys.repository, key) };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DashkeepError && error.code.startsWith('DK_STORE')) {
      if (!['DK_STORE_NOT_FOUND', 'DK_STORE_TOO_LARGE'].includes(error.code)) {
        throw error;
      }
      return undefined;
    }
    log.warn({ object: key }, 'a note about a snapshot cannot be read');
    return undefined;
  }
}

/**
 * Signs an annotation and writes it. Its signature is part of it, so that it is never that of another state.
 * @throws DK_SETTINGS where no signing key can be kept
 */
export async function writeAnnotation(
  { store, keyring, trust }: AnnotationPorts,
  content: Annotation,
  hold: string | undefined,
  { signal }: Abortable,
): Promise<void> {
  const key = noteKey(content.snapshot, hold, keyring.encrypted);
  const file = Annotation.parse(content);
  const signature = await trust.signing.statement(key, JSON.stringify(file), undefined, { signal });
  if (signature === undefined) {
    throw new DashkeepError('DK_SETTINGS', 'there is no place to store a signing key', {
      advice: reason('set-state-directory'),
    });
  }
  const body = await keyring.sealMetadata(Buffer.from(`${JSON.stringify(compact({ ...file, signature }))}\n`));
  await putFile(store, key, body, { signal });
}

/** Puts a file, and reads it back. @throws DK_STORE_FAILED */
export function putFile(store: ObjectStore, key: string, body: Buffer, { signal }: Abortable): Promise<void> {
  const contentType = key.endsWith('.json') ? 'application/json' : undefined;
  return putWhole(store, key, body, { ...compact({ contentType }), signal });
}
