import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { DashkeepError } from '../../contract/errors.ts';
import { stringifyJson, type Json } from '../../lib/json/json.ts';
import type { ItemReader } from '../../lib/json/list-items.ts';
import type { Clock } from '../../contract/ports.ts';
import type { Connections } from '../../lib/http/agent.ts';
import { BodyTooLarge, sendRequest, type HttpResponse } from '../../lib/http/request.ts';
import type { Access } from './access.ts';
import { queryOf } from './address.ts';
import {
  BodyTooDeep,
  ERROR_LIMIT,
  headText,
  inflateBounded,
  inflateItems,
  itemReaderOf,
  jsonOf,
  limitOf,
  LIST_LIMIT,
  parseOrUndefined,
  type TakeRoom,
} from './response-body.ts';
import { ByteBudget, LARGE_BYTES, type ByteReservation } from './byte-budget.ts';
import type { GrafanaResponse, RequestOptions } from './client-options.ts';
import { errorOfResponse, isGrafanaError, ResponseTooLarge, type GrafanaError } from './errors.ts';
import type { Ending } from './adaptive-concurrency.ts';
import { endingOf, isLasting, isNotSent, retryAfterOf, transportError } from './transport.ts';
import type { Release, RequestLimiter } from './request-limiter.ts';

/** Where answers wait for room for which nobody reserved any, until they are parsed: all that this process reads. */
const UNRESERVED = new ByteBudget(LARGE_BYTES);

/** What all clients of one Grafana share to send a request. */
export interface HttpConnection {
  origin: string;
  prefix: string;
  dispatcher: Connections;
  window: RequestLimiter;
  clock: Clock;
  /** Milliseconds that one attempt may take. */
  timeout: number;
  /** Whether it ever responded as a Grafana does: then what is wrong with its connections may pass. */
  answered: boolean;
  /** The `Date` of the last response, and when it came by this machine's clock. */
  dated?: { date: string; received: Date };
}

/** What a request is sent over: as whom, and with room for its answer where that is kept. */
export interface Line {
  shared: HttpConnection;
  access: Access;
  share: ByteReservation | undefined;
}

/** What became of one attempt. */
export type Attempt =
  | { answer: GrafanaResponse; error?: undefined }
  | {
      answer?: undefined;
      error: GrafanaError;
      /** What it was sent with. */
      authorization: string | undefined;
      /** Whether the same request may succeed later. */
      passing: boolean;
      /** Whether the server surely did not act on it. */
      unprocessed: boolean;
      /** Milliseconds that the server asked to wait. */
      retryAfter?: number;
    };

