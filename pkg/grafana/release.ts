import { MessageChannel } from 'node:worker_threads';

/** Smaller ones may be part of what a socket still uses, and are collected soon. */
const LARGE_BYTES = 128 * 1024;

const { port1: nowhere, port2: otherEnd } = new MessageChannel();
otherEnd.close();

/**
 * Frees a large buffer that nothing looks at any more: what is handed over to nobody is freed at once. Left alone it waits
 * for a full collection, which buffers hardly bring about, and answers of megabytes lie one beside another until then.
 */
export function release(bytes: Buffer): void {
  if (bytes.length >= LARGE_BYTES && bytes.length === bytes.buffer.byteLength) {
    nowhere.postMessage(undefined, [bytes.buffer as ArrayBuffer]);
  }
}
