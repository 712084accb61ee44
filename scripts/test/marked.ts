import { spawn, type SpawnOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How long to wait for the last lines of a program that has ended and left a child behind, which holds its output open.
 */
const LAST_LINES = 5000;

export interface Started {
  pid: number | undefined;
  /** The exit code. */
  ended: Promise<number>;
}

/** Starts a program whose lines are marked with a name, because others write at the same time. */
export function startMarked(mark: string, [program = '', ...args]: string[], options: SpawnOptions = {}): Started {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const input of [child.stdout, child.stderr]) {
    if (input !== null) {
      createInterface({ input }).on('line', (line) => console.log(`${mark} | ${line}`));
    }
  }
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
    child.on('exit', (code) => void sleep(LAST_LINES, undefined, { ref: false }).then(() => resolve(code ?? 1)));
  });
  return { pid: child.pid, ended };
}
