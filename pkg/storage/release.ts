import { MessageChannel } from 'node:worker_threads';

const { port1: nowhere, port2: otherEnd } = new MessageChannel();
otherEnd.close();

/** A buffer with memory of its own: Node gives that of its pool to many small ones. */
export function ownCopy(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}

/**
 * Frees the memory that a buffer lies in, all of it, when nothing looks at any part of it any more: what is handed over to
 * nobody is freed at once, in less time than a collection takes for it. Left alone it waits for a full one, and what is
 * read meanwhile is laid beside it: the process grows, and what it was once given it keeps.
 */
export function release(bytes: Buffer): void {
  const memory = bytes.buffer as ArrayBuffer;
  // What has the size of Node's pool may be that.
  if (memory.byteLength !== Buffer.poolSize && memory.byteLength > 0) {
    nowhere.postMessage(undefined, [memory]);
  }
}
