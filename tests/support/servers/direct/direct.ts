import type { RequestListener } from 'node:http';
import type { Dispatcher } from 'undici';
import { Agent, type Connections } from '../../../../pkg/lib/http/agent.ts';
import { DirectExchange, type DirectRequest } from './exchange.ts';
import { closedByServer } from './response.ts';

/** A server in this process that callers in this process can reach without a connection. */
export class DirectServer {
  readonly #origin: string;
  readonly #answer: RequestListener;
  readonly #isPlain: () => boolean;
  readonly #exchanges = new Set<DirectExchange>();

  /** @param isPlain - whether each request now gets a complete response without a delay */
  constructor(origin: string, answer: RequestListener, isPlain: () => boolean) {
    this.#origin = origin;
    this.#answer = answer;
    this.#isPlain = isPlain;
    servers.set(origin, this);
  }

  get isIdle(): boolean {
    return this.#exchanges.size === 0;
  }

  /** @returns false if the request needs a connection; otherwise the handler gets the response */
  send(request: DirectRequest, handler: Dispatcher.DispatchHandler): boolean {
    if (!this.#isPlain() || !isValid(request)) {
      return false;
    }
    const exchange = new DirectExchange(handler, () => this.#exchanges.delete(exchange));
    this.#exchanges.add(exchange);
    exchange.start(this.#origin, request, this.#answer);
    return true;
  }

  /** Closes what is in progress, as a server that stops closes its connections. */
  close(): void {
    servers.delete(this.#origin);
    for (const exchange of this.#exchanges) {
      exchange.cut(closedByServer());
    }
  }
}

const servers = new Map<string, DirectServer>();
const ORIGINAL = Symbol.for('dashkeep.test.dispatch');
/** From this length on a server may refuse a path. */
const LONG_PATH = 4096;

let isUsed = false;

/** The server with this address, unless all requests have to use connections. */
export function directServer(origin: string): DirectServer | undefined {
  return isUsed ? servers.get(origin) : undefined;
}

/**
 * Lets agents of undici send requests directly to servers in this process: connections take about a third of the
 * processor time of a small backup. An agent first connects to each server, so wrong addresses, closed ports and
 * policies have their usual effects.
 */
export function sendDirectly(): void {
  isUsed = true;
  const prototype = Agent.prototype as Connections & { [ORIGINAL]?: Connections['dispatch'] };
  const original = (prototype[ORIGINAL] ??= prototype.dispatch);
  const connected = new WeakMap<Connections, Set<string>>();
  prototype.dispatch = function dispatch(this: Connections, options, handler) {
    const origin = String(options.origin);
    const server = directServer(origin);
    const isReady = server !== undefined && handler.onRequestStart !== undefined && !this.closed && !this.destroyed;
    if (isReady && !connected.has(this)) {
      const origins = new Set<string>();
      connected.set(this, origins);
      this.on('connect', (to) => origins.add(to.origin));
    }
    const isDirect = isReady && connected.get(this)?.has(origin) && server.send(options as DirectRequest, handler);
    return isDirect || original.call(this, options, handler);
  };
}

/** Whether undici sends a request like this, and a server of Node takes it. */
function isValid({ path, headers }: DirectRequest): boolean {
  return (
    path.length < LONG_PATH &&
    !/[^\x21-\xff]/.test(path) &&
    Object.values(headers).every((value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value))
  );
}
