import { compact } from '../../../contract/compact.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { isJsonObject, stringAt, type Json, type JsonObject } from '../../../lib/json/json.ts';
import { nameOf } from '../../apis.ts';
import type { GrafanaClient } from '../client.ts';
import type { RequestOptions } from '../client-options.ts';
import { GrafanaError, ResponseTooLarge } from '../errors.ts';
import { ListRoom } from './room.ts';
import type { Left } from '../../../lib/json/bytes.ts';
import { listAt } from './lists.ts';
import { FullPages, type PageSize } from './page-size.ts';

/** Metadata only, with the ordinary list as fall-back for servers that don't know it. */
export const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** Often enough for a list that changes under our hands, few enough not to go round for ever. */
const MAX_RESTARTS = 3;

/** The part of a page to ask for when it took too much memory: Grafana makes the whole of each one that is refused. */
const SMALLER = 0.25;

/** What is before the items of a list, with the token in it; Grafana writes `metadata` first. */
const NAMED_AT_ONCE = /^[^[]*?"continue":"([^"\\]+)"/;
/** So far into an answer it is looked for. */
const HEAD_BYTES = 4096;

export interface ListOptions {
  /** Objects per page, or what finds out how many; the server may give fewer. */
  limit: number | PageSize;
  metadataOnly?: boolean;
  labelSelector?: string;
  /** What of the answer is left as bytes. */
  leave?: Left;
  /**
   * An object that takes too much memory may come as a separate page, with its metadata only: the caller reads it
   * singly, or says that it could not be read. Without this it ends the list.
   */
  largeSingly?: true;
  signal?: AbortSignal;
}

export interface ListPage {
  items: JsonObject[];
  /** Whether the items hold metadata only. */
  metadataOnly: boolean;
  /** The version of the whole list, where an equal one proves that nothing was written in between. */
  version?: string;
}

/**
 * Every page of a Kubernetes-style list, in order, each object once; the next page is already on its way while one is
 * worked on. Only an empty `continue` ends the list: pages may be short or even empty (the server also cuts them by
 * bytes). A token that expired (410) starts the list again. A page that takes too much memory is asked for in smaller
 * ones.
 * @throws DK_GRAFANA_INCOMPLETE_LIST when the end is never reached, or the list does not fit into memory;
 * DK_GRAFANA_TOO_LARGE.
 */
export async function* listPages(grafana: GrafanaClient, path: string, options: ListOptions): AsyncGenerator<ListPage> {
  const seen = new Set<string>();
  const room = new ListRoom(path);
  const limit = typeof options.limit === 'number' ? new FullPages(options.limit) : options.limit;
  for (let round = 0; round <= MAX_RESTARTS; round++) {
    try {
      yield* onePass(grafana, path, { ...options, limit }, seen, room);
      return;
    } catch (error) {
      if (!(error instanceof GrafanaError && error.httpStatus === 410)) {
        throw error;
      }
    }
  }
  throw new DashkeepError('DK_GRAFANA_INCOMPLETE_LIST', `GET ${path}: the list expired ${MAX_RESTARTS + 1} times`);
}

/** A list for which it is found out how many objects a page holds. */
type Listing = Omit<ListOptions, 'limit'> & { limit: PageSize | FullPages };

async function* onePass(
  grafana: GrafanaClient,
  path: string,
  options: Listing,
  seen: Set<string>,
  room: ListRoom,
): AsyncGenerator<ListPage> {
  const tokens = new Set<string>();
  let reading: PageReading | undefined = new PageReading(grafana, path, options, undefined);
  while (reading !== undefined) {
    reading.goAhead();
    const page: Json = await reading.page;
    const items = listAt(page, 'items');
    const kind = stringAt(page, 'kind') ?? '';
    if (!kind.endsWith('List') || items === undefined) {
      throw new DashkeepError('DK_GRAFANA_ANSWER', `GET ${path}: the response is not a list`);
    }
    const token: string = stringAt(page, 'metadata', 'continue') ?? '';
    if (tokens.has(token)) {
      throw new DashkeepError('DK_GRAFANA_INCOMPLETE_LIST', `GET ${path}: the list repeats itself`);
    }
    tokens.add(token);
    room.take(token);
    const version = provingVersion(page);
    reading = token === '' ? undefined : reading.next(token);
    const fresh = items.filter(isJsonObject).filter((item) => {
      const name = nameOf(item);
      if (!seen.has(name)) {
        room.take(name, stringAt(item, 'spec', 'title') ?? '');
      }
      return !seen.has(name) && seen.add(name);
    });
    yield compact({ items: fresh, metadataOnly: kind === 'PartialObjectMetadataList', version });
  }
}

