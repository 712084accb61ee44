import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';

/** A text that may come in parts. */
export type Text = string | Buffer | Iterable<string>;

/**
 * The id of an object: SHA-256 of its canonical text or, with encryption on, HMAC-SHA-256, so that who owns the storage
 * cannot test for known content.
 * @param key 32 bytes as hex; undefined where nothing is encrypted.
 */
export function objectIdOf(text: Text, key: string | undefined): string {
  return digest(key === undefined ? createHash('sha256') : createHmac('sha256', Buffer.from(key, 'hex')), text);
}

function digest(hash: Hash | Hmac, text: Text): string {
  for (const part of typeof text === 'string' || Buffer.isBuffer(text) ? [text] : text) {
    hash.update(part);
  }
  return hash.digest('hex');
}
