import { compact } from '../../../contract/compact.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { reason, sentenceOf } from '../../../contract/reasons/catalogue.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../lib/json/json.ts';
import type { GrafanaClient } from '../client.ts';
import { ResponseTooLarge } from '../errors.ts';
import { ListRoom } from './room.ts';

/** How one of Grafana's numbered lists is asked for and what its answer looks like. */
export interface NumberedList {
  path: string;
  query?: Record<string, string | number>;
  /** Members of an item that are read; all without it. */
  keep?: readonly string[];
  /** Items per page, and the name of that query parameter (`perpage`, `perPage`, `limit`). */
  size: number;
  sizeName: string;
  /** `either`: pages are counted from 0 in some releases and from 1 in others, where page 0 shows page 1. */
  numbering?: 'one' | 'either';
  /** The items in an answer; undefined when it is not the expected one. */
  items(answer: Json): Json[] | undefined;
  /** How many there are in all, where the answer says so. */
  total?(answer: Json): number | undefined;
  /** How many items a full page holds, where the answer says so: a shorter page is the last one. */
  pageSize?(answer: Json): number | undefined;
  /** What makes an item the same one when it comes twice. */
  key(item: JsonObject): string;
  /** The only item of a page that is too large, without its body, by what the page begins with. */
  outlineOf?(head: string): JsonObject | undefined;
}

/** Passes over a list that keeps changing before it is given up. */
const MAX_PASSES = 4;

/** Every item of a list in numbered pages, each once. @throws as `eachNumbered` */
export async function listNumbered(
  grafana: GrafanaClient,
  list: NumberedList,
  signal?: AbortSignal,
): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  for await (const item of eachNumbered(grafana, list, signal)) {
    all.push(item);
  }
  return all;
}

/**
 * Every item of a list in numbered pages, each once, as its page comes. Pages are offsets: what is made or deleted
 * meanwhile shifts others past us. So a list of several pages counts as read when a pass met the same total on every
 * page and found as many, or, where no total is given, when a second pass found nothing new.
 *
 * A page that takes too much memory is asked for in smaller ones. An item that does by itself comes as its outline;
 * where it has none, all others come before it is thrown.
 * @throws DK_GRAFANA_INCOMPLETE_LIST when that never happens, or the list does not fit into memory; DK_GRAFANA_ANSWER
 * when an answer is not a list; DK_GRAFANA_TOO_LARGE.
 */
export async function* eachNumbered(
  grafana: GrafanaClient,
  list: NumberedList,
  signal?: AbortSignal,
): AsyncGenerator<JsonObject> {
  const found = new Set<string>();
  const room = new ListRoom(list.path);
  for (let number = 1; number <= MAX_PASSES; number++) {
    const pass = yield* onePass(grafana, list, found, room, signal);
    const settled = pass.totals.size === 0 ? number > 1 && pass.fresh === 0 : pass.totals.size === 1;
    if (pass.pages <= 1 ? pass.rows >= pass.total : settled && pass.rows >= pass.total) {
      if (pass.unread !== undefined) {
        throw pass.unread;
      }
      return;
    }
  }
  throw new DashkeepError(
    'DK_GRAFANA_INCOMPLETE_LIST',
    `GET ${list.path}: the list did not end reliably in ${MAX_PASSES} passes`,
  );
}

interface Pass {
  /** Pages that held anything. */
  pages: number;
  /** Distinct items met in this pass. */
  rows: number;
  /** Items that no earlier pass had met. */
  fresh: number;
  totals: Set<number>;
  /** The last total that Grafana reported; 0 when none was. */
  total: number;
  /** The first item that could neither be read nor named. */
  unread: DashkeepError | undefined;
}