/**
 * One page on its way. A page names the next one before its items: that one is asked for as soon as its name is there,
 * since pages that name each other are what reading a long list takes its time for.
 */
class PageReading {
  readonly page: Promise<Json>;
  readonly #another: (token: string) => PageReading;
  readonly #abandoned = new AbortController();
  #named: string | undefined;
  #ahead: { token: string; reading: PageReading } | undefined;
  #mayGoAhead = false;

  constructor(grafana: GrafanaClient, path: string, options: Listing, token: string | undefined) {
    this.#another = (next) => new PageReading(grafana, path, options, next);
    const signals = [this.#abandoned.signal, ...(options.signal === undefined ? [] : [options.signal])];
    this.page = this.#get(grafana, path, { ...options, signal: AbortSignal.any(signals) }, token);
    // Without this a failure of a page that nobody waits for yet would end the process.
    this.page.catch(() => undefined);
  }

  async #get(grafana: GrafanaClient, path: string, options: Listing, token: string | undefined): Promise<Json> {
    const size = options.limit;
    await size.rest(options.signal);
    for (;;) {
      const { limit } = size;
      let took = 0;
      const request: RequestOptions = {
        query: { limit, continue: token, labelSelector: options.labelSelector },
        signal: options.signal,
        leave: options.leave,
        list: true,
        first: true,
        begins: (head) => this.#look(head),
        took: (milliseconds) => (took = milliseconds),
        ...(options.metadataOnly === true ? { accept: METADATA_ONLY } : {}),
      };
      try {
        const page = await grafana.get(path, request);
        size.learn(listAt(page, 'items')?.length ?? 0, took);
        return page;
      } catch (error) {
        if (!(error instanceof ResponseTooLarge)) {
          throw error;
        }
        this.#forget();
        if (limit === 1) {
          if (options.largeSingly === true) {
            return grafana.get(path, { ...request, accept: METADATA_ONLY });
          }
          throw error;
        }
        size.shrink(Math.max(1, Math.floor(limit * SMALLER)));
      }
    }
  }

  /** What was named is not the next page: this one will be a shorter one. */
  #forget(): void {
    this.#named = undefined;
    this.#ahead?.reading.abandon();
    this.#ahead = undefined;
  }

  abandon(): void {
    this.#abandoned.abort(new Error('the previous page is requested again'));
  }

  /**
   * From now on the next page is asked for as soon as this one names it: only one at a time, so that memory stays flat.
   */
  goAhead(): void {
    this.#mayGoAhead = true;
    this.#askAhead();
  }

  /** The page of that token: the one that is on its way already, unless the head of this page named another. */
  next(token: string): PageReading {
    return this.#ahead?.token === token ? this.#ahead.reading : this.#another(token);
  }

  #look(head: Buffer): void {
    this.#named = NAMED_AT_ONCE.exec(head.toString('latin1', 0, HEAD_BYTES))?.[1];
    this.#askAhead();
  }

  #askAhead(): void {
    const token = this.#named;
    if (this.#mayGoAhead && token !== undefined && this.#ahead?.token !== token) {
      this.#ahead = { token, reading: this.#another(token) };
    }
  }
}

/**
 * The resource version of a list, where it comes from unified storage in SQL: one counter for each resource over all
 * namespaces, in epoch microseconds (16 digits), which every create, update and delete advances in
 * its transaction, and which a list reads before its rows (Grafana's pkg/storage/unified/sql). The key-value backend
 * shows the last event (19 digits), which may be stored late or left out; the older tables show the time of the newest
 * row (13 digits), which a deletion leaves as it is. Those two prove nothing.
 */
export function provingVersion(list: Json): string | undefined {
  const version = stringAt(list, 'metadata', 'resourceVersion') ?? '';
  return /^\d{16}$/.test(version) ? version : undefined;
}
