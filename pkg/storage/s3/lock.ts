import { GetObjectRetentionCommand, PutObjectRetentionCommand } from '@aws-sdk/client-s3';
import { DashkeepError } from '../../contract/errors.ts';
import { call, keyIn } from './connection.ts';
import type { S3Connection } from './connection.ts';
import { serviceCode } from './errors.ts';
import { valueIf } from '../../lib/expected-errors.ts';

/**
 * Holds the present version of an object until then, in the mode of the settings.
 * @throws DK_SETTINGS without object lock in the settings
 */
export async function putRetention(
  connection: S3Connection,
  key: string,
  until: Date,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { lock } = connection.resolved.settings;
  if (lock === undefined) {
    throw new DashkeepError('DK_SETTINGS', 'object lock is not set');
  }
  await call(connection, `lock ${key}`, 's3:PutObjectRetention', signal, () =>
    connection.client.send(
      new PutObjectRetentionCommand({
        ...connection.common,
        Key: keyIn(connection, key),
        Retention: { Mode: lock.mode, RetainUntilDate: until },
      }),
      { abortSignal: signal },
    ),
  );
}

/** Until when an object is held; undefined when nothing holds it. */
export async function getRetention(
  connection: S3Connection,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Date | undefined> {
  return call(connection, `read the object lock of ${key}`, 's3:GetObjectRetention', signal, async () => {
    const isNone = (error: unknown): boolean => serviceCode(error) === 'NoSuchObjectLockConfiguration';
    const command = new GetObjectRetentionCommand({ ...connection.common, Key: keyIn(connection, key) });
    const answer = await connection.client.send(command, { abortSignal: signal }).catch(valueIf(isNone, undefined));
    return answer?.Retention?.RetainUntilDate;
  });
}
