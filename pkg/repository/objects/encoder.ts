import { canonicalForm, type Form } from '../../lib/json/canonical-form.ts';
import { compressNow } from './codec.ts';
import { objectIdOf } from './id.ts';

/** What becomes of a body: everything that takes processor time and no waiting. */
export interface EncodeRequest {
  form: Form;
  /** Key of the object id, as hex; undefined where nothing is encrypted. */
  key: string | undefined;
  /** The object that the resource was before: when it still is that, it need not be compressed. */
  before: string | undefined;
}

export interface EncodedObject {
  /** Id of the object. */
  id: string;
  /** Bytes of its canonical form. */
  bytes: number;
  /** Compressed; undefined when it is the object that was before. */
  body: Uint8Array | undefined;
}

/** Larger bodies are not for the encoder: they are compressed piece by piece, while other work goes on. */
export const MAX_ENCODED_BYTES = 1024 * 1024;

let room: Buffer | undefined;

/** Canonical form, id and compression of a body, in one step; undefined when only the parser can decide the form. */
export function encode({ form, key, before }: EncodeRequest): EncodedObject | undefined {
  room ??= Buffer.allocUnsafeSlow(MAX_ENCODED_BYTES);
  const canonical = canonicalForm(form, room);
  if (canonical === undefined) {
    return undefined;
  }
  const id = objectIdOf(canonical, key);
  return { id, bytes: canonical.length, body: id === before ? undefined : compressNow(canonical) };
}
