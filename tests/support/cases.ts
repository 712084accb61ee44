import fc from 'fast-check';
import { budget, replay } from './budget.ts';

/**
 * For fast-check: the number of generated cases, which are the same in each run unless a budget is given. A failure is
 * printed with the command that reproduces it.
 */
export function cases<T>(quick: number, all: number): fc.Parameters<T> {
  const chosen = process.env['DASHKEEP_TEST_SEED'];
  const seed = chosen ?? (process.env['DASHKEEP_TEST_BUDGET'] ? Date.now() % 2 ** 31 : 1);
  return {
    seed: Number(seed),
    numRuns: chosen === undefined ? budget(quick, all) : Math.max(all, budget(quick, all)),
    reporter(details) {
      if (details.failed) {
        throw new Error(`${fc.defaultReportMessage(details)}\nTo try it again: ${replay(details.seed)}`, {
          cause: details.errorInstance,
        });
      }
    },
  };
}
