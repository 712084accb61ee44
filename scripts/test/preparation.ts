import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { startMarked, type Started } from './marked.ts';

/** The exit code of timeout(1). */
const TIMED_OUT = 124;

interface Shell {
  /** Commands, one after the other. A server leaves what its tests have to know in "$directory/env". */
  start: string[];
  /** Ends what was started. */
  stop?: string;
  /** What has to be ready before. */
  after?: Preparation;
}

/** What tests need and what is made ready while others run: builds and servers. */
export class Preparation {
  /** Whether it could be made ready. */
  ready: Promise<boolean> = Promise.resolve(false);
  /** Whether that is known. */
  settled = false;
  /** For the environment of the tests. */
  settings: NodeJS.Dict<string> = {};
  readonly #name: string;
  readonly #shell: Shell;
  #environment: NodeJS.ProcessEnv = {};
  #started: Started | undefined;

  constructor(name: string, shell: Shell) {
    this.#name = name;
    this.#shell = shell;
  }

  begin(): void {
    process.on('exit', () => this.#abandon());
    this.ready = this.#begin().finally(() => (this.settled = true));
  }

  async #begin(): Promise<boolean> {
    await this.#shell.after?.ready;
    const directory = mkdtempSync(join(tmpdir(), `dashkeep-${this.#name}-`));
    this.#environment = { ...process.env, directory };
    // In a process group, so that it can be ended with all that it has started.
    const options = { detached: true, env: this.#environment };
    this.#started = startMarked(this.#name, ['bash', '-ec', this.#shell.start.join('\n')], options);
    const code = await this.#started.ended;
    if (code === TIMED_OUT) {
      console.log(`${this.#name} | took too long: is the network slow? What was finished is kept, so run it again`);
    }
    const left = join(directory, 'env');
    this.settings = existsSync(left) ? parseEnv(readFileSync(left, 'utf8')) : {};
    return code === 0;
  }

  /** Ends a server after its last test: without one, it would still take its part of the processors. */
  async end(): Promise<void> {
    const { stop } = this.#shell;
    if (stop !== undefined && this.#started !== undefined) {
      this.#started = undefined;
      await startMarked(this.#name, ['bash', '-ec', stop], { env: this.#environment }).ended;
    }
  }

  #abandon(): void {
    const { stop } = this.#shell;
    if (this.#started?.pid !== undefined) {
      if (!this.settled) {
        spawnSync('kill', ['--', `-${this.#started.pid}`]);
      }
      if (stop !== undefined) {
        spawnSync('bash', ['-ec', stop], { env: this.#environment });
      }
    }
  }
}
