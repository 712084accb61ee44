import { DashkeepError } from '../../contract/errors.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { ENVELOPE_BYTES } from './codec.ts';

const ATTEMPTS = 3;

/** Puts a file and reads it back, again if it came back otherwise. @throws DK_STORE_FAILED */
export async function putWhole(
  store: ObjectStore,
  key: string,
  body: Buffer,
  { contentType = 'application/octet-stream', signal }: { contentType?: string; signal?: AbortSignal },
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await store.put(key, body, { contentType, signal });
    if ((await store.get(key, { signal, maxBytes: body.length + ENVELOPE_BYTES })).equals(body)) {
      return;
    }
  }
  throw new DashkeepError('DK_STORE_FAILED', `${key} has different content when it is read back`);
}
