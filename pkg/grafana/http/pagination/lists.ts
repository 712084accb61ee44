import { DashkeepError } from '../../../contract/errors.ts';
import { arrayAt, isJsonObject, objectAt, type Json, type JsonObject } from '../../../lib/json/json.ts';
import type { GrafanaClient } from '../client.ts';

/** How one of Grafana's numbered lists is asked for and what its answer looks like. */
export interface NumberedList {
  path: string;
  query?: Record<string, string | number>;
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
}

/** Passes over a list that keeps changing before it is given up. */
const MAX_PASSES = 4;

/**
 * Every item of a list in numbered pages, each once. Pages are offsets: what is made or deleted meanwhile shifts others
 * past us. So a list of several pages counts as read when a pass met the same total on every page and found as many,
 * or, where no total is given, when a second pass found nothing new.
 * @throws DK_GRAFANA_INCOMPLETE_LIST when that never happens; DK_GRAFANA_ANSWER when an answer is not a list.
 */
export async function listNumbered(
  grafana: GrafanaClient,
  list: NumberedList,
  signal?: AbortSignal,
): Promise<JsonObject[]> {
  const found = new Map<string, JsonObject>();
  for (let number = 1; number <= MAX_PASSES; number++) {
    const pass = await onePass(grafana, list, found, signal);
    const settled = pass.totals.size === 0 ? number > 1 && pass.fresh === 0 : pass.totals.size === 1;
    if (pass.pages <= 1 ? pass.rows >= pass.total : settled && pass.rows >= pass.total) {
      return [...found.values()];
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
}

async function onePass(
  grafana: GrafanaClient,
  list: NumberedList,
  found: Map<string, JsonObject>,
  signal: AbortSignal | undefined,
): Promise<Pass> {
  const pass: Pass = { pages: 0, rows: 0, fresh: 0, totals: new Set(), total: 0 };
  const seen = new Set<string>();
  for (let page = list.numbering === 'either' ? 0 : 1; ; page++) {
    const query = { ...list.query, [list.sizeName]: list.size, page };
    const answer = await grafana.get(list.path, { query, signal });
    const items = list.items(answer);
    if (items === undefined) {
      throw new DashkeepError('DK_GRAFANA_ANSWER', `GET ${list.path}: the response is not a list`);
    }
    const total = list.total?.(answer);
    if (total !== undefined) {
      pass.totals.add(total);
      pass.total = total;
    }
    const before = seen.size;
    for (const item of items.filter(isJsonObject)) {
      const key = list.key(item);
      seen.add(key);
      pass.fresh += found.has(key) ? 0 : 1;
      found.set(key, item);
    }
    pass.rows = seen.size;
    pass.pages += items.length > 0 ? 1 : 0;
    // A page without anything new: the end, or a server that does not know the parameter and repeats itself.
    const repeats = seen.size === before && !(list.numbering === 'either' && page === 1 && items.length > 0);
    const isShort = items.length < (list.pageSize?.(answer) ?? 0);
    if (repeats || isShort || (total !== undefined && seen.size >= total)) {
      return pass;
    }
  }
}

/**
 * A list that Grafana cannot page, only limit: asked for with more and more room until the answer does not fill it.
 * @throws DK_GRAFANA_INCOMPLETE_LIST when even the largest room is filled.
 */
export async function listWithRoom(
  grafana: GrafanaClient,
  path: string,
  query: Record<string, string | number>,
  signal?: AbortSignal,
): Promise<JsonObject[]> {
  for (const limit of [5_000, 50_000, 500_000]) {
    const answer = await grafana.get(path, { query: { ...query, limit }, signal });
    if (!Array.isArray(answer)) {
      throw new DashkeepError('DK_GRAFANA_ANSWER', `GET ${path}: the response is not a list`);
    }
    if (answer.length < limit) {
      return answer.filter(isJsonObject);
    }
  }
  throw new DashkeepError('DK_GRAFANA_INCOMPLETE_LIST', `GET ${path}: more than 500 000 items, which cannot be paged`);
}

/**
 * A member that is a list, for which Grafana writes `null` when it is empty; undefined when it is something else or
 * absent.
 */
export function listAt(answer: Json, ...path: string[]): Json[] | undefined {
  const name = path.at(-1) ?? '';
  return objectAt(answer, ...path.slice(0, -1))?.[name] === null ? [] : arrayAt(answer, ...path);
}

/** An answer that must be a list of objects. @throws DK_GRAFANA_ANSWER when it is not. */
export function objectsOf(answer: Json, path: string): JsonObject[] {
  if (!Array.isArray(answer)) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', `GET ${path}: the response is not a list`);
  }
  return answer.filter(isJsonObject);
}
