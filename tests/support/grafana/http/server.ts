import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { DirectServer } from '../../servers/direct/direct.ts';
import { CONTROL_PATH } from './control-path.ts';
import { authenticate } from './authenticate.ts';
import { Call } from './call.ts';
import { Faults, type FaultAction } from './faults.ts';
import { sending, Workers } from './load.ts';
import { Problem } from './problems.ts';
import { isWrite, type Counters, type RequestRecord } from './record.ts';
import type { Router } from './router.ts';
import type { GrafanaState } from '../state.ts';
import type { Tuning } from '../tuning.ts';
import { bytesOf, json, notServed, rendered, sizeOf, tooMany, type HttpResponse } from './response.ts';

const compress = promisify(gzip);

/** Answered before anyone looks at the credentials, wrong ones included. */
const UNASKED = new Set(['/api/health']);
/** Answered without saying who calls. */
const PUBLIC = new Set(['/', '/login', ...UNASKED]);

/** The HTTP side: takes requests in, lets faults and load have their way, authenticates, routes, answers, records. */
export class GrafanaServer {
  readonly state: GrafanaState;
  readonly tuning: Tuning;
  readonly faults: Faults;
  readonly workers = new Workers();
  /** Takes orders from another process; see control.ts. */
  control: ((order: string, text: string) => unknown) | undefined;
  readonly requests: RequestRecord[] = [];
  keepBodies = false;
  /** Added to the date of responses, in milliseconds. */
  dateSkewMs = 0;
  readonly counters: Counters = {
    requests: 0,
    writes: 0,
    responseBytes: 0,
    inFlight: 0,
    peakInFlight: 0,
    connections: 0,
  };
  readonly #router: Router;
  readonly #server: Server;
  readonly #listener: RequestListener = (request, response) => void this.#serve(request, response);
  #direct: DirectServer | undefined;

  constructor(state: GrafanaState, tuning: Tuning, router: Router) {
    this.state = state;
    this.tuning = tuning;
    this.#router = router;
    this.faults = new Faults(state.random);
    this.#server = createServer(this.#listener);
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on('connection', () => this.counters.connections++);
  }

