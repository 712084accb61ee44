import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import { compact } from '../../../contract/compact.ts';
import { reasonOf } from '../../../contract/errors.ts';
import type { Log } from '../../../contract/ports.ts';
import { Agent, type Connections } from '../../../lib/http/agent.ts';
import { sendRequest, type HttpResponse } from '../../../lib/http/request.ts';
import { connectorFor } from '../../outbound/connector.ts';
import { authorities, CONNECT_MILLISECONDS, makeDryClient, SOCKETS } from '../client.ts';
import type { ConnectionSettings } from '../connection-settings.ts';
import { requestTemplateOf, type RequestTemplate } from './request-template.ts';

/** Larger bodies ask for leave first (`Expect: 100-continue`), which the SDK knows how to do. */
const MAX_BODY_BYTES = 1024 * 1024;

/** An answer to a put is next to nothing; errors come with a page of XML. */
const ANSWER_BYTES = 64 * 1024;

/** So long the store is left alone after it said that it is too much for it. */
const PAUSE_MILLISECONDS = 100;

/** So often a refused request that the SDK then got through is put down to chance. */
const MAX_DISAPPOINTMENTS = 3;

/** The speed that a body gets extra time for: about the slowest connection worth supporting. */
export const BYTES_PER_MILLISECOND = 64;

/**
 * The first three are plain. Otherwise it is for the SDK: `not tried` and `declined` when the store surely holds
 * nothing of it, `unknown` when it may.
 */
export type FastPathOutcome = 'written' | 'exists' | 'refused' | 'not tried' | 'declined' | 'unknown';

type SignedTemplate = RequestTemplate & { signer: SignatureV4 };
type Header = readonly [name: string, value: string];

interface Request {
  method: 'PUT' | 'GET';
  /** Relative to the target; without one, the bucket itself. */
  key?: string;
  query?: Readonly<Record<string, string>>;
  headers: readonly Header[];
  body: Buffer;
  /** Milliseconds for all of it. */
  total?: number;
  maxBytes: number;
  signal: AbortSignal | undefined;
}

const EMPTY = Buffer.alloc(0);

/** A page has at most a thousand keys. */
const LIST_BYTES = 4 * 1024 * 1024;

/** What a get sends of the headers of a put. */
const OF_A_GET = new Set(['host', 'x-amz-expected-bucket-owner', 'x-amz-request-payer']);

/**
 * Puts and gets without the SDK: one attempt each, signed by the SDK's own signer, as the SDK would have sent it. The
 * middleware of the SDK takes a millisecond of processor time for each request, more than everything else in a backup
 * together. Whatever does not plainly succeed is left to it, with its retries, its correction of clocks and its errors.
 */
export class FastPathClient {
  readonly #connection: ConnectionSettings;
  readonly #input: () => PutObjectCommandInput;
  readonly #log: Log;
  readonly #dispatcher: Connections;
  #template: Promise<SignedTemplate | undefined> | undefined;
  #disappointments = 0;

