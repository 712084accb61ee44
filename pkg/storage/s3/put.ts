import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { DashkeepError } from '../../contract/errors.ts';
import { CONTENT_TYPE, type PutOutcome } from '../cloud/store.ts';
import type { PutOptions } from '../store.ts';
import { call, keyIn, type S3Connection } from './connection.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { BYTES_PER_MILLISECOND, type FastPathOutcome } from './fast-path/client.ts';
import { serviceCode, statusOf } from './errors.ts';
import { readBack } from './read-back.ts';
import type { ResolvedS3 } from './settings/resolve.ts';

/** 409 says that another conditional put of the key is under way; the SDK does not repeat it. */
const CONFLICT_ATTEMPTS = 6;
const CONFLICT_PAUSE_MILLISECONDS = 50;
const DAY_MILLISECONDS = 24 * 3_600_000;

/**
 * Writes an object, on condition that there is none where that is asked for.
 * @throws DK_SETTINGS when the store ignores what the settings ask of it; DK_STORE_…
 */
export function putObject(
  connection: S3Connection,
  key: string,
  body: Buffer,
  options: PutOptions,
  conditional: boolean,
): Promise<PutOutcome> {
  const permission = permissionFor(connection.resolved.settings, options);
  return call(connection, `write ${key}`, permission, options.signal, async () => {
    const outcome = await send(connection, key, body, options, conditional);
    if (outcome === 'written') {
      await readBack(connection, key, isLocked(connection, options), options.signal);
    }
    return outcome;
  });
}

/** The short way first, then, unless that was plain, the SDK's. */
async function send(
  connection: S3Connection,
  key: string,
  body: Buffer,
  options: PutOptions,
  conditional: boolean,
): Promise<PutOutcome> {
  const direct = await sendDirectly(connection, key, body, options, conditional);
  if (direct !== 'not tried' && direct !== 'declined' && direct !== 'unknown') {
    return direct;
  }
  const outcome = await sendBySdk(connection, key, body, options, conditional, direct === 'unknown');
  if (direct === 'declined') {
    connection.direct.disappointed();
  }
  return outcome;
}

async function sendDirectly(
  connection: S3Connection,
  key: string,
  body: Buffer,
  options: PutOptions,
  conditional: boolean,
): Promise<FastPathOutcome> {
  if (isLocked(connection, options)) {
    return 'not tried';
  }
  const { contentType = CONTENT_TYPE, signal } = options;
  return connection.direct.put(key, body, { contentType, ifAbsent: conditional, signal });
}

async function sendBySdk(
  connection: S3Connection,
  key: string,
  body: Buffer,
  options: PutOptions,
  conditional: boolean,
  maybeWritten: boolean,
): Promise<PutOutcome> {
  const input = inputFor(connection, key, body, options);
  const requestTimeout =
    connection.resolved.settings.timeoutMilliseconds + Math.ceil(body.length / BYTES_PER_MILLISECOND);
  for (let attempt = 1; ; attempt += 1) {
    const command = new PutObjectCommand(conditional ? { ...input, IfNoneMatch: '*' } : input);
    try {
      const answer = await connection.client.send<PutObjectCommandInput, PutObjectCommandOutput>(command, {
        abortSignal: options.signal,
        requestTimeout,
      });
      // Every store names what it stored; a login page in between says 200 and stores nothing.
      if (answer.ETag === undefined) {
        throw new DashkeepError('DK_STORE_FAILED', `${connection.description} did not confirm that it stored ${key}`);
      }
      return 'written';
    } catch (error) {
      if (!conditional) {
        throw error;
      }
      if (statusOf(error) === 412) {
        return maybeWritten || attempt > 1 || attemptsOf(error) > 1 ? 'repeated' : 'exists';
      }
      if (refusesConditions(error)) {
        return 'refused';
      }
      if (statusOf(error) !== 409 || attempt === CONFLICT_ATTEMPTS) {
        throw error;
      }
    }
    await connection.clock.sleep(CONFLICT_PAUSE_MILLISECONDS * attempt, options.signal);
  }
}

function refusesConditions(error: unknown): boolean {
  const code = serviceCode(error);
  return (
    statusOf(error) === 501 || code === 'NotImplemented' || (statusOf(error) === 400 && code === 'InvalidArgument')
  );
}

function attemptsOf(error: unknown): number {
  return (error as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1;
}

/** What the SDK is asked for by a put. */
export function inputFor(
  connection: ConnectionSettings,
  key: string,
  body: Buffer,
  options: PutOptions,
): PutObjectCommandInput {
  const { lock, encryption, storageClass, tags } = connection.resolved.settings;
  return {
    ...connection.common,
    Key: keyIn(connection, key),
    Body: body,
    ContentLength: body.length,
    ContentType: options.contentType ?? CONTENT_TYPE,
    ServerSideEncryption: encryption?.kind,
    SSEKMSKeyId: encryption?.kind === 'aws:kms' ? encryption.keyId : undefined,
    StorageClass: storageClass as PutObjectCommandInput['StorageClass'],
    Tagging: tags && new URLSearchParams(tags).toString(),
    ...(lock !== undefined &&
      isLocked(connection, options) && {
        ObjectLockMode: lock.mode,
        ObjectLockRetainUntilDate: new Date(connection.clock.now().getTime() + lock.days * DAY_MILLISECONDS),
        // S3 insists on a checksum of what it locks.
        ContentMD5: createHash('md5').update(body).digest('base64'),
      }),
  };
}

function isLocked({ resolved }: ConnectionSettings, options: PutOptions): boolean {
  return resolved.settings.lock !== undefined && options.transient !== true;
}

function permissionFor({ lock, tags }: ResolvedS3['settings'], options: PutOptions): string {
  const permissions = ['s3:PutObject'];
  if (lock !== undefined && options.transient !== true) {
    permissions.push('s3:PutObjectRetention');
  }
  if (tags !== undefined) {
    permissions.push('s3:PutObjectTagging');
  }
  return permissions.join(' or ');
}