  async listen(port: number, host: string): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    const url = `http://${host}:${(this.#server.address() as AddressInfo).port}`;
    this.#direct = new DirectServer(url, this.#listener, () => !this.faults.cutConnections && this.workers.areFree);
    return url;
  }

  async close(): Promise<void> {
    this.#direct?.close();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? '/';
    if (this.control !== undefined && target.startsWith(CONTROL_PATH)) {
      await this.#obey(this.control, target.slice(CONTROL_PATH.length), request, response);
      return;
    }
    const mark = target.indexOf('?');
    const record: RequestRecord = {
      method: request.method ?? 'GET',
      path: belowSubPath(this.tuning.subPath, mark < 0 ? target : target.slice(0, mark)),
      query: mark < 0 ? '' : target.slice(mark + 1),
      status: 0,
      at: Date.now(),
      ms: 0,
      login: '',
      org: 0,
      disableProvenance: request.headers['x-disable-provenance'] !== undefined,
      requestBytes: 0,
      responseBytes: 0,
    };
    this.#begin(record);
    const fault = this.faults.catch(`${record.method} ${target}`);
    const wait = this.workers.refuse(record.at);
    try {
      const body = await readBody(request);
      record.requestBytes = body.length;
      if (this.keepBodies && isWrite(record)) {
        record.body = body.toString('utf8');
      }
      const leave = wait === undefined ? await this.workers.enter() : () => undefined;
      try {
        const answer = wait === undefined ? await this.#answer(record, request, body, fault) : tooMany(wait);
        await sending(this.workers.load, sizeOf(answer));
        await this.#send(answer, fault, record, request, response);
      } finally {
        leave();
      }
    } catch {
      response.destroy();
    } finally {
      record.ms = Date.now() - record.at;
      this.counters.inFlight--;
    }
  }

  async #obey(
    control: (order: string, text: string) => unknown,
    order: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      const answer = control(order, (await readBody(request)).toString('utf8'));
      response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  }

  #begin(record: RequestRecord): void {
    const { counters } = this;
    this.requests.push(record);
    counters.requests++;
    counters.writes += isWrite(record) ? 1 : 0;
    counters.inFlight++;
    counters.peakInFlight = Math.max(counters.peakInFlight, counters.inFlight);
  }

  async #answer(
    record: RequestRecord,
    request: IncomingMessage,
    body: Buffer,
    fault: FaultAction | undefined,
  ): Promise<HttpResponse> {
    if (fault?.kind === 'status') {
      const retry: Record<string, string> =
        fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
      const body = fault.body === undefined ? { message: `simulated ${fault.status}` } : fault.body;
      return json(fault.status, body, retry);
    }
    if (fault?.kind === 'cut' && fault.unhandled === true) {
      return json(502, {});
    }
    if (fault?.kind === 'before') {
      await fault.run();
    }
    const answer = await this.#handle(record, request, body, fault?.kind === 'abandoned');
    if (fault?.kind === 'after' || fault?.kind === 'abandoned') {
      fault.run();
    }
    return answer;
  }

  async #handle(
    record: RequestRecord,
    request: IncomingMessage,
    body: Buffer,
    isAbandoned: boolean,
  ): Promise<HttpResponse> {
    const call = new Call({
      state: this.state,
      tuning: this.tuning,
      method: record.method,
      path: record.path,
      query: new URLSearchParams(record.query),
      headers: request.headers,
      bodyText: body.toString('utf8'),
      isAbandoned,
    });
    try {
      call.caller = UNASKED.has(record.path) ? undefined : authenticate(call);
      if (call.caller) {
        record.login = call.caller.login;
        record.org = call.caller.orgId;
      } else if (!PUBLIC.has(record.path) && !isSharedSnapshot(record)) {
        void call.identity;
      }
      const route = this.#router.find(record.method, record.path);
      if (route === undefined || route === 'method') {
        throw notServed(record, route);
      }
      call.params = route.params;
      return rendered(await route.handler(call));
    } catch (error) {
      if (error instanceof Problem) {
        return json(error.status, error.body, error.headers);
      }
      // A fault of the simulator itself must be seen, not taken for Grafana's.
      console.error(`Grafana simulator: ${record.method} ${record.path}`, error);
      return json(500, { message: `simulator failure: ${String(error)}` });
    }
  }

  async #send(
    answer: HttpResponse,
    fault: FaultAction | undefined,
    record: RequestRecord,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (fault?.kind === 'hang') {
      await new Promise<void>((resolve) => response.once('close', resolve));
      return;
    }
    if (fault?.kind === 'slow') {
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
    }
    if (fault?.kind === 'cut') {
      cut(response, answer, fault.afterBytes ?? 0);
      return;
    }
    let payload = bytesOf(answer);
    if (fault?.kind === 'truncate') {
      payload = payload.subarray(0, fault.bytes ?? payload.length >> 1);
    }
    const headers: Record<string, string | number> = {
      'content-type': 'application/json; charset=UTF-8',
      'cache-control': 'no-store',
      ...(this.dateSkewMs === 0 ? {} : { date: new Date(Date.now() + this.dateSkewMs).toUTCString() }),
      ...answer.headers,
    };
    if (this.tuning.gzip && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
      payload = await compress(payload, { level: 1 });
      headers['content-encoding'] = 'gzip';
    }
    headers['content-length'] = payload.length;
    record.status = answer.status;
    record.responseBytes = payload.length;
    this.counters.responseBytes += payload.length;
    response.writeHead(answer.status, headers);
    response.end(payload);
  }
}

function belowSubPath(subPath: string, path: string): string {
  return subPath !== '' && path.startsWith(subPath) ? path.slice(subPath.length).replaceAll(/%2f/gi, '/') : path;
}

function cut(response: ServerResponse, answer: HttpResponse, afterBytes: number): void {
  if (afterBytes > 0) {
    response.writeHead(answer.status, { 'content-type': 'application/json; charset=UTF-8' });
    response.write(bytesOf(answer).subarray(0, afterBytes), () => response.socket?.destroy());
    return;
  }
  response.socket?.destroy();
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Grafana asks no one who has the key of a dashboard snapshot to log in. */
function isSharedSnapshot({ method, path }: RequestRecord): boolean {
  return method === 'GET' && /^\/api\/snapshots\/[^/]+$/.test(path);
}
