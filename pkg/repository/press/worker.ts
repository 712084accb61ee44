import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import { press, type Pressed, type PressOrder } from './press.ts';

/** To the second thread and back, each order with its number. */
export interface Numbered<T> {
  number: number;
  it: T;
}

/** After so many bodies what they left is freed. Left alone, Node 24 keeps 20 MB more of it before it thinks of that. */
const FREED_AFTER = 200;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
let done = 0;

// Buffers come over as plain arrays of bytes, and go back as such: not copied, and without what lies beside them.
parentPort?.on('message', ({ number, it }: Numbered<PressOrder>) => {
  const { buffer, byteOffset, byteLength } = it.form.bytes;
  const form = { ...it.form, bytes: Buffer.from(buffer, byteOffset, byteLength) };
  const pressed = press({ ...it, form });
  const body = pressed?.body && new Uint8Array(pressed.body);
  const answer: Numbered<Pressed | undefined> = { number, it: pressed && { ...pressed, body } };
  parentPort?.postMessage(answer, body === undefined ? [] : [body.buffer]);
  if (++done % FREED_AFTER === 0) {
    collect();
  }
});
