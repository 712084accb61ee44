import type { Preparation } from './preparation.ts';
import type { Result } from './reports.ts';

export interface Job {
  name: string;
  command: string[];
  settings?: Record<string, string>;
  /** What has to be ready first; its settings are the job's too. */
  needs?: Preparation[];
  /** How many of the lanes it fills; one unless given. */
  lanes?: number;
  /** Jobs that give another word here disturb this one: they run at another time. */
  apart?: string;
  /** What came of it. @param code - the exit code */
  read(code: number): Result;
}

/**
 * Runs jobs side by side, in their order, except that one whose needs are not ready, or that another would disturb,
 * lets others go before it.
 */
export async function runJobs(jobs: readonly Job[], lanes: number, run: (job: Job) => Promise<void>): Promise<void> {
  const waiting = [...jobs];
  const running = new Map<Job, Promise<void>>();
  const startable = ({ needs = [], apart }: Job): boolean =>
    needs.every(({ settled }) => settled) &&
    ![...running.keys()].some((other) => apart && other.apart && other.apart !== apart);
  while (waiting.length + running.size > 0) {
    const free = [...running.keys()].reduce((left, job) => left - (job.lanes ?? 1), lanes);
    const next = waiting.find(startable);
    if (next !== undefined && (next.lanes ?? 1) <= free) {
      waiting.splice(waiting.indexOf(next), 1);
      running.set(
        next,
        run(next).finally(() => running.delete(next)),
      );
    } else {
      const open = waiting.flatMap(({ needs = [] }) => needs).filter(({ settled }) => !settled);
      await Promise.race([...running.values(), ...open.map(({ ready }) => ready)]);
    }
  }
}
