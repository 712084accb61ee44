import type { OutgoingHttpHeader } from 'node:http';

/** Gets what a server sends. */
export interface ResponseSink {
  respond(status: number, headers: Record<string, string>): void;
  addBody(bytes: Buffer, isLast: boolean): void;
  /** Ends it like a connection that is closed too early. */
  cut(error: Error): void;
  /** Calls a listener if the request is aborted. */
  onClose(listener: () => void): void;
}

/** The error of undici when a server closes a connection. */
export function closedByServer(): Error {
  return Object.assign(new Error('other side closed'), { name: 'SocketError', code: 'UND_ERR_SOCKET' });
}

/** The part of a `ServerResponse` that the servers use. */
export class DirectResponse {
  statusCode = 200;
  readonly #sink: ResponseSink;
  readonly #headers: Record<string, string> = {};
  #isBegun = false;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  get socket(): { destroy: () => void } {
    return this;
  }

  setHeader(name: string, value: OutgoingHttpHeader): void {
    this.#headers[name.toLowerCase()] = String(value);
  }

  writeHead(status: number, headers: Record<string, OutgoingHttpHeader> = {}): this {
    this.statusCode = status;
    for (const [name, value] of Object.entries(headers)) {
      this.setHeader(name, value);
    }
    return this;
  }

  write(bytes: Buffer, written?: () => void): void {
    this.#send(bytes, false);
    if (written !== undefined) {
      setImmediate(written);
    }
  }

  end(bytes: Buffer | string = ''): void {
    this.#send(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, true);
  }

  destroy(): void {
    this.#sink.cut(closedByServer());
  }

  once(event: 'close', listener: () => void): void {
    this.#sink.onClose(listener);
  }

  #send(bytes: Buffer, isLast: boolean): void {
    if (!this.#isBegun) {
      this.#isBegun = true;
      this.#headers['date'] ??= new Date().toUTCString();
      this.#sink.respond(this.statusCode, this.#headers);
    }
    this.#sink.addBody(bytes, isLast);
  }
}
