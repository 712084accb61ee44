import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { PageQuestion } from '../cloud/store.ts';
import type { ListPage } from '../listing.ts';
import { call, keyIn } from './connection.ts';
import type { S3Connection } from './connection.ts';

const CONTENTS = '<Contents>';
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** A page of the keys below a prefix; undefined where the response is no list. */
export function listPage(connection: S3Connection, question: PageQuestion): Promise<ListPage | undefined> {
  return call(
    connection,
    question.what,
    's3:ListBucket',
    question.signal,
    async () => (await directPage(connection, question)) ?? pageBySdk(connection, question),
  );
}

async function pageBySdk(
  connection: S3Connection,
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
  connection: S3Connection,
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
  if (text === undefined || !isPlainList(text)) {
    return undefined;
  }
  const more = memberOf(text, 'IsTruncated');
  const next = memberOf(text, 'NextContinuationToken');
  // Not by an expression from tag to tag, which would take the square of the time if tags are left open.
  const [, ...objects] = text.split(CONTENTS);
  const entries = objects.map(entryOf);
  return entries.every((entry) => entry !== undefined) && (more === 'false' || (more === 'true' && isText(next)))
    ? { entries, more: more === 'true', next }
    : undefined;
}

/**
 * Whether a whole list is in a form that needs no parser of XML. What is missing from a list looks like what can be
 * removed, so that a response that ends early or that writes its tags in another way is none.
 */
function isPlainList(text: string): boolean {
  return (
    text.includes('<ListBucketResult') &&
    text.trimEnd().endsWith('</ListBucketResult>') &&
    !text.includes('<!') &&
    text.split(CONTENTS.slice(0, -1)).length === text.split(CONTENTS).length
  );
}

/** Undefined where the SDK may read something else, or refuse it. */
function entryOf(object: string): { name: string; size: number; lastModified: Date } | undefined {
  const name = memberOf(object, 'Key');
  const size = memberOf(object, 'Size') ?? '';
  const date = memberOf(object, 'LastModified') ?? '';
  const lastModified = new Date(date);
  const isPlain = /^\d{1,15}$/.test(size) && DATE.test(date) && lastModified.getTime() > 0;
  return isText(name) && isPlain ? { name, size: Number(size), lastModified } : undefined;
}

function isText(text: string | undefined): text is string {
  return text !== undefined && !/[&\r]/.test(text);
}

function memberOf(object: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(object)?.[1];
}
