import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { tooLarge } from '../errors.ts';
import { call, keyIn } from './connection.ts';
import type { Connection } from './connection.ts';
import { BrokenBody, isAbsent, plainCause } from './errors.ts';

/**
 * The SDK, which does what is not plain, repeats a request until its headers are there; a body that breaks off later is
 * ours to repeat.
 */
const ATTEMPTS = 3;
const PAUSE_MILLISECONDS = 200;

interface GetOptions {
  maxBytes?: number;
  signal?: AbortSignal;
  /** First and last byte, both included. */
  range?: { first: number; last: number };
}

/** @returns the content of an object. @throws DK_STORE_NOT_FOUND if it does not exist */
export async function getObject(connection: Connection, key: string, options: GetOptions): Promise<Buffer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call(connection, `read ${key}`, 's3:GetObject', options.signal, () =>
        once(connection, key, options),
      );
    } catch (error) {
      if (!(error instanceof DashkeepError && error.cause instanceof BrokenBody) || attempt === ATTEMPTS) {
        throw error;
      }
      await connection.clock.sleep(PAUSE_MILLISECONDS * attempt, options.signal);
    }
  }
}

async function once(connection: Connection, key: string, options: GetOptions): Promise<Buffer> {
  const { maxBytes = Number.POSITIVE_INFINITY, signal } = options;
  const range = options.range && `bytes=${options.range.first}-${options.range.last}`;
  const absent = (cause?: Error) =>
    new DashkeepError('DK_STORE_NOT_FOUND', `${key} is not in ${connection.description}`, { cause });
  const direct = await connection.direct.get(key, { range, maxBytes, signal });
  if (direct !== undefined) {
    if (direct === 'absent') {
      throw absent();
    }
    return direct;
  }
  const answer = await connection.client
    .send(
      new GetObjectCommand({
        ...connection.common,
        Key: keyIn(connection, key),
        Range: range,
      }),
      { abortSignal: signal },
    )
    .catch((error: unknown) => {
      throw isAbsent(error) ? absent(plainCause(error)) : error;
    });
  if (answer.ETag === undefined) {
    (answer.Body as NodeJS.ReadableStream & { destroy(): void }).destroy();
    throw new DashkeepError(
      'DK_STORE_UNREACHABLE',
      `cannot read ${key} in ${connection.description}: the response has no ETag`,
      { advice: reason('check-endpoint') },
    );
  }
  return readBody(answer, key, maxBytes, connection.resolved.settings.timeoutMilliseconds, signal);
}

/** Collects a body without ever holding more than was allowed, and without waiting for ever for its next piece. */
async function readBody(
  answer: GetObjectCommandOutput,
  key: string,
  maxBytes: number,
  idleMilliseconds: number,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const body = answer.Body as NodeJS.ReadableStream & { destroy(error?: Error): void };
  const expected = answer.ContentLength;
  let received = 0;
  const chunks: Buffer[] = [];
  let idle: NodeJS.Timeout | undefined;
  const stop = () => body.destroy(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
  const watch = () => {
    clearTimeout(idle);
    idle = setTimeout(
      () => body.destroy(Object.assign(new Error('no more came'), { name: 'TimeoutError' })),
      idleMilliseconds,
    );
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
    throw new BrokenBody(`the response broke off after ${received} bytes`, error);
  } finally {
    clearTimeout(idle);
    signal?.removeEventListener('abort', stop);
  }
  if (expected !== undefined && received !== expected) {
    throw new BrokenBody(`the response ended after ${received} of ${expected} bytes`);
  }
  return Buffer.concat(chunks, received);
}
