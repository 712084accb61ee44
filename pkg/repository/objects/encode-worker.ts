import { parentPort } from 'node:worker_threads';
import { release } from '../../lib/memory/release.ts';
import { encode, type EncodedObject, type EncodeRequest } from './encoder.ts';

/** To the second thread and back, each order with its number. */
export interface Numbered<T> {
  number: number;
  it: T;
}

// Buffers come over as plain arrays of bytes, and go back as such: not copied, and without what is beside them.
parentPort?.on('message', ({ number, it }: Numbered<EncodeRequest>) => {
  const { buffer, byteOffset, byteLength } = it.form.bytes;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const pressed = encode({ ...it, form: { ...it.form, bytes } });
  release(bytes);
  const answer: Numbered<EncodedObject | undefined> = { number, it: pressed };
  parentPort?.postMessage(answer, pressed?.body === undefined ? [] : [pressed.body.buffer as ArrayBuffer]);
});
