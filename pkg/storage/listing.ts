import { DashkeepError } from '../contract/errors.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { compareKeys } from './keys.ts';
import type { ObjectInfo } from './store.ts';

/** A page of a service's list. */
export interface ListPage {
  entries: Iterable<{ name?: string; size?: number; lastModified?: Date }>;
  /** With a slash at the end; only if requested. */
  folders?: Iterable<string | undefined>;
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
  let last: string | undefined;
  for await (const page of readPages(what, where, ask)) {
    for (const { name, size, lastModified } of page.entries) {
      if (name === undefined || !name.startsWith(base + prefix) || size === undefined || lastModified === undefined) {
        throw untrusted(what, where, 'an entry has no name, size or date, or was not requested');
      }
      // A copy: a part of a string keeps the whole of it in memory, here the page of the list.
      const key = Buffer.from(name.slice(base.length)).toString();
      if (last !== undefined && compareKeys(key, last) <= 0) {
        throw untrusted(what, where, `${JSON.stringify(key)} comes after ${JSON.stringify(last)}`);
      }
      last = key;
      // Web consoles create an empty object `folder/` for each folder.
      const isFolderMark = size === 0 && (key === '' || key.endsWith('/'));
      if (!isFolderMark && (startAfter === undefined || compareKeys(key, startAfter) > 0)) {
        yield { key, size, lastModified };
      }
    }
  }
}

/** Names of the folders directly below a prefix, in byte order. @throws DK_STORE_FAILED */
export async function readFolders(
  { base, prefix, where }: Omit<ListQuestion, 'startAfter'>,
  ask: (what: string, next: string | undefined) => Promise<ListPage | undefined>,
): Promise<string[]> {
  const what = `list the folders below ${prefix === '' ? 'the target' : prefix}`;
  const above = base + prefix;
  const found: string[] = [];
  for await (const { folders = [] } of readPages(what, where, ask)) {
    for (const name of folders) {
      if (name === undefined || !name.startsWith(above) || !name.endsWith('/')) {
        throw untrusted(what, where, 'a folder has no name, or was not requested');
      }
      found.push(name.slice(above.length, -1));
    }
  }
  return found.sort(compareKeys);
}

async function* readPages(
  what: string,
  where: string,
  ask: (what: string, next: string | undefined) => Promise<ListPage | undefined>,
): AsyncIterable<ListPage> {
  let token: string | undefined;
  for (;;) {
    const page = await ask(what, token);
    // A login page or an empty response looks like an empty list.
    if (page === undefined) {
      throw untrusted(what, where, 'the response is not a list');
    }
    yield page;
    if (!page.more) {
      return;
    }
    if (page.next === undefined || page.next === token) {
      throw untrusted(what, where, 'it reports more entries, but has no token for the next page');
    }
    token = page.next;
  }
}

function untrusted(what: string, where: string, why: string): DashkeepError {
  return new DashkeepError('DK_STORE_FAILED', `cannot ${what} in ${where}: ${why}`, {
    advice: reason('distrust-lists'),
  });
}
