import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { Storage } from '../support/clouds/storages.ts';
import type { Login } from './grafana.ts';

/** What one run of the program came to. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
  seconds: number;
}

const PROGRAM = join(import.meta.dirname, '../../build/dashkeep.mjs');

/** No command takes longer than this, in seconds; anyone who waits longer waits for something that hangs. */
const LIMIT_SECONDS = 900;

/** The program as people run it, with an encrypted repository in a storage that is gone at the end. */
export class Product {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly #program: string;
  readonly #storage: Storage;

  private constructor(program: string, directory: string, environment: NodeJS.ProcessEnv, storage: Storage) {
    this.#program = program;
    this.#storage = storage;
    this.directory = directory;
    this.environment = environment;
  }

  /** `url` is how the program reaches Grafana. */
  static async create({ user, password }: Login, url: string, storage: Storage, program = PROGRAM): Promise<Product> {
    const directory = await mkdtemp(join(tmpdir(), 'dashkeep-real-'));
    const identity = await generateX25519Identity();
    const identityFile = join(directory, 'identity.txt');
    await writeFile(identityFile, `${identity}\n`, { mode: 0o600 });
    const environment = {
      PATH: process.env['PATH'],
      HOME: directory,
      GRAFANA_URL: url,
      GRAFANA_ADMIN_USER: user,
      GRAFANA_ADMIN_PASSWORD: password,
      DASHKEEP_TARGET: `${storage.target}/repository`,
      ...storage.environment,
      DASHKEEP_STATE_DIR: join(directory, 'state'),
      DASHKEEP_ORGS: 'all',
      DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity),
      DASHKEEP_AGE_IDENTITY_FILE: identityFile,
      DASHKEEP_KUBERNETES: 'off',
    };
    return new Product(resolve(program), directory, environment, storage);
  }

  /** Starts the program; an undefined value takes a variable out of its environment. */
  start(args: readonly string[], changes: NodeJS.ProcessEnv = {}): ChildProcess {
    const env = Object.fromEntries(
      Object.entries({ ...this.environment, ...changes }).filter(([, value]) => value !== undefined),
    );
    return spawn(process.execPath, [this.#program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /**
   * Runs the program to its end.
   * @param onStart - is given the process
   */
  async run(
    args: readonly string[],
    changes: NodeJS.ProcessEnv = {},
    onStart: (child: ChildProcess) => void = () => undefined,
  ): Promise<Ran> {
    const started = Date.now();
    const child = this.start(args, changes);
    onStart(child);
    const ran = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => (ran.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (ran.stderr += chunk.toString()));
    const limit = setTimeout(() => child.kill(), LIMIT_SECONDS * 1000);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(limit);
    return { ...ran, code: code ?? -1, seconds: Math.round((Date.now() - started) / 100) / 10 };
  }

  async remove(): Promise<void> {
    await this.#storage.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
