import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { parseJson, stringifyJson, type Json } from '../contract/json.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import { Agent, type Connections } from '../storage/agent.ts';
import { exchange, type Exchanged } from '../storage/exchange.ts';
import { release } from '../storage/release.ts';
import { grafanaUrl, queryOf, type Query } from './address.ts';
import type { Share } from './budget.ts';
import type { CredentialSource } from './credentials.ts';
import type { GrafanaError } from './errors.ts';
import { errorOfAnswer } from './errors.ts';
import type { Left } from './json/bytes.ts';
import { parseItems } from './json/items.ts';
import { parseOutline } from './json/outline.ts';
import { isUp, Outage, type Patience } from './outage.ts';
import type { Ending } from './pace.ts';
import { endingOf, isNotSent, retryAfterOf, transportError } from './transport.ts';
import { RequestWindow, type Leave } from './window.ts';

export interface ClientOptions {
  /** Where Grafana answers, with its sub-path when it has one. */
  url: string;
  credentials: CredentialSource;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  /** Requests at once at most; 64 by default. How many there are is found out by how fast Grafana answers. */
  concurrency?: number;
  /** Milliseconds that one attempt may take; 30 000 by default. */
  timeout?: number;
  /** Attempts for requests that may be repeated; 5 by default. */
  attempts?: number;
  /** Milliseconds that a run waits for a Grafana that is restarting; 300 000 by default. See `waitOutRestarts`. */
  wait?: number;
  /** PEM file with further certificate authorities. */
  caFile?: string;
}

export interface RequestOptions {
  query?: Query;
  body?: Json;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  accept?: string;
  /** Milliseconds for one attempt, instead of the client's. */
  timeout?: number;
  /** Nobody looks at what a good answer says: it is not parsed, and `json` is null. */
  ignoreAnswer?: true;
  /** Much else waits for it: it goes before all other requests. */
  first?: true;
  /** Told the first part of a good answer's body as it came, as soon as it is there; once for each attempt. */
  begins?: (part: Buffer) => void;
  /** Gets the milliseconds that a good response took. */
  took?: (milliseconds: number) => void;
  /** What of the answer is left as bytes (`parseOutline`). */
  leave?: Left;
  /** Of an answer that is a list of objects only these members of each are kept (`parseItems`). */
  keep?: readonly string[];
  /**
   * `always`: repeat after anything that may pass (the default for GET). `unprocessed`: only when the server said that it
   * did not take the request (429, 503 with Retry-After), the default for writes. `never`: not at all.
   */
  retry?: 'always' | 'unprocessed' | 'never';
}

export interface Answer {
  status: number;
  json: Json;
  headers: Record<string, string | string[] | undefined>;
}

/** Grafana at the other end of a long line still answers 640 requests a second; one that is near or busy gets fewer. */
const DEFAULT_CONCURRENCY = 64;
/** No answer of Grafana's is larger; more is a mistake or an attack. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const DEFAULT_WAIT_MS = 300_000;
const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 15_000;
/** Renewed credentials that are refused again and again are no use. */
const MOST_RENEWALS = 3;
/** A server that says when to come again is well and will answer: it is asked this many times as often before giving up. */
const TOLD_WHEN = 4;

const EMPTY = Buffer.alloc(0);
const inflate = promisify(gunzip);

/** What all clients of one Grafana share: connections, the window of requests, and whether the credentials were refused. */
interface Shared {
  origin: string;
  prefix: string;
  dispatcher: Connections;
  window: RequestWindow;
  outage: Outage;
  options: ClientOptions;
}

/** Who asks, and where. */
interface Access {
  readonly credentials: CredentialSource;
  readonly org: number | undefined;
  /** Set when Grafana refused the credentials for good: every further request fails with it, and none is sent. */
  refused?: GrafanaError;
  /** Other credentials are being asked for, once for all requests; resolves to whether there are some. */
  renewing?: Promise<boolean>;
}

/**
 * Talks to one Grafana as one identity in one org.
 * Every request has a time limit, shares the window of concurrent requests and is retried where that is safe.
 * @throws GrafanaError with method, path, status and Grafana's own message.
 */
export class GrafanaClient {
  readonly #shared: Shared;
  readonly #access: Access;
  readonly #share: Share | undefined;

  private constructor(shared: Shared, access: Access, share?: Share) {
    this.#shared = shared;
    this.#access = access;
    this.#share = share;
  }

  /** @throws DashkeepError DK_SETTINGS when the URL is not one. */
  static open(options: ClientOptions): GrafanaClient {
    const url = grafanaUrl(options.url);
    const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
    const origin = url.origin;
    const prefix = url.pathname.replace(/\/+$/, '');
    const dispatcher = new Agent({
      // No limit here: the window is one, and an answer that waits for room keeps its connection but no place.
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connect: {
        timeout: 10_000,
        ...(options.caFile === undefined ? {} : { ca: readFileSync(options.caFile, 'utf8') }),
      },
    });
    const shared: Shared = {
      origin,
      prefix,
      dispatcher,
      window: new RequestWindow({ max: concurrency, clock: options.clock }),
      outage: new Outage({
        clock: options.clock,
        log: options.log,
        within: options.wait ?? DEFAULT_WAIT_MS,
        isUp: (signal) => isUp({ dispatcher, origin, path: `${prefix}/api/health` }, signal),
      }),
      options,
    };
    return new GrafanaClient(shared, { credentials: options.credentials, org: undefined });
  }

