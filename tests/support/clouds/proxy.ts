import { once } from 'node:events';
import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listening } from '../servers/listening.ts';

/** Faults of a request in transit. */
export type Fault =
  | { kind: 'cut'; /** Whether the server gets the request first: then only its answer is lost. */ effect?: boolean }
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> }
  /** The body breaks off, or stops coming, after that many bytes. */
  | { kind: 'truncate' | 'stall'; bytes: number }
  | { kind: 'hang' };

export interface Proxy {
  origin: string;
  /** Decides for each request. */
  fault: (method: string, url: string) => Fault | undefined;
  /** How often each method was asked for. */
  counts: Map<string, number>;
  close(): Promise<void>;
}

/** A proxy between a store and its server that injects faults. */
export async function startProxy(upstream: string): Promise<Proxy> {
  const { hostname, port } = new URL(upstream);
  const server = await listening((request, response) => {
    const { method = '', url = '' } = request;
    proxy.counts.set(method, (proxy.counts.get(method) ?? 0) + 1);
    void answer(request, response, proxy.fault(method, url));
  });
  const proxy: Proxy = {
    origin: server.url,
    fault: () => undefined,
    counts: new Map(),
    close: () => server.close(),
  };

  async function answer(request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): Promise<void> {
    const body = await buffer(request);
    if (fault?.kind === 'hang') {
      return;
    }
    if (fault?.kind === 'cut' && fault.effect !== true) {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, fault.headers).end(fault.body ?? '');
      return;
    }
    const { method, url: path, headers } = request;
    const onward = ask({ hostname, port, method, path, headers }).end(body);
    const [reply] = (await once(onward, 'response')) as [IncomingMessage];
    if (fault?.kind === 'cut') {
      reply.resume();
      await once(reply, 'end');
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.statusCode ?? 502, reply.headers);
    if (fault === undefined) {
      reply.pipe(response);
      return;
    }
    let left = fault.bytes;
    for await (const part of reply) {
      const bytes = (part as Buffer).subarray(0, left);
      left -= bytes.length;
      response.write(bytes);
    }
    if (fault.kind === 'truncate') {
      setTimeout(() => request.socket.destroy(), 20);
    }
  }

  return proxy;
}
