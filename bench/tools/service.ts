import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { compact } from '../../pkg/contract/compact.ts';
import { freePort } from '../../tests/support/servers/listening.ts';
import { PROGRAM, type Dashkeep } from './dashkeep.ts';

const TOKEN = 'token-of-the-bench-0123456789abcdef';
/** What the image starts Node with. */
const IMAGE_FLAGS = ['--max-semi-space-size=2'];
/** Longest time to wait for the service, in milliseconds. */
const PATIENCE_MS = 60_000;

/** The service beside Grafana, started as a process. */
export class Service {
  readonly pid: number;
  /** From the start of the process to the first `200` of `/readyz`, in milliseconds. */
  readonly readyMs: number;
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #agent = new Agent({ connections: 1 });

  private constructor(child: ChildProcess, url: string, readyMs: number) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.#url = url;
    this.readyMs = readyMs;
  }

  /** @throws when it is not ready within a minute. */
  static async start({ environment }: Pick<Dashkeep, 'environment'>): Promise<Service> {
    const [port, ops] = [await freePort(), await freePort()];
    const started = performance.now();
    const child = spawn(process.execPath, [...IMAGE_FLAGS, PROGRAM, 'serve'], {
      env: {
        PATH: process.env['PATH'],
        ...environment,
        DASHKEEP_KUBERNETES: 'off',
        DASHKEEP_LISTEN: `127.0.0.1:${port}`,
        DASHKEEP_OPS_LISTEN: `127.0.0.1:${ops}`,
        DASHKEEP_API_TOKEN: TOKEN,
        DASHKEEP_SCHEDULE: 'off',
        DASHKEEP_LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    while (performance.now() - started < PATIENCE_MS) {
      if (await isReady(`http://127.0.0.1:${ops}/readyz`)) {
        return new Service(child, `http://127.0.0.1:${port}`, performance.now() - started);
      }
      await wait(2);
    }
    child.kill();
    throw new Error('the service did not become ready');
  }

  /** @throws when the service refuses. */
  async call(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const answer = await request(`${this.#url}/api/v1${path}`, {
      method,
      headers: compact({
        authorization: `Bearer ${TOKEN}`,
        'content-type': body === undefined ? undefined : 'application/json',
      }),
      body: body === undefined ? undefined : JSON.stringify(body),
      dispatcher: this.#agent,
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) {
      throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    }
    return JSON.parse(text);
  }

  /** Starts a backup and waits for its end. @throws when it does not end well. */
  async backup(): Promise<void> {
    const { id } = (await this.call('POST', '/runs', { kind: 'backup' })) as { id: string };
    await this.ended(id);
  }

  /** Waits for the end of a run. @throws when it does not end well. */
  async ended(id: string): Promise<void> {
    for (;;) {
      const { status } = (await this.call('GET', `/runs/${id}`)) as { status: string };
      if (status === 'complete') {
        return;
      }
      if (status !== 'queued' && status !== 'running') {
        throw new Error(`run ${id} ended as ${status}`);
      }
      await wait(100);
    }
  }

  async stop(): Promise<void> {
    await this.#agent.close();
    this.#child.kill();
    await once(this.#child, 'close');
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await request(url);
    await answer.body.dump();
    return answer.statusCode === 200;
  } catch {
    return false;
  }
}
