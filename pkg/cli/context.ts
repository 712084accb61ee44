import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { DashkeepError } from '../contract/errors.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import { LEVELS, type Level } from '../service/log.ts';
import { processEnvironment, type Environment } from './config/environment.ts';
import { printable } from './output/printable.ts';

declare const DASHKEEP_VERSION: string | undefined;

/** Set by the bundler; 'development' when run from source. */
export const VERSION = typeof DASHKEEP_VERSION === 'string' ? DASHKEEP_VERSION : 'development';

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await pause(milliseconds, undefined, { signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};

export const systemRandomness: Randomness = {
  hex: (bytes) => randomBytes(bytes).toString('hex'),
  fraction: () => randomBytes(4).readUInt32BE() / 2 ** 32,
};

/** Lines on standard error for people; what goes in never holds a secret or a body. */
export function lineLog(asked: string | undefined, write: (line: string) => void): Log {
  // An unknown level is refused where errors are printed, in `main`.
  const least = LEVELS.indexOf(LEVELS.find((one) => one === asked) ?? 'warn');
  const at =
    (name: Level) =>
    (fields: object, message: string): void => {
      if (LEVELS.indexOf(name) >= least) {
        const facts = Object.entries(fields).map(([key, value]) => `${key}=${String(value)}`);
        write(`${name}: ${printable([message, ...facts].join(' '))}\n`);
      }
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Everything a command touches of the outside. */
export interface CliContext {
  environment: Environment;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  /** Aborted by SIGINT and SIGTERM, and when the terminal closes. */
  signal: AbortSignal;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  /** Where somebody may answer a question; absent where nobody can. */
  stdin?: NodeJS.ReadStream;
}

/** Two signals within this many milliseconds are one: `timeout` sends its own to a process and to its group. */
const SAME_SIGNAL_MS = 500;

/** The real outside. A second signal ends the process immediately. */
export function openContext(): CliContext {
  const controller = new AbortController();
  // Node catches SIGHUP although `nohup` ignores it; but then nothing leads to the terminal that may close.
  const hasTerminal = [0, 1, 2].some(isatty);
  // Every request under way listens to it.
  setMaxListeners(0, controller.signal);
  let first: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (name === 'SIGHUP' && !hasTerminal) {
        return;
      }
      const now = systemClock.monotonic();
      first ??= now;
      if (now - first > SAME_SIGNAL_MS && name !== 'SIGHUP') {
        process.stderr.write(
          `\ndashkeep: ended immediately by a second ${name}. Existing snapshots are not affected. If the command was writing to Grafana, \`dashkeep runs\` shows how to continue. For a migration, add \`--target <target>/connections/<name>\`.\n`,
        );
        process.exit(130);
      }
      controller.abort(new DashkeepError('DK_INTERRUPTED', `interrupted by ${name}`));
    });
  }
  const environment = processEnvironment();
  return {
    environment,
    clock: systemClock,
    randomness: systemRandomness,
    log: lineLog(environment['DASHKEEP_LOG_LEVEL'], (line) => process.stderr.write(line)),
    signal: controller.signal,
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
  };
}
