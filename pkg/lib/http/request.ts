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
  /** More than this is not read, nor more than `MAX_ERROR_BYTES` of an error's. */
  maxBytes: number;
  /** Called with the first part of the body, where the status says that all is well. */
  begins?: (part: Buffer) => void;
  /**
   * Called with how much of the body is there. While what it returns is pending, no more is taken in and no time-out
   * runs.
   */
  received?: (bytes: number) => Promise<void> | undefined;
  /** Called with each part of the body, where the status says that all is well. Returns whether it is done with it. */
  consume?: (part: Buffer, headers: IncomingHttpHeaders) => boolean;
  signal?: AbortSignal;
}

/** Of an error's body as much is kept; the rest is not read. */
const MAX_ERROR_BYTES = 256 * 1024;

/** What a body that is too large begins with. */
const HEAD_BYTES = 4096;

/** A body is larger than the one who asked for it wants it. */
export class BodyTooLarge extends Error {
  readonly maxBytes: number;
  /** What it begins with, as it came. */
  readonly head: Buffer;

  constructor(maxBytes: number, head: Buffer) {
    super(`response larger than ${maxBytes} bytes`);
    this.name = 'BodyTooLarge';
    this.maxBytes = maxBytes;
    this.head = Buffer.from(head.subarray(0, HEAD_BYTES));
  }
}

export interface HttpResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /** Empty where it was consumed. */
  body: Buffer;
  /** Bytes of the body as they came. */
  bytes: number;
  /** Milliseconds from when it was sent until it was all there. */
  took: number;
  /** Milliseconds of these in which it may have been there already, since this process was busy. */
  late: number;
}

const attention = new EventLoopLag();

/**
 * One HTTP request and its whole answer, without the streams and promises in between that ordinary calls have: at a
 * thousand small requests a second those cost more than the requests.
 * @throws the signal's reason; BodyTooLarge; an error named TimeoutError; otherwise what the connection says.
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
  #kept = 0;
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
    if (this.#over) {
      return;
    }
    const { maxBytes, consume, begins, received } = this.#options;
    const isGood = this.#status < 300;
    if (this.#received === 0 && isGood) {
      begins?.(chunk);
    }
    this.#received += chunk.length;
    try {
      if (isGood && consume?.(chunk, this.#headers) === true) {
        return;
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#parts.push(chunk);
    this.#kept += chunk.length;
    if (!isGood && this.#kept > MAX_ERROR_BYTES) {
      this.onResponseEnd();
      controller.abort(new Error('enough of an error was read'));
    } else if (this.#kept > maxBytes) {
      this.#fail(new BodyTooLarge(maxBytes, this.#parts[0] ?? chunk));
    } else {
      const room = received?.(this.#kept);
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
        body: wholeOf(this.#parts, this.#kept),
        bytes: this.#received,
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
