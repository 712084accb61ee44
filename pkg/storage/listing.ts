import { DashkeepError } from '../contract/errors.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { compareKeys } from './keys.ts';
import type { ObjectInfo } from './store.ts';

/** A page of a service's list. */
export interface ListPage {
  entries: Iterable<{ name?: string; size?: number; lastModified?: Date }>;
  /** Whether there are more pages. */
  more: boolean;
  /** The token of the next page. */
  next: string | undefined;
}

export interface ListQuestion {
  /** The prefix of names that is not part of the key. */
  base: string;
  prefix: string;
  startAfter: string | undefined;
  /** The store's description, for errors. */
  where: string;
}

/**
 * Every key below the prefix, page by page. A list that contradicts itself (no way to its next page, keys twice or out
 * of order, an object without size or date) is an error: what is missing from a list looks like what can be removed.
 * @param ask - for a page; answers undefined where the response is no list
 * @throws DK_STORE_FAILED
 */
export async function* readList(
  { base, prefix, startAfter, where }: ListQuestion,
  ask: (what: string, next: string | undefined) => Promise<ListPage | undefined>,
): AsyncIterable<ObjectInfo> {
  const what = `list ${prefix === '' ? 'the target' : prefix}`;
  const untrusted = (why: string) =>
    new DashkeepError('DK_STORE_FAILED', `cannot ${what} in ${where}: ${why}`, { advice: reason('distrust-lists') });
  let token: string | undefined;
  let last: string | undefined;
  for (;;) {
    const page = await ask(what, token);
    // A login page or an empty answer reads like a list of nothing.
    if (page === undefined) {
      throw untrusted('the response is not a list');
    }
    for (const { name, size, lastModified } of page.entries) {
      if (name === undefined || !name.startsWith(base + prefix) || size === undefined || lastModified === undefined) {
        throw untrusted('an entry has no name, size or date, or was not asked for');
      }
      // A copy: a part of a string keeps the whole of it in memory, here the page of the list.
      const key = Buffer.from(name.slice(base.length)).toString();
      if (last !== undefined && compareKeys(key, last) <= 0) {
        throw untrusted(`${JSON.stringify(key)} comes after ${JSON.stringify(last)}`);
      }
      last = key;
      // Web consoles create an empty object `folder/` for each folder.
      const isFolderMark = size === 0 && (key === '' || key.endsWith('/'));
      if (!isFolderMark && (startAfter === undefined || compareKeys(key, startAfter) > 0)) {
        yield { key, size, lastModified };
      }
    }
    if (!page.more) {
      return;
    }
    if (page.next === undefined || page.next === token) {
      throw untrusted('it reports more entries, but no way to get them');
    }
    token = page.next;
  }
}
