import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request of the product that Grafana did not answer with success. */
export interface Refusal {
  method: string;
  path: string;
  org: string;
  status: number;
  answer: string;
}

/**
 * Is between the product and Grafana: it counts requests, keeps what was refused as evidence, and does something
 * at a certain request, so that "in the middle of a backup" doesn't depend on how fast a machine is.
 */
export class Proxy {
  readonly #target: URL;
  #server: Server | undefined;
  #port = 0;
  #requests = 0;
  #writes: string[] = [];
  #firstWrite: number | undefined;
  #refusals: Refusal[] = [];
  #planned: { at: number; action: () => Promise<void> } | undefined;

  constructor(target: string) {
    this.#target = new URL(target);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Requests since the last `clear`. */
  get requests(): number {
    return this.#requests;
  }

  /** Requests since the last `clear` that may change something, such as `POST /api/folders`. */
  get writes(): readonly string[] {
    return this.#writes;
  }

  /** The number of the first of them among all requests; undefined before it came. */
  get firstWrite(): number | undefined {
    return this.#firstWrite;
  }

  get refusals(): readonly Refusal[] {
    return this.#refusals;
  }

  clear(): void {
    this.#requests = 0;
    this.#writes = [];
    this.#firstWrite = undefined;
    this.#refusals = [];
    this.#planned = undefined;
  }

  /** Does this before request number `at` after the last `clear` is passed on. */
  before(at: number, action: () => Promise<void>): void {
    this.#planned = { at, action };
  }

  /** Starts to listen, on the same port as before. */
  async open(): Promise<void> {
    this.#server = createServer((incoming, answer) => void this.#pass(incoming, answer));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Refuses connections and cuts those that are open, like a server that has ended. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    }
  }

  async #pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    this.#requests++;
    const { method = 'GET', url = '/' } = incoming;
    if (!['GET', 'HEAD'].includes(method)) {
      this.#writes.push(`${method} ${url}`);
      this.#firstWrite ??= this.#requests;
    }
    if (this.#planned !== undefined && this.#requests >= this.#planned.at) {
      const { action } = this.#planned;
      this.#planned = undefined;
      await action();
    }
    const { hostname, port } = this.#target;
    const headers = { ...incoming.headers, host: this.#target.host };
    const upstream = request({ hostname, port, path: url, method, headers }, (response) => {
      const status = response.statusCode ?? 502;
      if (status >= 400) {
        this.#keep(incoming, status, response);
      }
      answer.writeHead(status, response.headers);
      response.pipe(answer);
      response.on('error', () => answer.destroy());
    });
    upstream.on('error', () => answer.destroy());
    answer.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  }

  #keep({ method = '', url: path = '', headers }: IncomingMessage, status: number, response: IncomingMessage): void {
    const refusal: Refusal = { method, path, org: String(headers['x-grafana-org-id'] ?? ''), status, answer: '' };
    this.#refusals.push(refusal);
    response.on('data', (chunk: Buffer) => {
      refusal.answer = `${refusal.answer}${chunk.toString()}`.slice(0, 400);
    });
  }
}
