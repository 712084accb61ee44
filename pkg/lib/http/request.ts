import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { EventLoopLag } from './event-loop-lag.ts';
import { release } from '../memory/release.ts';

export interface HttpRequest {
  dispatcher: Dispatcher;
  /** Scheme, host and port. */
  origin: string;
  /** With its query, encoded. */
  path: string;
  method: Dispatcher.HttpMethod;
  headers: Record<string, string>;
  body: Buffer | string | null;
  /** Milliseconds until the headers are there, and between two pieces of the body. */
  idle: number;
  /** Milliseconds for the whole of it; no limit by default. */
  total?: number;
  /** More than this is not read. */
  maxBytes: number;
  /** Called with the first part of the body, where the status says that all is well. */
  begins?: (part: Buffer) => void;
  /**
   * Called with how much of the body is there. While what it returns is pending, no more is taken in and no time-out
   * runs.
   */
  received?: (bytes: number) => Promise<void> | undefined;
  signal?: AbortSignal;
}

export interface HttpResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Milliseconds from when it was sent until it was all there. */
  took: number;
  /** Milliseconds of these in which it may have been there already, since this process was busy. */
  late: number;
}

const attention = new EventLoopLag();

/**
 * One HTTP request and its whole answer, without the streams and promises in between that ordinary calls have: at a
 * thousand small requests a second those cost more than the requests.
 * @throws the signal's reason; an error named TimeoutError; otherwise what the connection says.
 */
export function sendRequest(options: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => new Exchange(options, resolve, reject).start());
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: HttpRequest;
  readonly #resolve: (exchanged: HttpResponse) => void;
  readonly #reject: (error: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
  #over = false;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #received = 0;
  readonly #parts: Buffer[] = [];

  constructor(options: HttpRequest, resolve: (exchanged: HttpResponse) => void, reject: (error: unknown) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { dispatcher, origin, path, method, headers, body, idle, signal } = this.#options;
    if (signal?.aborted) {
      this.#fail(signal.reason);
      return;
    }
    signal?.addEventListener('abort', this.#abort);
    this.#watch();
    dispatcher.dispatch({ origin, path, method, headers, body, headersTimeout: idle, bodyTimeout: idle }, this);
  }

  #watch(): void {
    const { total } = this.#options;
    if (total !== undefined) {
      this.#timer = setTimeout(this.#timeOut, total);
    }
  }

  readonly #abort = (): void => this.#fail(this.#options.signal?.reason);

  readonly #timeOut = (): void =>
    this.#fail(Object.assign(new Error('no response in time'), { name: 'TimeoutError', code: 'ETIMEDOUT' }));

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#sent = performance.now();
    if (this.#over) {
      controller.abort(new Error('cancelled before it started'));
    }
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#received > this.#options.maxBytes) {
      this.#fail(new Error(`response larger than ${this.#options.maxBytes} bytes`));
    } else if (!this.#over) {
      if (this.#parts.push(chunk) === 1 && this.#status < 300) {
        this.#options.begins?.(chunk);
      }
      const room = this.#options.received?.(this.#received);
      if (room !== undefined) {
        void this.#pause(controller, room);
      }
    }
  }

  async #pause(controller: Dispatcher.DispatchController, room: Promise<void>): Promise<void> {
    controller.pause();
    clearTimeout(this.#timer);
    await room;
    if (!this.#over) {
      this.#watch();
      controller.resume();
    }
  }

  onResponseEnd(): void {
    const now = performance.now();
    const late = attention.measure(now);
    if (!this.#over) {
      this.#end();
      this.#resolve({
        status: this.#status,
        headers: this.#headers,
        body: wholeOf(this.#parts, this.#received),
        took: now - this.#sent,
        late,
      });
    }
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const late = 'code' in error && (error.code === 'UND_ERR_HEADERS_TIMEOUT' || error.code === 'UND_ERR_BODY_TIMEOUT');
    if (late) {
      this.#timeOut();
    } else {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (!this.#over) {
      this.#end();
      this.#reject(error);
      this.#controller?.abort(error instanceof Error ? error : new Error('aborted'));
    }
  }

  #end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#abort);
  }
}

function wholeOf(parts: readonly Buffer[], bytes: number): Buffer {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) {
    return first;
  }
  const whole = Buffer.concat(parts, bytes);
  // The connection is still busy with the last of them.
  queueMicrotask(() => parts.forEach(release));
  return whole;
}
