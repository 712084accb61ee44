import { relative } from 'node:path';
import { expect, it } from 'vitest';

/** The numbers given for `all` take that many minutes together; `npm test -- --budget 30m` multiplies them. */
const USUAL_MINUTES = 10;

/** How much is tried: `quick` in `npm test`, `all` in `npm test -- --all`, which .ci/run calls. */
export function depth(): 'quick' | 'all' {
  return process.env['DASHKEEP_TEST_DEPTH'] === 'all' ? 'all' : 'quick';
}

/** A test in depth: other tests, which are always run, would find most faults that it finds. */
export const inDepth = it.runIf(depth() === 'all');

/**
 * The variants of one test for `it.each`: all of them in depth, otherwise the first ones.
 * @param quick - how many of them `npm test` tries
 */
export function variants<const T>(all: readonly T[], quick = 1): readonly T[] {
  return depth() === 'all' ? all : all.slice(0, quick);
}

/** How many to try of what could be tried without end. */
export function budget(quick: number, all: number): number {
  const minutes = Number.parseFloat(process.env['DASHKEEP_TEST_BUDGET'] ?? '') || USUAL_MINUTES;
  return depth() === 'quick' ? quick : Math.ceil((all * minutes) / USUAL_MINUTES);
}

/**
 * The seeds to try, for a loop that tries one after the other. Where the loop ends before the last, a test has failed:
 * then the command is printed that tries this seed alone (DASHKEEP_TEST_SEED).
 * @param name - of what is tried, for the message
 */
export function* seeds(name: string, quick: number, all: number): Generator<number> {
  const chosen = process.env['DASHKEEP_TEST_SEED'];
  const first = Number(chosen ?? 0);
  const end = chosen === undefined ? budget(quick, all) : first + 1;
  let seed = first;
  try {
    for (; seed < end; seed++) {
      yield seed;
    }
  } finally {
    if (seed < end) {
      console.error(`${name} failed with seed ${seed}. To try it alone: ${replay(seed)}`);
    }
  }
}

/** The command that tries one seed again, in the test that runs. */
export function replay(seed: number): string {
  const file = relative('.', expect.getState().testPath ?? '');
  return `DASHKEEP_TEST_SEED=${seed} npm run test -- ${file}`;
}
