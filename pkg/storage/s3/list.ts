import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { compact } from '../../contract/compact.ts';
import type { PageQuestion } from '../cloud/store.ts';
import type { ListPage } from '../listing.ts';
import { call, keyIn } from './connection.ts';
import type { Connection } from './connection.ts';

/** A page of the keys below a prefix; undefined where the response is no list. */
export function listPage(connection: Connection, question: PageQuestion): Promise<ListPage | undefined> {
  return call(
    connection,
    question.what,
    's3:ListBucket',
    question.signal,
    async () => (await directPage(connection, question)) ?? pageBySdk(connection, question),
  );
}

async function pageBySdk(
  connection: Connection,
  { prefix, startAfter, folders, token, signal }: PageQuestion,
): Promise<ListPage | undefined> {
  const page = await connection.client.send(
    new ListObjectsV2Command({
      ...connection.common,
      Prefix: keyIn(connection, prefix),
      StartAfter: token === undefined && startAfter ? keyIn(connection, startAfter) : undefined,
      ContinuationToken: token,
      Delimiter: folders === true ? '/' : undefined,
    }),
    { abortSignal: signal },
  );
  const { IsTruncated: more, Contents: contents = [], CommonPrefixes: common = [], NextContinuationToken: next } = page;
  const entries = contents.map(({ Key, Size, LastModified }) => ({
    name: Key,
    size: Size,
    lastModified: LastModified,
  }));
  return more === undefined ? undefined : { entries, folders: common.map(({ Prefix }) => Prefix), more, next };
}

/** A first page of keys without a character to decode; undefined when it is for the SDK. */
async function directPage(
  connection: Connection,
  { prefix, startAfter, folders, token, signal }: PageQuestion,
): Promise<ListPage | undefined> {
  if (folders === true || token !== undefined) {
    return undefined;
  }
  const query: Record<string, string> = { prefix: keyIn(connection, prefix) };
  if (startAfter) {
    query['start-after'] = keyIn(connection, startAfter);
  }
  const text = await connection.direct.list(query, signal);
  if (text === undefined || !text.includes('<ListBucketResult')) {
    return undefined;
  }
  const more = memberOf(text, 'IsTruncated');
  const next = memberOf(text, 'NextContinuationToken');
  // Not by an expression from tag to tag, which would take the square of the time if tags are left open.
  const [, ...objects] = text.split('<Contents>');
  const entries = objects.map((object) => ({
    name: memberOf(object, 'Key'),
    size: Number(memberOf(object, 'Size')),
    lastModified: new Date(memberOf(object, 'LastModified') ?? NaN),
  }));
  const isPlain = entries.every(
    ({ name, size, lastModified }) => isText(name) && size >= 0 && lastModified.getTime() > 0,
  );
  return isPlain && (more === 'false' || (more === 'true' && isText(next)))
    ? { entries: entries.map(compact), more: more === 'true', next }
    : undefined;
}

function isText(text: string | undefined): boolean {
  return text !== undefined && !text.includes('&');
}

function memberOf(object: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(object)?.[1];
}