  /** Address without credentials, for messages and manifests. */
  get url(): string {
    return this.#shared.origin + this.#shared.prefix;
  }

  get identity(): 'token' | 'basic' {
    return this.#access.credentials.kind;
  }

  /** The same Grafana in another org, and as another identity when credentials are given (a token knows one org only). */
  inOrg(org: number, credentials: CredentialSource = this.#access.credentials): GrafanaClient {
    return new GrafanaClient(this.#shared, { credentials, org });
  }

  /** The same, with answers that wait for room in a budget: for work that reads what may be large, one after another. */
  holding(share: Share): GrafanaClient {
    return new GrafanaClient(this.#shared, this.#access, share);
  }

  /** From now on it is urgent: others may be made to wait for Grafana, within reason. For restores, not for backups. */
  hurry(): void {
    this.#shared.window.hurry();
  }

  /**
   * From now on a Grafana that goes away is waited for, as long as the options say, and what may be sent again is. If it
   * stays away, everything fails with one and the same error. For runs, not for what a person waits for.
   */
  waitOutRestarts(patience: Patience): void {
    this.#shared.outage.waitOut(patience);
  }

  async close(): Promise<void> {
    await this.#shared.dispatcher.close();
  }

  async get(path: string, options: RequestOptions = {}): Promise<Json> {
    return (await this.request('GET', path, options)).json;
  }

  async post(path: string, body: Json, options: RequestOptions = {}): Promise<Json> {
    return (await this.request('POST', path, { ...options, body })).json;
  }

  async put(path: string, body: Json, options: RequestOptions = {}): Promise<Json> {
    return (await this.request('PUT', path, { ...options, body })).json;
  }

  async patch(path: string, body: Json, options: RequestOptions = {}): Promise<Json> {
    return (await this.request('PATCH', path, { ...options, body })).json;
  }

  async delete(path: string, options: RequestOptions = {}): Promise<Json> {
    return (await this.request('DELETE', path, options)).json;
  }

  /** One request with its retries. Path parameters must be encoded by the caller (`encodeURIComponent`). */
  async request(method: Dispatcher.HttpMethod, path: string, options: RequestOptions = {}): Promise<Answer> {
    const { clock, randomness, log } = this.#shared.options;
    const retry = options.retry ?? (method === 'GET' ? 'always' : 'unprocessed');
    const attempts = retry === 'never' ? 1 : (this.#shared.options.attempts ?? 5);
    const { outage } = this.#shared;
    let renewals = 0;
    for (let attempt = 1; ; attempt++) {
      await outage.settled().catch(() => undefined);
      this.#throwIfEnded();
      options.signal?.throwIfAborted();
      const outcome = await this.#attempt(method, path, options);
      if (outcome.answer !== undefined) {
        return outcome.answer;
      }
      const { error } = outcome;
      if (error.httpStatus === 401 && error.reason !== 'api-key.organization-mismatch') {
        if (renewals++ < MOST_RENEWALS && (await this.#isRenewed(outcome.authorization))) {
          continue;
        }
        this.#access.refused ??= error;
        throw this.#access.refused;
      }
      const repeatable = outcome.passing && (retry === 'always' || (retry === 'unprocessed' && outcome.unprocessed));
      if (outcome.passing && error.httpStatus !== 429 && (await outage.isOver()) && repeatable) {
        attempt = 0;
        continue;
      }
      const most = outcome.retryAfter === undefined ? attempts : attempts * TOLD_WHEN;
      if (!repeatable || attempt >= most) {
        throw error;
      }
      const backoff = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempt - 1)) * (0.5 + randomness.fraction());
      const pause = Math.max(backoff, outcome.retryAfter ?? 0);
      log.debug({ method, path, attempt, pause: Math.round(pause), code: error.code }, 'request will be repeated');
      await clock.sleep(pause, options.signal);
    }
  }

  /** @throws what ended all requests: credentials that Grafana refuses, or a Grafana that stayed away. */
  #throwIfEnded(): void {
    const ended = this.#access.refused ?? this.#shared.outage.gone;
    if (ended !== undefined) {
      throw ended;
    }
  }

  /** Whether there are other credentials now than those that were refused. */
  async #isRenewed(refused: string | undefined): Promise<boolean> {
    const access = this.#access;
    // Another request may have had them renewed while this one was under way.
    if ((await access.credentials.authorization().catch(() => refused)) !== refused) {
      return true;
    }
    access.renewing ??= access.credentials
      .refresh()
      .catch(() => false)
      .finally(() => delete access.renewing);
    return access.renewing;
  }

