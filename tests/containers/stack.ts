import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/ports.ts';
import { must, run, type Ended } from './docker.ts';
import { BASES } from './images.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const APP = 'dashkeep-backup-app';
const ADMIN = `Basic ${Buffer.from('admin:admin').toString('base64')}`;

/** What tests and builds leave in a working copy. */
const NOT_COMMITTED = ['.git', 'node_modules', 'build', 'dist', 'coverage', 'demo', 'test-results'];

/** What is committed, as in a fresh clone. A working copy without a history is copied. */
export async function cleanClone(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dashkeep-clone-'));
  // An archive, because a clone is refused of a directory that belongs to another user.
  const git = ['-c', 'safe.directory=*', '-c', 'tar.umask=user', '-C', ROOT];
  if ((await run('git', [...git, 'rev-parse', '--verify', 'HEAD'])).code === 0) {
    const archive = `${folder}.tar`;
    await must('git', [...git, 'archive', `--output=${archive}`, 'HEAD']);
    await must('tar', ['-xf', archive, '-C', folder]);
    await rm(archive);
  } else {
    const left = NOT_COMMITTED.map((name) => join(ROOT, name));
    await cp(ROOT, folder, { recursive: true, filter: (path) => !left.includes(path) });
  }
  return folder;
}

/**
 * Ports that are free now and minutes later: the kernel gives away those from 32768 on, also to tests that run beside.
 */
async function portsToKeep(count: number): Promise<string[]> {
  const ports: string[] = [];
  for (let port = 20_000 + Math.floor(Math.random() * 10_000); ports.length < count; port += 1) {
    if (await isFree(port)) {
      ports.push(String(port));
    }
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/** The compose file of a clone, brought up and down by `docker compose`, on ports that are free here. */
export class Stack {
  readonly folder: string;
  readonly #environment: Record<string, string>;
  readonly #origins: Record<'grafana' | 'prometheus' | 'api' | 'ops', string>;

  private constructor(folder: string, ports: string[]) {
    const [grafana = '', api = '', ops = '', s3 = '', prometheus = ''] = ports;
    this.folder = folder;
    this.#environment = {
      ...BASES,
      GRAFANA_PORT: grafana,
      DASHKEEP_PORT: api,
      DASHKEEP_OPS_PORT: ops,
      S3_PORT: s3,
      PROMETHEUS_PORT: prometheus,
    };
    const at = (port: string): string => `http://127.0.0.1:${port}`;
    this.#origins = { grafana: at(grafana), prometheus: at(prometheus), api: at(api), ops: at(ops) };
  }

  static async create(): Promise<Stack> {
    return new Stack(await cleanClone(), await portsToKeep(5));
  }

  /** `docker compose …`, typed in the clone. */
  compose(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
    return run('docker', ['compose', ...args], { cwd: this.folder, env: { ...this.#environment, ...environment } });
  }

  async must(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.compose(args);
    if (code !== 0) {
      throw new Error(`docker compose ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr.slice(-8000)}`);
    }
    return stdout;
  }

  /** The id of a service's container. */
  async container(service: string): Promise<string> {
    return (await this.must('ps', '--all', '--quiet', service)).trim();
  }

  /** A request to one of the ports that the compose file opens. */
  fetch(to: 'grafana' | 'prometheus' | 'api' | 'ops', path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.#origins[to] + path, init);
  }

  /** A request of Grafana's admin. @throws unless it succeeds. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of many shapes
  async grafana(method: string, path: string, body?: unknown): Promise<any> {
    const answer = await this.fetch('grafana', path, {
      method,
      headers: { authorization: ADMIN, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    }
    return answer.json();
  }

  /** A request of the app: to the service, through Grafana's plugin proxy. */
  // oxlint-disable-next-line typescript/no-explicit-any
  async app(method: string, path: string, body?: unknown): Promise<any> {
    return this.grafana(method, `/api/plugin-proxy/${APP}/api/v1${path}`, body);
  }

  /**
   * Waits until a complete backup that is newer than the given one is reported through the plugin proxy. @returns its
   * snapshot's id
   */
  async completeBackup(after = ''): Promise<string> {
    return eventually(
      'a complete backup',
      async () => {
        const { lastBackup } = await this.app('GET', '/status');
        if (lastBackup?.status !== 'complete' || (lastBackup.snapshot ?? '') <= after) {
          throw new Error(`no complete backup yet: ${JSON.stringify(lastBackup)}`);
        }
        return lastBackup.snapshot as string;
      },
      300_000,
    );
  }

  async close(): Promise<void> {
    await this.compose(['down', '--volumes', '--timeout', '5']);
    await rm(this.folder, { recursive: true, force: true });
  }
}
