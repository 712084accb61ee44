import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { compareKeys } from '../keys.ts';
import type { ObjectInfo } from '../store.ts';
import { call, keyIn } from './connection.ts';
import type { Connection } from './connection.ts';

/**
 * Every key below the prefix, page by page. A list that contradicts itself (no way to its next page, keys twice or out
 * of order, an object without size or date) is an error: what is missing from a list looks like what can be removed.
 */
export async function* listObjects(
  connection: Connection,
  prefix: string,
  options: { startAfter?: string; signal?: AbortSignal },
): AsyncIterable<ObjectInfo> {
  const base = connection.resolved.prefix === '' ? '' : `${connection.resolved.prefix}/`;
  const what = `list ${prefix === '' ? 'the target' : prefix}`;
  const untrusted = (why: string) =>
    new DashkeepError('DK_STORE_FAILED', `cannot ${what} in ${connection.description}: ${why}`, {
      advice: reason('distrust-lists'),
    });
  let token: string | undefined;
  let last: string | undefined;
  for (;;) {
    const page = await call(connection, what, 's3:ListBucket', options.signal, () =>
      connection.client.send(
        new ListObjectsV2Command({
          ...connection.common,
          Prefix: base + prefix,
          StartAfter: token === undefined && options.startAfter ? keyIn(connection, options.startAfter) : undefined,
          ContinuationToken: token,
        }),
        { abortSignal: options.signal },
      ),
    );
    // A login page or an empty answer reads like a list of nothing.
    if (page.IsTruncated === undefined) {
      throw untrusted('the response is not a list');
    }
    for (const { Key: name, Size: size, LastModified: lastModified } of page.Contents ?? []) {
      if (name === undefined || !name.startsWith(base + prefix) || size === undefined || lastModified === undefined) {
        throw untrusted('an entry has no name, size or date, or was not asked for');
      }
      // A copy: a part of a string keeps the whole of it in memory, here the page of the list.
      const key = Buffer.from(name.slice(base.length)).toString();
      if (last !== undefined && compareKeys(key, last) <= 0) {
        throw untrusted(`${JSON.stringify(key)} comes after ${JSON.stringify(last)}`);
      }
      last = key;
      // Web consoles leave an empty object `folder/` for each folder that somebody made.
      const isFolderMark = size === 0 && (key === '' || key.endsWith('/'));
      if (!isFolderMark && (options.startAfter === undefined || compareKeys(key, options.startAfter) > 0)) {
        yield { key, size, lastModified };
      }
    }
    if (!page.IsTruncated) {
      return;
    }
    if (page.NextContinuationToken === undefined || page.NextContinuationToken === token) {
      throw untrusted('it reports more entries, but no way to get them');
    }
    token = page.NextContinuationToken;
  }
}
