import { GetObjectCommand } from '@aws-sdk/client-s3';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { BrokenBody, readBody } from '../body.ts';
import type { Reading } from '../cloud/store.ts';
import { call, keyIn } from './connection.ts';
import type { S3Connection } from './connection.ts';
import { isAbsent, plainCause } from './errors.ts';

/**
 * The SDK, which does what is not plain, repeats a request until its headers are there; a body that breaks off later is
 * ours to repeat.
 */
const ATTEMPTS = 3;
const PAUSE_MILLISECONDS = 200;

/** @returns the content of an object. @throws DK_STORE_NOT_FOUND if it does not exist */
export async function getObject(connection: S3Connection, key: string, options: Reading): Promise<Buffer> {
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

async function once(connection: S3Connection, key: string, options: Reading): Promise<Buffer> {
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
  return readBody(answer.Body as NodeJS.ReadableStream, {
    key,
    expected: answer.ContentLength,
    maxBytes,
    idle: connection.resolved.settings.timeoutMilliseconds,
    signal,
  });
}
