import type { Dispatcher } from 'undici';
import { compact } from '../../contract/compact.ts';
import type { Json } from '../../lib/json/json.ts';
import { readCertificates } from '../../lib/certificates.ts';
import { allowManyListeners } from '../../lib/abortable.ts';
import { Agent } from '../../lib/http/agent.ts';
import { connectorFor } from '../../storage/outbound/connector.ts';
import { Access } from './access.ts';
import { grafanaUrl } from './address.ts';
import { attempt, type Attempt, type HttpConnection } from './attempt.ts';
import type { ByteReservation } from './byte-budget.ts';
import type { GrafanaResponse, ClientOptions, RequestOptions } from './client-options.ts';
import type { CredentialSource } from './credentials.ts';
import type { GrafanaError } from './errors.ts';
import { Outage, whyDown, type Patience } from './outage.ts';
import { RequestLimiter } from './request-limiter.ts';

/** Grafana at the other end of a long line still answers 640 requests a second; one that is near or busy gets fewer. */
const DEFAULT_CONCURRENCY = 64;
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_WAIT_MS = 300_000;
/** Milliseconds within which Grafana accepts a connection: the address may be wrong until it has responded. */
const CONNECT_MS = { first: 3_000, later: 10_000 };
/** Milliseconds for which an address from which nothing ever came is tried. */
const FIRST_ANSWER_MS = 3_000;
const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 15_000;

/** Of a setting whose name is not known here. */
const OF_AUTHORITY = 'the setting for Grafana’s certificate authority';

/** Renewed credentials that are refused again and again are no use. */
const MOST_RENEWALS = 3;

/**
 * A server that says when to come again is well and will answer: it is asked this many times as often before giving up.
 */
const TOLD_WHEN = 4;

/** Whether it is the credentials that Grafana refuses. */
function isRefusal({ httpStatus, reason }: GrafanaError): boolean {
  return httpStatus === 401 && reason !== 'api-key.organization-mismatch';
}

/** What all clients of one Grafana share: connections, the window of requests, and whether it is away. */
interface Shared extends HttpConnection {
  outage: Outage;
  options: ClientOptions;
}

/**
 * Talks to one Grafana as one identity in one org.
 * Every request has a time limit, shares the window of concurrent requests and is retried where that is safe.
 * @throws GrafanaError with method, path, status and Grafana's own message.
 */
export class GrafanaClient {
  readonly #shared: Shared;
  readonly #access: Access;
  readonly #share: ByteReservation | undefined;

  private constructor(shared: Shared, access: Access, share?: ByteReservation) {
    this.#shared = shared;
    this.#access = access;
    this.#share = share;
  }

  /** @throws DashkeepError DK_SETTINGS for an invalid URL or file of certificates, DK_NOT_ALLOWED */
  static open(options: ClientOptions): GrafanaClient {
    const url = grafanaUrl(options.url);
    options.outbound?.assertHost(url.hostname);
    const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
    const origin = url.origin;
    const prefix = url.pathname.replace(/\/+$/, '');
    const ca = options.caFile === undefined ? undefined : readCertificates(options.caFile, OF_AUTHORITY);
    const connectFirst = connectorFor(options.outbound, compact({ timeout: CONNECT_MS.first, ca }));
    const connectLater = connectorFor(options.outbound, compact({ timeout: CONNECT_MS.later, ca }));
    const dispatcher = new Agent({
      // No limit here: the window is one, and an answer that waits for room keeps its connection but no place.
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connect: (...given) => (shared.answered ? connectLater : connectFirst)(...given),
    });
    const shared: Shared = {
      origin,
      prefix,
      dispatcher,
      window: new RequestLimiter({ max: concurrency, clock: options.clock }),
      clock: options.clock,
      timeout: options.timeout ?? DEFAULT_TIMEOUT_MS,
      answered: false,
      outage: new Outage({
        clock: options.clock,
        log: options.log,
        within: options.wait ?? DEFAULT_WAIT_MS,
        address: origin,
        timeout: options.timeout ?? DEFAULT_TIMEOUT_MS,
        answered: () => shared.answered,
        whyDown: (within, signal) => whyDown({ dispatcher, origin, path: `${prefix}/api/health` }, within, signal),
      }),
      options,
    };
    return new GrafanaClient(shared, new Access(options.credentials));
  }

  /** Address without credentials, for messages and manifests. */
  get url(): string {
    return this.#shared.origin + this.#shared.prefix;
  }

