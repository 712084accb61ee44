import { DashkeepError } from '../contract/errors.ts';
import { systemCode } from '../lib/file-errors.ts';
import { tooLarge } from './errors.ts';
import { hasCode, valueIf } from '../lib/expected-errors.ts';

/**
 * A response whose body is incomplete. Error mapping sees its cause, so that a timeout stays a timeout.
 */
export class BrokenBody extends Error {
  readonly code: string;

  constructor(message: string, cause?: unknown) {
    super(message);
    const timedOut = cause instanceof Error && cause.name === 'TimeoutError';
    this.name = timedOut ? 'TimeoutError' : 'BrokenBody';
    this.code = timedOut ? 'ETIMEDOUT' : (systemCode(cause) ?? 'ECONNRESET');
  }
}

export interface BodyLimits {
  /** For the error about its size. */
  key: string;
  /** Its size as the response states it. */
  expected: number | undefined;
  maxBytes: number;
  /** Milliseconds between two pieces. */
  idle: number;
  signal?: AbortSignal;
}

/**
 * Reads a body with a size limit, and with a time limit for each piece.
 * @throws DK_STORE_TOO_LARGE, BrokenBody, the signal's reason
 */
export async function readBody(stream: NodeJS.ReadableStream, limits: BodyLimits): Promise<Buffer> {
  const { key, expected, maxBytes, idle, signal } = limits;
  const body = stream as NodeJS.ReadableStream & { destroy(error?: Error): void };
  let received = 0;
  const chunks: Buffer[] = [];
  let timer: NodeJS.Timeout | undefined;
  const stop = () => body.destroy(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => body.destroy(Object.assign(new Error('no more came'), { name: 'TimeoutError' })), idle);
  };
  try {
    if (expected !== undefined && expected > maxBytes) {
      throw tooLarge(key, maxBytes);
    }
    signal?.addEventListener('abort', stop, { once: true });
    watch();
    for await (const chunk of body) {
      const bytes = chunk as Buffer;
      received += bytes.length;
      if (received > maxBytes) {
        throw tooLarge(key, maxBytes);
      }
      chunks.push(bytes);
      watch();
    }
  } catch (error) {
    body.destroy();
    if (error instanceof DashkeepError || signal?.aborted) {
      throw error;
    }
    throw new BrokenBody(`the response was cut off after ${received} bytes`, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
  if (expected !== undefined && received !== expected) {
    throw new BrokenBody(`the response ended after ${received} of ${expected} bytes`);
  }
  return Buffer.concat(chunks, received);
}

/**
 * Whether an object has these bytes: a retried put finds its own object if the first response was lost.
 * @param read - reads it; no more than it should have
 */
export async function hasBytes(read: () => Promise<Buffer>, body: Buffer): Promise<boolean> {
  const found = await read().catch(valueIf(hasCode('DK_STORE_TOO_LARGE', 'DK_STORE_NOT_FOUND'), undefined));
  return found?.equals(body) === true;
}
