import threads, { MessageChannel } from 'node:worker_threads';

const { port1: nowhere, port2: otherEnd } = new MessageChannel();
otherEnd.close();

/**
 * Whether it may be the pool that Node takes small buffers from. Since 21 Node says so; before, the pool has its size,
 * and is passed over when it is handed over all the same.
 */
const isShared: (memory: ArrayBuffer) => boolean =
  (threads as { isMarkedAsUntransferable?: typeof isShared }).isMarkedAsUntransferable ??
  ((memory) => memory.byteLength === Buffer.poolSize);

/** A buffer with its own memory: Node gives that of its pool to many small ones. */
export function ownCopy(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}

/**
 * Frees the memory that a buffer is in, all of it, when nothing looks at any part of it any more: what is handed over
 * to nobody is freed immediately, in less time than a collection takes for it. Left alone it waits for a full one, and
 * what is read meanwhile is laid beside it: the process grows, and what it was once given it keeps.
 */
export function release(bytes: Buffer): void {
  const memory = bytes.buffer as ArrayBuffer;
  if (memory.byteLength > 0 && !isShared(memory)) {
    nowhere.postMessage(undefined, [memory]);
  }
}