/** Sends a request once, in its place among all others of the same Grafana. */
export async function attempt(
  line: Line,
  method: Dispatcher.HttpMethod,
  path: string,
  options: RequestOptions,
): Promise<Attempt> {
  const { access } = line;
  const share = line.share ?? UNRESERVED.open();
  const { clock, window } = line.shared;
  const request = { method, path };
  let leave: Release | undefined = await window.acquire(options.signal, options.first);
  let authorization: string | undefined;
  let ending: Ending = 'failed';
  let seen = { bytes: 0, took: 0, late: 0 };
  const take: TakeRoom = (bytes) => {
    const room = share.received(bytes);
    if (room !== undefined) {
      // Anyone who makes room may need a place for it.
      leave?.({ ending: 'cancelled', sort: '', milliseconds: 0, late: 0 });
      leave = undefined;
    }
    return room;
  };
  const giveBack = (): void => {
    leave?.({ ending, sort: sortOf(method, path, seen.bytes), milliseconds: seen.took, late: seen.late });
    leave = undefined;
  };
  try {
    authorization = await access.authorization();
    const received = await send(line, request, authorization, options, take);
    const { status, headers } = received;
    ending = endingOf(status);
    noteDate(line.shared, headers['date']);
    seen = received;
    if (status >= 200 && status < 300) {
      // By the next turn its connection is free: until then another request would open another one.
      await nextTurn();
      giveBack();
      options.took?.(seen.took);
      // The next request goes before the work on this answer.
      await nextTurn();
      const json = await jsonIn(received, options, take);
      line.shared.answered = true;
      return { answer: { status, json, headers } };
    }
    const text = (await unpackedError(received)).toString('utf8');
    const error = errorOfResponse(request, status, parseOrUndefined(text), line.shared.prefix);
    const retryAfter = retryAfterOf(headers['retry-after'], clock.now());
    if (status === 429 && retryAfter !== undefined) {
      window.pause(retryAfter);
    }
    return {
      error,
      authorization,
      passing: status === 429 || status === 408 || (status >= 500 && status !== 501),
      unprocessed: status === 429 || (status === 503 && retryAfter !== undefined) || isRefusedBySqlite(request, error),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
  } catch (cause) {
    if (options.signal?.aborted) {
      ending = 'cancelled';
      throw options.signal.reason;
    }
    if (cause === access.refused) {
      ending = 'cancelled';
      throw cause;
    }
    // Nothing was sent, because there are no credentials. That is no fault of Grafana, unless it is away.
    if (authorization === undefined && cause instanceof DashkeepError) {
      ending = 'cancelled';
      if (isGrafanaError(cause) && (cause.httpStatus === 0 || cause.httpStatus >= 500)) {
        return { error: cause, authorization, passing: true, unprocessed: true };
      }
      throw cause;
    }
    const tooLarge = tooLargeError(request, cause);
    if (tooLarge !== undefined) {
      ending = 'cancelled';
      return { error: tooLarge, authorization, passing: false, unprocessed: false };
    }
    const error = transportError(request, cause, line.shared.origin);
    ending = error.code === 'DK_GRAFANA_TIMEOUT' ? 'overloaded' : 'failed';
    const passing = line.shared.answered || !isLasting(cause);
    return { error, authorization, passing, unprocessed: isNotSent(cause) };
  } finally {
    giveBack();
    if (share !== line.share) {
      share.close();
    }
  }
}

function noteDate(shared: HttpConnection, date: string | string[] | undefined): void {
  if (typeof date === 'string') {
    shared.dated = { date, received: shared.clock.now() };
  }
}

/** An answer as it came. */
interface Received extends HttpResponse {
  /** What read its items meanwhile. */
  reader: ItemReader | undefined;
}

async function send(
  { shared, access }: Line,
  { method, path }: { method: Dispatcher.HttpMethod; path: string },
  authorization: string,
  options: RequestOptions,
  take: TakeRoom,
): Promise<Received> {
  const timeout = options.timeout ?? shared.timeout;
  const headers: Record<string, string> = {
    accept: options.accept ?? 'application/json',
    'accept-encoding': 'gzip',
    ...access.headers(authorization),
    ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...options.headers,
  };
  const reader = itemReaderOf(options);
  const answer = await sendRequest({
    dispatcher: shared.dispatcher,
    origin: shared.origin,
    path: shared.prefix + path + queryOf(options.query),
    method,
    headers,
    body: options.body === undefined ? null : stringifyJson(options.body),
    idle: timeout,
    total: timeout,
    maxBytes: limitOf(options).bytes,
    received: take,
    begins: options.begins,
    consume: (part, headers) => {
      if (reader !== undefined && !isPacked(headers)) {
        reader.add(part);
        return true;
      }
      return options.ignoreBody === true;
    },
    signal: options.signal,
  });
  return { ...answer, reader };
}

function isPacked(headers: HttpResponse['headers']): boolean {
  return headers['content-encoding'] === 'gzip';
}

/** What a good answer says, as the caller wants it. */
async function jsonIn(
  { body, bytes, headers, reader }: Received,
  options: RequestOptions,
  take: TakeRoom,
): Promise<Json> {
  if (bytes === 0 || options.ignoreBody === true) {
    return null;
  }
  if (reader !== undefined) {
    if (isPacked(headers)) {
      await inflateItems(body, reader);
    }
    return reader.end();
  }
  return jsonOf(isPacked(headers) ? await inflateBounded(body, limitOf(options), take) : body, options, take);
}

/** Its text only helps people: where it was cut short, or is large, there is none. */
async function unpackedError({ body, headers }: Received): Promise<Buffer> {
  try {
    return isPacked(headers) && body.length > 0 ? await inflateBounded(body, ERROR_LIMIT, () => undefined) : body;
  } catch {
    return Buffer.alloc(0);
  }
}

function tooLargeError(request: { method: string; path: string }, cause: unknown): ResponseTooLarge | undefined {
  if (cause instanceof BodyTooLarge) {
    return new ResponseTooLarge(request, cause.maxBytes, headText(cause.head), cause);
  }
  if (cause instanceof BodyTooDeep) {
    return new ResponseTooLarge(request, undefined, cause.head, cause);
  }
  return cause instanceof DashkeepError && cause.code === 'DK_JSON_TOO_LARGE'
    ? new ResponseTooLarge(request, LIST_LIMIT.heap, '', cause)
    : undefined;
}

/**
 * Requests of about the same work: the route without its uids and, of what is read, the size of the answer to a factor
 * of four. What a write answers says little about its work, and each further sort has the window start small.
 */
function sortOf(method: string, path: string, bytes: number): string {
  const segments = path.split('/');
  const route = `${method} ${segments[1]}/${segments[2]} ${segments.length}`;
  return method === 'GET' ? `${route} ${Math.floor(Math.log2(bytes + 1) / 2)}` : route;
}

/** A busy SQLite: nothing was deleted. Of other writes part may be stored, since they can take several transactions. */
function isRefusedBySqlite({ method }: { method: string }, { message }: GrafanaError): boolean {
  // oxlint-disable-next-line dashkeep/syntax -- Grafana passes on what SQLite says
  return method === 'DELETE' && message.includes('database is locked');
}