async function* onePass(
  grafana: GrafanaClient,
  list: NumberedList,
  found: Set<string>,
  room: ListRoom,
  signal: AbortSignal | undefined,
): AsyncGenerator<JsonObject, Pass> {
  const pass: Pass = { pages: 0, rows: 0, fresh: 0, totals: new Set(), total: 0, unread: undefined };
  const seen = new Set<string>();
  const fresh = (item: JsonObject): boolean => {
    const key = list.key(item);
    pass.rows += seen.has(key) ? 0 : 1;
    seen.add(key);
    const isFresh = !found.has(key);
    found.add(key);
    if (isFresh) {
      pass.fresh++;
      room.take(key, ...Object.values(item).filter((value) => typeof value === 'string'));
    }
    return isFresh;
  };
  const place = new Place(list);
  for (;;) {
    const { size, page } = place;
    const query = { ...list.query, [list.sizeName]: size, page };
    let answer: Json;
    try {
      answer = await grafana.get(list.path, { query, signal, list: true, ...compact({ keep: list.keep }) });
    } catch (error) {
      if (!(error instanceof ResponseTooLarge) || list.numbering === 'either') {
        throw error;
      }
      if (place.shrink()) {
        continue;
      }
      const outline = list.outlineOf?.(error.head);
      if (outline === undefined) {
        pass.rows++;
        pass.unread ??= itemTooLarge(list, page, error);
      } else if (fresh(outline)) {
        yield outline;
      }
      pass.pages++;
      place.advance();
      continue;
    }
    const items = list.items(answer);
    if (items === undefined) {
      throw new DashkeepError('DK_GRAFANA_ANSWER', `GET ${list.path}: the response is not a list`);
    }
    const total = list.total?.(answer);
    if (total !== undefined) {
      pass.totals.add(total);
      pass.total = total;
    }
    const before = pass.rows;
    yield* items.filter(isJsonObject).filter(fresh);
    const repeatsFirst = list.numbering === 'either' && page === 1 && pass.rows === before && items.length > 0;
    pass.pages += items.length > 0 && !repeatsFirst ? 1 : 0;
    // A page without anything new: the end, or a server that does not know the parameter and repeats itself.
    const repeats = pass.rows === before && !repeatsFirst;
    const isShort = items.length < (list.pageSize?.(answer) ?? 0);
    if (repeats || isShort || (total !== undefined && pass.rows >= total)) {
      return pass;
    }
    place.advance();
  }
}

/** Where a pass is in its list. Sizes divide each other, so that each page begins where one of another size does. */
class Place {
  readonly #sizes: number[];
  #index = 0;
  page: number;

  constructor({ size, numbering }: NumberedList) {
    this.#sizes = sizesFrom(size);
    this.page = numbering === 'either' ? 0 : 1;
  }

  get size(): number {
    return this.#sizes[this.#index] ?? 1;
  }

  /** Smaller pages from here on. @returns false when there are none */
  shrink(): boolean {
    if (this.#index === this.#sizes.length - 1) {
      return false;
    }
    const offset = (this.page - 1) * this.size;
    this.#index++;
    this.page = offset / this.size + 1;
    return true;
  }

  /** The next page; a larger one, where one begins here: what was too large is behind. */
  advance(): void {
    const offset = this.page * this.size;
    const larger = this.#sizes[this.#index - 1];
    if (larger !== undefined && offset % larger === 0) {
      this.#index--;
      this.page = offset / larger;
    }
    this.page++;
  }
}

/** 100, 50, 25, 5, 1. */
function sizesFrom(largest: number): number[] {
  const sizes = [largest];
  for (let size = largest; size > 1;) {
    let factor = 2;
    while (size % factor !== 0) {
      factor++;
    }
    size /= factor;
    sizes.push(size);
  }
  return sizes;
}

function itemTooLarge({ path }: NumberedList, position: number, cause: ResponseTooLarge): DashkeepError {
  const mib = cause.why?.params['mib'];
  if (mib === undefined) {
    return cause;
  }
  const why = reason('item-too-large', { position: String(position), mib });
  return new DashkeepError('DK_GRAFANA_TOO_LARGE', `GET ${path}: ${sentenceOf(why)}`, { cause, why });
}
