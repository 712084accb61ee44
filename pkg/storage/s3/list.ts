import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { readList } from '../listing.ts';
import type { ObjectInfo } from '../store.ts';
import { call, keyIn } from './connection.ts';
import type { Connection } from './connection.ts';

/** Every key below the prefix. @throws DK_STORE_FAILED for a list that contradicts itself */
export function listObjects(
  connection: Connection,
  prefix: string,
  { startAfter, signal }: { startAfter?: string; signal?: AbortSignal },
): AsyncIterable<ObjectInfo> {
  const base = connection.resolved.prefix === '' ? '' : `${connection.resolved.prefix}/`;
  const question = { base, prefix, startAfter, where: connection.description };
  return readList(question, async (what, token) => {
    const page = await call(connection, what, 's3:ListBucket', signal, () =>
      connection.client.send(
        new ListObjectsV2Command({
          ...connection.common,
          Prefix: base + prefix,
          StartAfter: token === undefined && startAfter ? keyIn(connection, startAfter) : undefined,
          ContinuationToken: token,
        }),
        { abortSignal: signal },
      ),
    );
    return page.IsTruncated === undefined
      ? undefined
      : {
          entries: (page.Contents ?? []).map(({ Key, Size, LastModified }) => ({
            name: Key,
            size: Size,
            lastModified: LastModified,
          })),
          more: page.IsTruncated,
          next: page.NextContinuationToken,
        };
  });
}
