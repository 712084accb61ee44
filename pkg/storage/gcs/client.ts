import type { Dispatcher } from 'undici';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { compact } from '../../contract/compact.ts';
import { Agent, type Connections } from '../../lib/http/agent.ts';
import { BodyTooLarge, sendRequest, type HttpResponse } from '../../lib/http/request.ts';
import { call, type CallPorts } from '../cloud/call.ts';
import { Rotating } from '../cloud/rotating.ts';
import { tooLarge, withoutExchange } from '../errors.ts';
import type { OpenStoreOptions } from '../open.types.ts';
import { connectorFor } from '../outbound/connector.ts';
import { GCS_CODES, refusalOf } from './errors.ts';
import type { ResolvedGcs } from './resolve.ts';
import type * as SdkModule from './sdk.ts';

/** More calls than run at the same time anywhere in Dashkeep. */
const SOCKETS = 48;
const CONNECT_MILLISECONDS = 5_000;
const TIMEOUT_MILLISECONDS = 30_000;
/** The speed that a body gets extra time for: about the slowest connection worth supporting. */
const BYTES_PER_MILLISECOND = 64;
/** Of a response that is no object; a page of a list has 1 000 entries. */
const ANSWER_BYTES = 4 * 1024 * 1024;
const SCOPE = 'https://www.googleapis.com/auth/devstorage.full_control';

type Sdk = typeof SdkModule;
interface Signer {
  token(): Promise<string | null | undefined>;
}

export interface GcsRequest {
  /** Path of the JSON API with its query. */
  path: string;
  method?: Dispatcher.HttpMethod;
  headers?: Record<string, string>;
  body?: Buffer;
  /** For the error when more comes. */
  key?: string;
  maxBytes?: number;
  /** Statuses that are answers, too. */
  accept?: readonly number[];
  signal?: AbortSignal;
}

/**
 * Calls of Google's JSON API, signed by Google's own library. Its client for storage cannot be aborted, shares its
 * connections with everything else in the process, and from its version 8 on needs Node 22.
 */
export class GcsClient {
  readonly #origin: string;
  readonly #idle: number;
  readonly #ports: CallPorts;
  readonly #dispatcher: Connections;
  readonly #signer: Rotating<Signer>;
  readonly #from: string;

  constructor(
    sdk: Sdk,
    { endpoint, credentials, settings }: ResolvedGcs,
    where: string,
    { clock, random, outbound }: Pick<OpenStoreOptions, 'clock' | 'random' | 'outbound'>,
  ) {
    this.#origin = endpoint.value;
    this.#idle = settings.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
    this.#ports = { clock, random, where, codes: GCS_CODES };
    this.#dispatcher = new Agent({
      connections: SOCKETS,
      pipelining: 1,
      connect: connectorFor(outbound, compact({ timeout: CONNECT_MILLISECONDS })),
    });
    this.#from = credentials.from;
    this.#signer = new Rotating(credentials.read, (text) => signerFor(sdk, text, credentials.from), clock);
  }

  /**
   * @param permission - the right that it needs
   * @returns the response and on which attempt it came
   */
  call(what: string, permission: string, { signal, ...request }: GcsRequest): Promise<HttpResponse & Repeated> {
    return call(this.#ports, what, permission, signal, async (attempt) => {
      const answer = await this.#send(request, signal);
      if ((answer.status >= 200 && answer.status < 300) || request.accept?.includes(answer.status)) {
        return { ...answer, attempt };
      }
      throw refusalOf(answer);
    });
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #send(request: Omit<GcsRequest, 'signal'>, signal: AbortSignal | undefined): Promise<HttpResponse> {
    const { path, method = 'GET', headers = {}, body, key = '', maxBytes = ANSWER_BYTES } = request;
    const authorization = `Bearer ${await unlessAborted(this.#token(), signal)}`;
    try {
      return await sendRequest({
        dispatcher: this.#dispatcher,
        origin: this.#origin,
        path,
        method,
        headers: { ...headers, authorization, 'user-agent': 'dashkeep' },
        body: body ?? null,
        idle: this.#idle,
        total: body === undefined ? undefined : this.#idle + Math.ceil(body.length / BYTES_PER_MILLISECOND),
        maxBytes,
        signal,
      });
    } catch (error) {
      throw error instanceof BodyTooLarge ? tooLarge(key, maxBytes) : error;
    }
  }

  /** Every failure to get a token is a credentials error. */
  async #token(): Promise<string> {
    try {
      const token = await (await this.#signer.get()).token();
      if (token) {
        return token;
      }
      throw new Error('no token was given');
    } catch (error) {
      if (error instanceof DashkeepError) {
        throw error;
      }
      throw new DashkeepError('DK_STORE_CREDENTIALS', `no credentials from ${this.#from}: ${reasonOf(error)}`, {
        cause: withoutExchange(error),
      });
    }
  }
}

/** On which attempt an answer came. */
export interface Repeated {
  attempt: number;
}

function signerFor(sdk: Sdk, text: string, from: string): Signer {
  const auth = new sdk.GoogleAuth({
    scopes: [SCOPE],
    ...(text !== '' && { credentials: credentialsIn(text, from) }),
  });
  return { token: () => auth.getAccessToken() };
}

function credentialsIn(text: string, from: string): { type?: string } {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    // The parser's own words would repeat part of the key.
    found = undefined;
  }
  if (typeof (found as { type?: unknown } | null | undefined)?.type !== 'string') {
    throw new DashkeepError('DK_STORE_CREDENTIALS', `${from} does not contain a service account key in JSON`, {
      advice: reason('copy-google-key'),
    });
  }
  return found as { type: string };
}

/** The library that gets tokens knows no signals. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) {
    return work;
  }
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop as () => void);
  }
}