  async #attempt(method: Dispatcher.HttpMethod, path: string, options: RequestOptions): Promise<Attempt> {
    const { clock } = this.#shared.options;
    const request = { method, path };
    let leave: Leave | undefined = await this.#shared.window.enter(options.signal, options.first);
    let authorization: string | undefined;
    let ending: Ending = 'failed';
    let seen = { bytes: 0, took: 0, late: 0 };
    const received = (bytes: number): Promise<void> | undefined => {
      const room = this.#share?.received(bytes);
      if (room !== undefined) {
        // Whoever makes room may need a place for it.
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
      authorization = await this.#authorization();
      const { status, body, headers, ...rest } = await this.#exchange(method, path, authorization, options, received);
      ending = endingOf(status);
      seen = rest;
      if (status >= 200 && status < 300) {
        // By the next turn its connection is free: until then another request would open one of its own.
        await nextTurn();
        giveBack();
        options.took?.(seen.took);
        // The next request goes before the work on this answer.
        await nextTurn();
        return { answer: { status, json: jsonOf(body, options), headers } };
      }
      const error = errorOfAnswer(request, status, parseOrUndefined(body.toString('utf8')));
      const retryAfter = retryAfterOf(headers['retry-after'], clock.now());
      if (status === 429 && retryAfter !== undefined) {
        this.#shared.window.rest(retryAfter);
      }
      return {
        error,
        authorization,
        passing: status === 429 || status === 408 || (status >= 500 && status !== 501),
        unprocessed: status === 429 || (status === 503 && retryAfter !== undefined),
        ...(retryAfter === undefined ? {} : { retryAfter }),
      };
    } catch (cause) {
      if (options.signal?.aborted) {
        ending = 'cancelled';
        throw options.signal.reason;
      }
      if (cause === this.#access.refused) {
        ending = 'cancelled';
        throw cause;
      }
      const error = transportError(request, cause);
      ending = error.code === 'DK_GRAFANA_TIMEOUT' ? 'overloaded' : 'failed';
      return { error, authorization, passing: true, unprocessed: isNotSent(cause) };
    } finally {
      giveBack();
    }
  }

  /** What a request is sent with; none is sent with what was just refused. */
  async #authorization(): Promise<string> {
    await this.#access.renewing;
    if (this.#access.refused !== undefined) {
      throw this.#access.refused;
    }
    return this.#access.credentials.authorization();
  }

  async #exchange(
    method: Dispatcher.HttpMethod,
    path: string,
    authorization: string,
    options: RequestOptions,
    received: (bytes: number) => Promise<void> | undefined,
  ): Promise<Received> {
    const timeout = options.timeout ?? this.#shared.options.timeout ?? 30_000;
    const headers: Record<string, string> = {
      accept: options.accept ?? 'application/json',
      'accept-encoding': 'gzip',
      authorization,
      ...(this.#access.org !== undefined && this.#access.credentials.kind === 'basic'
        ? { 'x-grafana-org-id': String(this.#access.org) }
        : {}),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    };
    const answer = await exchange({
      dispatcher: this.#shared.dispatcher,
      origin: this.#shared.origin,
      path: this.#shared.prefix + path + queryOf(options.query),
      method,
      headers,
      body: options.body === undefined ? null : stringifyJson(options.body),
      idle: timeout,
      total: timeout,
      maxBytes: MAX_ANSWER_BYTES,
      received,
      begins: options.begins,
      signal: options.signal,
    });
    const raw = answer.body;
    const rest = { ...answer, bytes: raw.length };
    if (options.ignoreAnswer === true && answer.status < 300) {
      return { ...rest, body: EMPTY };
    }
    const body = answer.headers['content-encoding'] === 'gzip' && raw.length > 0 ? await inflateBounded(raw) : raw;
    await received(body.length);
    return { ...rest, body };
  }
}

/** An answer, with its body inflated. */
interface Received extends Exchanged {
  /** Bytes of the body as they came. */
  bytes: number;
}

type Attempt =
  | { answer: Answer; error?: undefined }
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

async function inflateBounded(raw: Buffer): Promise<Buffer> {
  const inflated = (await inflate(raw, { maxOutputLength: MAX_ANSWER_BYTES })) as Buffer;
  release(raw);
  return inflated;
}

function jsonOf(body: Buffer, options: RequestOptions): Json {
  if (body.length === 0) {
    return null;
  }
  const json = parsed(body, options);
  release(body);
  return json;
}

function parsed(body: Buffer, { keep, leave }: RequestOptions): Json {
  if (leave !== undefined) {
    return parseOutline(body, leave);
  }
  return keep === undefined ? parseJson(body.toString('utf8')) : parseItems(body, keep);
}

function parseOrUndefined(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/**
 * Requests of about the same work: the route without its uids and, of what is read, the size of the answer to a factor of
 * four. What a write answers says little about its work, and each further sort has the window start small.
 */
function sortOf(method: string, path: string, bytes: number): string {
  const segments = path.split('/');
  const route = `${method} ${segments[1]}/${segments[2]} ${segments.length}`;
  return method === 'GET' ? `${route} ${Math.floor(Math.log2(bytes + 1) / 2)}` : route;
}