  /** @param input what the SDK is to be asked for to learn how it puts below the target. */
  constructor(connection: ConnectionSettings, input: () => PutObjectCommandInput, log: Log) {
    this.#connection = connection;
    this.#input = input;
    this.#log = log;
    const ca = authorities(connection.resolved);
    this.#dispatcher = new Agent({
      connections: SOCKETS,
      pipelining: 1,
      connect: connectorFor(connection.outbound, compact({ timeout: CONNECT_MILLISECONDS, ca })),
    });
  }

  /** @param key relative to the target. @throws the signal's reason */
  async put(
    key: string,
    body: Buffer,
    { contentType, ifAbsent, signal }: { contentType: string; ifAbsent: boolean; signal?: AbortSignal },
  ): Promise<FastPathOutcome> {
    const template = body.length > MAX_BODY_BYTES ? undefined : await this.#plain();
    if (template === undefined) {
      return 'not tried';
    }
    const headers: Header[] = [['content-type', contentType], ...template.putHeaders];
    if (ifAbsent) {
      headers.push(['if-none-match', '*']);
    }
    const { timeoutMilliseconds: idle } = this.#connection.resolved.settings;
    const total = (idle ?? 0) + Math.ceil(body.length / BYTES_PER_MILLISECOND);
    let answer: HttpResponse;
    try {
      answer = await this.#send(template, { method: 'PUT', key, headers, body, total, maxBytes: ANSWER_BYTES, signal });
    } catch {
      signal?.throwIfAborted();
      return 'unknown';
    }
    return this.#outcomeOf(answer, ifAbsent, signal);
  }

  async #outcomeOf(answer: HttpResponse, ifAbsent: boolean, signal: AbortSignal | undefined): Promise<FastPathOutcome> {
    const { status, headers } = answer;
    if (status === 200 && headers.etag !== undefined) {
      return 'written';
    }
    if (ifAbsent && status === 412) {
      return 'exists';
    }
    if (ifAbsent && status === 501) {
      return 'refused';
    }
    if (status === 429 || status >= 500) {
      await this.#connection.clock.sleep(PAUSE_MILLISECONDS, signal);
    }
    return status >= 400 && status < 500 ? 'declined' : 'unknown';
  }

  /**
   * The whole object, or a part of it; undefined when it is for the SDK to try.
   * @param key relative to the target. @throws the signal's reason
   */
  async get(
    key: string,
    { range, maxBytes, signal }: { range?: string; maxBytes: number; signal?: AbortSignal },
  ): Promise<Buffer | 'absent' | undefined> {
    const template = await this.#plain();
    if (template === undefined) {
      return undefined;
    }
    const headers: Header[] = template.putHeaders.filter(([name]) => OF_A_GET.has(name));
    if (range !== undefined) {
      headers.push(['range', range]);
    }
    try {
      // An error's page may be longer than what was expected.
      const limit = Math.max(maxBytes, ANSWER_BYTES);
      const answer = await this.#send(template, { method: 'GET', key, headers, body: EMPTY, maxBytes: limit, signal });
      if (answer.status === 404 && /<Code>NoSuchKey<\/Code>/.test(answer.body.toString('latin1'))) {
        return 'absent';
      }
      const whole = answer.status === (range === undefined ? 200 : 206) && answer.headers.etag !== undefined;
      return whole && answer.body.length <= maxBytes ? answer.body : undefined;
    } catch {
      signal?.throwIfAborted();
      return undefined;
    }
  }

  /**
   * The text of a page of keys; undefined when it is for the SDK to try.
   * @param query what a list is asked for. @throws the signal's reason
   */
  async list(query: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<string | undefined> {
    const template = await this.#plain();
    if (template === undefined) {
      return undefined;
    }
    const headers = template.putHeaders.filter(([name]) => OF_A_GET.has(name));
    try {
      const asked = { 'list-type': '2', ...query };
      const answer = await this.#send(template, {
        ...{ method: 'GET', query: asked, headers, body: EMPTY, maxBytes: LIST_BYTES, signal },
      });
      return answer.status === 200 ? answer.body.toString() : undefined;
    } catch {
      signal?.throwIfAborted();
      return undefined;
    }
  }

  /**
   * The SDK got through what was refused here. When that goes on, this store wants something that only the SDK does.
   */
  disappointed(): void {
    this.#disappointments++;
    if (this.#disappointments === MAX_DISAPPOINTMENTS) {
      this.#log.debug({ store: this.#connection.description }, 'requests go through the SDK from now on');
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  /**
   * Undefined when the SDK is needed; also when it cannot make a request now, since then its own error is to be seen.
   */
  async #plain(): Promise<SignedTemplate | undefined> {
    if (this.#disappointments >= MAX_DISAPPOINTMENTS) {
      return undefined;
    }
    this.#template ??= this.#learn();
    try {
      return await this.#template;
    } catch (error) {
      this.#log.debug({ reason: reasonOf(error) }, 'no request template could be created');
      this.#template = undefined;
      return undefined;
    }
  }

  async #learn(): Promise<SignedTemplate | undefined> {
    const { client, resolved } = this.#connection;
    let sent: unknown;
    const dry = makeDryClient(resolved, client.config.credentials, (request) => (sent = request));
    const template = await requestTemplateOf(dry, () => sent, this.#input());
    return (
      template && {
        ...template,
        signer: new SignatureV4({
          credentials: client.config.credentials,
          ...template.scope,
          sha256: client.config.sha256,
          uriEscapePath: false,
        }),
      }
    );
  }

  async #send(template: SignedTemplate, given: Request): Promise<HttpResponse> {
    const { client, clock, resolved } = this.#connection;
    const { method, key, query = {}, body } = given;
    const { protocol, hostname } = new URL(template.origin);
    const path = key === undefined ? template.bucketPath : template.path + encodedPath(key);
    const { headers } = await template.signer.sign(
      { protocol, hostname, method, path, query, headers: Object.fromEntries(given.headers), body },
      { signingDate: new Date(clock.now().getTime() + client.config.systemClockOffset) },
    );
    return sendRequest({
      dispatcher: this.#dispatcher,
      origin: template.origin,
      path: path + queryText(query),
      method,
      headers: { ...headers, 'user-agent': template.userAgent },
      body: body === EMPTY ? null : body,
      idle: resolved.settings.timeoutMilliseconds,
      total: given.total,
      maxBytes: given.maxBytes,
      signal: given.signal,
    });
  }
}

function encodedPath(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

function queryText(query: Readonly<Record<string, string>>): string {
  const members = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return members.length === 0 ? '' : `?${members.join('&')}`;
}
