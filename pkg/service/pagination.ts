import type { Page } from '../contract/api/common.ts';
import { DashkeepError } from '../contract/errors.ts';

/**
 * One page of a list in memory. A cursor names the last item that was shown by a key that stays the same when items are
 * added or removed, so nothing is shown twice or left out.
 * @throws DK_USAGE for a cursor that was not made here
 */
export function pageOfList<T>(
  items: readonly T[],
  key: (item: T) => string,
  query: { cursor?: string; limit: number },
): Page<T> {
  let start = 0;
  if (query.cursor !== undefined) {
    const after = decodeCursor(query.cursor);
    const at = items.findIndex((item) => key(item) === after);
    // The item is gone (forgotten meanwhile): begin again rather than skip.
    start = at + 1;
  }
  const shown = items.slice(start, start + query.limit);
  const last = shown.at(-1);
  const more = start + shown.length < items.length;
  return {
    items: shown,
    ...(more && last !== undefined ? { next: encodeCursor(key(last)) } : {}),
    total: items.length,
  };
}

/** @returns the cursor of the page that follows a key */
export function encodeCursor(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

/** @returns the key in a cursor. @throws DK_USAGE if it is not valid */
export function decodeCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (encodeCursor(key) !== cursor) {
    throw new DashkeepError('DK_USAGE', 'the cursor is not valid: start without one');
  }
  return key;
}
