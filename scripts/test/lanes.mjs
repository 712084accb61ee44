import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How long to wait for the last lines of a program that has ended and left a child behind, which holds its output open.
 */
const LAST_LINES = 5000;

/**
 * Runs jobs, one at a time in each lane; resolves when all are done.
 * @param jobs - in their order, except that one whose `ready` says no lets others go before it
 */
export async function inLanes(lanes, jobs) {
  const left = [...jobs];
  const next = () =>
    left.splice(
      Math.max(
        0,
        left.findIndex(({ ready }) => ready?.() ?? true),
      ),
      1,
    )[0];
  const lane = async () => {
    for (let job = next(); job !== undefined; job = next()) {
      await job.run();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/**
 * Two kinds of jobs that must not run at the same time, each of them with others of its kind.
 * @returns for each kind: whether its jobs may start now, and how to run one, which waits until it may
 */
export function apart(first, second) {
  const running = { [first]: 0, [second]: 0 };
  const kind = (own, other) => ({
    free: () => running[other] === 0,
    async run(job) {
      while (running[other] > 0) {
        await sleep(500);
      }
      running[own] += 1;
      try {
        await job();
      } finally {
        running[own] -= 1;
      }
    },
  });
  return { [first]: kind(first, second), [second]: kind(second, first) };
}

/**
 * Runs a program whose lines are marked with a name, because others write at the same time; resolves with its exit
 * code.
 */
export function runMarked(mark, command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => console.log(`${mark} | ${line}`));
    }
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
    child.on('exit', (code) => sleep(LAST_LINES, undefined, { ref: false }).then(() => resolve(code ?? 1)));
  });
}
