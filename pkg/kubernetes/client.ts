import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { reasonOf } from '../contract/errors.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import type { Clock, Log } from '../contract/ports.ts';
import { Agent, buildConnector, type Connections } from '../lib/http/agent.ts';
import { sendRequest, type HttpResponse } from '../lib/http/request.ts';
import { KubernetesError, refusal } from './errors.ts';
import type { AccessRule, Status } from './types.ts';

export interface KubeClientOptions {
  /** Folder with `token`, `ca.crt` and `namespace`, as the kubelet mounts them. */
  directory: string;
  /** Address of the API server; IPv6 with or without brackets. */
  host: string;
  port: number;
  clock: Clock;
  log: Log;
}

export interface KubeRequest {
  /** The right that the request needs: says in errors and logs what it was about. */
  access: AccessRule;
  method: 'GET' | 'PUT' | 'POST' | 'PATCH';
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  contentType?: string;
  /** Whether it may be sent again when nobody knows what became of it. */
  repeatable: boolean;
  /** Milliseconds for one attempt; 10 000 by default. */
  timeout?: number;
  signal?: AbortSignal;
}

const TOKEN_MAX_AGE_MS = 60_000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const ATTEMPTS = 4;
const RETRY_AFTER_MAX_MS = 10_000;

/**
 * Talks to the Kubernetes API as the pod's service account. Knows only what it is asked to send; never logs a body.
 * Re-reads the token at least every minute (the kubelet renews it) and immediately after a 401; follows a changed
 * ca.crt.
 */
export class KubeClient {
  readonly #options: KubeClientOptions;
  /** With its port. */
  readonly #host: string;
  #token: { value: string; read: number } | undefined;
  #agent: { agent: Connections; ca: string } | undefined;

  constructor(options: KubeClientOptions) {
    this.#options = options;
    const host = options.host.replace(/^\[(.*)\]$/, '$1');
    this.#host = `${isIP(host) === 6 ? `[${host}]` : host}:${options.port}`;
  }

  /** The namespace that the pod runs in. */
  async namespace(): Promise<string> {
    return (await this.#file('namespace')).trim();
  }

  /**
   * One request with its retries.
   * @throws KubernetesError with a hint that names the missing rule.
   */
  async request<T>(request: KubeRequest): Promise<T> {
    const { clock, log } = this.#options;
    const { access } = request;
    let freshToken = false;
    for (let attempt = 1; ; attempt++) {
      request.signal?.throwIfAborted();
      const outcome = await this.#attempt(request, freshToken).catch((cause: unknown) => {
        if (request.signal?.aborted) {
          throw request.signal.reason;
        }
        return cause instanceof KubernetesError ? cause : this.#unreachable(cause);
      });
      if (!(outcome instanceof KubernetesError) && outcome.status < 300) {
        return parse<T>(access, outcome);
      }
      if (!(outcome instanceof KubernetesError) && outcome.status === 401 && !freshToken) {
        freshToken = true;
        continue;
      }
      const error = outcome instanceof KubernetesError ? outcome : refusalOf(access, outcome);
      if (attempt >= ATTEMPTS || !mayRepeat(request, error)) {
        throw error;
      }
      const asked = outcome instanceof KubernetesError ? undefined : retryAfterOf(outcome.headers['retry-after']);
      const pause = Math.min(RETRY_AFTER_MAX_MS, asked ?? 100 * 3 ** attempt);
      log.debug({ verb: access.verb, resource: access.resource, status: error.httpStatus, pause }, 'retrying');
      await clock.sleep(pause, request.signal);
    }
  }

  async #attempt(request: KubeRequest, freshToken: boolean): Promise<HttpResponse> {
    const [token, dispatcher] = await Promise.all([this.#bearer(freshToken), this.#connection()]);
    const { method, path, query, body, contentType = 'application/json', timeout = 10_000, signal } = request;
    return sendRequest({
      dispatcher,
      origin: `https://${this.#host}`,
      path: query === undefined ? path : `${path}?${new URLSearchParams(query).toString()}`,
      method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        'user-agent': 'dashkeep',
        ...(body !== undefined && { 'content-type': contentType }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      idle: timeout,
      total: timeout,
      maxBytes: MAX_ANSWER_BYTES,
      signal,
    });
  }

  async #bearer(fresh: boolean): Promise<string> {
    const now = this.#options.clock.monotonic();
    if (fresh || this.#token === undefined || now - this.#token.read > TOKEN_MAX_AGE_MS) {
      this.#token = { value: (await this.#file('token')).trim(), read: now };
    }
    return this.#token.value;
  }

  async #connection(): Promise<Connections> {
    const ca = await this.#file('ca.crt');
    if (this.#agent?.ca !== ca) {
      // What is under way with the former certificate may end.
      void this.#agent?.agent.close();
      this.#agent = { ca, agent: new Agent({ connections: 4, pipelining: 1, connect: buildConnector({ ca }) }) };
    }
    return this.#agent.agent;
  }

  async #file(name: string): Promise<string> {
    const path = join(this.#options.directory, name);
    try {
      return await readFile(path, 'utf8');
    } catch (cause) {
      throw new KubernetesError(0, 'NoServiceAccount', `cannot read ${path}: ${reasonOf(cause)}`, {
        cause,
        advice: reason('mount-service-account-token'),
      });
    }
  }

  #unreachable(cause: unknown): KubernetesError {
    const what = `the Kubernetes API at ${this.#host} does not respond: ${reasonOf(cause)}`;
    return new KubernetesError(0, 'Unreachable', what, {
      cause,
      advice: reason('unblock-api-server'),
    });
  }
}

function mayRepeat(request: KubeRequest, error: KubernetesError): boolean {
  if (error.reason === 'NoServiceAccount') {
    return false;
  }
  // 429 is said before anything is done.
  return error.httpStatus === 429 || (request.repeatable && (error.httpStatus === 0 || error.httpStatus >= 500));
}

function refusalOf(access: AccessRule, { status, body }: HttpResponse): KubernetesError {
  const { reason, message } = statusOf(body.toString('utf8'));
  return refusal(access, status, reason ?? '', message ?? '');
}

function statusOf(text: string): Status {
  try {
    const value: unknown = JSON.parse(text);
    const status = typeof value === 'object' && value !== null ? (value as Status) : {};
    return status.kind === 'Status' ? status : {};
  } catch {
    return {};
  }
}

function parse<T>(access: AccessRule, { status, body }: HttpResponse): T {
  try {
    return JSON.parse(body.toString('utf8')) as T;
  } catch {
    throw refusal(access, status, 'NotJson', 'the response is not JSON: check that this is the Kubernetes API');
  }
}

function retryAfterOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(header) ? Number(header) * 1000 : undefined;
}
