/** Where the program that is built from timed-signing.ts writes its times. */
export const TIMES_VARIABLE = 'DASHKEEP_BENCH_SIGNING_TIMES';

/** In seconds. */
export interface SigningTimes {
  /** While at least one call was under way. */
  signing: number;
  /** From the opening of the repository to the end. */
  all: number;
}
