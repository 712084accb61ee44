import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { DirectResponse, type ResponseSink } from './response.ts';

/** A request as undici gets it. */
export interface DirectRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | string | null;
}

/** A connection delivers at most this much of a body at a time. */
const CHUNK_BYTES = 64 * 1024;

/** A request and its response without a connection. */
export class DirectExchange implements Dispatcher.DispatchController, ResponseSink {
  rawHeaders = null;
  rawTrailers = null;
  aborted = false;
  paused = false;
  reason: Error | null = null;
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #ended: () => void;
  readonly #onClose: (() => void)[] = [];
  readonly #chunks: Buffer[] = [];
  #isComplete = false;
  #isOver = false;

  /** @param ended - called once, with the last part of the response or the error */
  constructor(handler: Dispatcher.DispatchHandler, ended: () => void) {
    this.#handler = handler;
    this.#ended = ended;
  }

  /** The server gets the request in the next turn of the event loop. */
  start(origin: string, request: DirectRequest, answer: RequestListener): void {
    this.#handler.onRequestStart?.(this, undefined);
    const message = messageOf(origin, request);
    setImmediate(() => {
      if (!this.#isOver) {
        answer(message, new DirectResponse(this) as unknown as ServerResponse);
      }
    });
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.#deliver();
  }

  abort(reason: Error): void {
    this.aborted = true;
    this.reason = reason;
    this.cut(reason);
  }

  cut(error: Error): void {
    if (!this.#isOver) {
      this.#end();
      setImmediate(() => this.#handler.onResponseError?.(this, error));
      this.#onClose.splice(0).forEach((listener) => listener());
    }
  }

  onClose(listener: () => void): void {
    this.#onClose.push(listener);
  }

  respond(status: number, headers: Record<string, string>): void {
    setImmediate(() => {
      if (!this.#isOver) {
        this.#handler.onResponseStart?.(this, status, headers);
      }
    });
  }

  addBody(bytes: Buffer, isLast: boolean): void {
    setImmediate(() => {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        this.#chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
      }
      this.#isComplete = isLast;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (!this.paused && !this.#isOver) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) {
        if (this.#isComplete) {
          this.#end();
          this.#handler.onResponseEnd?.(this, {});
        }
        return;
      }
      // The handler may release the memory of what it gets.
      const copy = Buffer.allocUnsafeSlow(chunk.length);
      copy.set(chunk);
      this.#handler.onResponseData?.(this, copy);
    }
  }

  #end(): void {
    this.#isOver = true;
    this.#ended();
  }
}

/** The part of an `IncomingMessage` that the servers use. */
function messageOf(origin: string, { method, path, headers, body }: DirectRequest): IncomingMessage {
  const bytes = body === null ? undefined : Buffer.from(body as string);
  const length = bytes?.length ?? (method === 'GET' || method === 'HEAD' ? undefined : 0);
  const fields: Record<string, string> = { host: origin.slice('http://'.length) };
  for (const [name, value] of Object.entries(headers)) {
    fields[name.toLowerCase()] = value;
  }
  if (length !== undefined) {
    fields['content-length'] = String(length);
  }
  return {
    method,
    url: path,
    headers: fields,
    async *[Symbol.asyncIterator]() {
      if (bytes !== undefined) {
        yield bytes;
      }
    },
  } as unknown as IncomingMessage;
}