  get identity(): 'token' | 'basic' {
    return this.#access.credentials.kind;
  }

  /** The variable that gives the token, where one does. */
  get tokenVariable(): string | undefined {
    return this.#access.credentials.variable;
  }

  /** Milliseconds that Grafana's clock is ahead of this machine's, by its last response; undefined if unknown. */
  get clockAhead(): number | undefined {
    const { dated } = this.#shared;
    const ahead = dated === undefined ? Number.NaN : Date.parse(dated.date) - dated.received.getTime();
    return Number.isFinite(ahead) ? ahead : undefined;
  }

  /**
   * The same Grafana in another org, and as another identity when credentials are given (a token knows one org only).
   */
  inOrg(org: number, credentials: CredentialSource = this.#access.credentials): GrafanaClient {
    return new GrafanaClient(this.#shared, this.#access.inOrg(org, credentials));
  }

  /**
   * The same, with answers that wait for room in a budget: for work that reads what may be large, one after another.
   */
  reserving(share: ByteReservation): GrafanaClient {
    return new GrafanaClient(this.#shared, this.#access, share);
  }

  /** From now on it is urgent: others may be made to wait for Grafana, within reason. For restores, not for backups. */
  prioritize(): void {
    this.#shared.window.prioritize();
  }

  /**
   * From now on a Grafana that goes away is waited for, as long as the options say, and what may be sent again is. If
   * it stays away, everything fails with one and the same error. For runs, not for what a person waits for.
   */
  waitOutRestarts(patience: Patience): void {
    this.#shared.outage.waitOut(patience);
  }

  /** Ends when the requests under way have ended; those to a Grafana that stayed away are cut. No others are sent. */
  async close(): Promise<void> {
    const { outage, dispatcher } = this.#shared;
    const isAway = outage.gone !== undefined;
    outage.close();
    await (isAway ? dispatcher.destroy() : dispatcher.close());
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
  async request(method: Dispatcher.HttpMethod, path: string, options: RequestOptions = {}): Promise<GrafanaResponse> {
    const { clock, randomness, log } = this.#shared.options;
    allowManyListeners(options.signal);
    const retry = options.retry ?? (method === 'GET' ? 'always' : 'unprocessed');
    const attempts = retry === 'never' ? 1 : (this.#shared.options.attempts ?? 5);
    const { outage } = this.#shared;
    const line = { shared: this.#shared, access: this.#access, share: this.#share };
    const began = clock.monotonic();
    let renewals = 0;
    for (let tries = 1; ; tries++) {
      await outage.settled().catch(() => undefined);
      const endTurn = await this.#access.turn(path);
      let isAccepted = false;
      let outcome: Attempt;
      try {
        this.#throwIfEnded();
        options.signal?.throwIfAborted();
        outcome = await attempt(line, method, path, options);
        if (outcome.answer !== undefined) {
          isAccepted = true;
          return outcome.answer;
        }
        if (isRefusal(outcome.error)) {
          if (renewals++ < MOST_RENEWALS && (await this.#access.isRenewed(outcome.authorization))) {
            continue;
          }
          throw this.#access.refuse(outcome.error);
        }
        isAccepted = [403, 404].includes(outcome.error.httpStatus);
      } finally {
        endTurn(isAccepted);
      }
      const { error } = outcome;
      const repeatable = outcome.passing && (retry === 'always' || (retry === 'unprocessed' && outcome.unprocessed));
      if (outcome.passing && error.httpStatus !== 429 && (await outage.isOver(began)) && repeatable) {
        tries = 0;
        continue;
      }
      const most = outcome.retryAfter === undefined ? attempts : attempts * TOLD_WHEN;
      const isNowhere = error.httpStatus === 0 && !this.#shared.answered && clock.monotonic() - began > FIRST_ANSWER_MS;
      if (!repeatable || tries >= most || isNowhere) {
        throw error;
      }
      const backoff = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (tries - 1)) * (0.5 + randomness.fraction());
      const pause = Math.max(backoff, outcome.retryAfter ?? 0);
      log.debug({ method, path, attempt: tries, pause: Math.round(pause), code: error.code }, 'the request is retried');
      await clock.sleep(pause, options.signal);
    }
  }

  /** @throws what ended all requests: credentials that Grafana refuses, a Grafana that stayed away, or `close`. */
  #throwIfEnded(): void {
    const ended = this.#access.refused ?? this.#shared.outage.gone;
    if (ended !== undefined) {
      throw ended;
    }
  }
}
