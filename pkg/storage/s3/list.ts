import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { PageQuestion } from '../cloud/store.ts';
import type { ListPage } from '../listing.ts';
import { call, keyIn } from './connection.ts';
import type { Connection } from './connection.ts';

/** A page of the keys below a prefix; undefined where the response is no list. */
export async function listPage(connection: Connection, question: PageQuestion): Promise<ListPage | undefined> {
  const { what, prefix, startAfter, folders, token, signal } = question;
  const page = await call(connection, what, 's3:ListBucket', signal, () =>
    connection.client.send(
      new ListObjectsV2Command({
        ...connection.common,
        Prefix: keyIn(connection, prefix),
        StartAfter: token === undefined && startAfter ? keyIn(connection, startAfter) : undefined,
        ContinuationToken: token,
        Delimiter: folders === true ? '/' : undefined,
      }),
      { abortSignal: signal },
    ),
  );
  const { IsTruncated: more, Contents: contents = [], CommonPrefixes: common = [], NextContinuationToken: next } = page;
  const entries = contents.map(({ Key, Size, LastModified }) => ({
    name: Key,
    size: Size,
    lastModified: LastModified,
  }));
  return more === undefined ? undefined : { entries, folders: common.map(({ Prefix }) => Prefix), more, next };
}
