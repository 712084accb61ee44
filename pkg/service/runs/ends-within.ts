import type { Progress, RunLine, RunRecord } from '../../contract/runs.ts';

/** A restore of fewer resources than this part of another one says nothing about that one. */
const COMPARABLE = 1 / 4;

/** A run and what it is doing now. */
export type RunningRun = Pick<RunLine, 'kind' | 'started' | 'planned'> & Partial<Pick<Progress, 'phase'>>;

/** As many runs count: an hour in which Grafana was slow is forgotten. */
const RECENT = 3;

/**
 * Seconds in which a run ends if it takes as long as the slowest of the last ones of its kind; where that planned fewer
 * resources, for as many. Undefined without such a run, once the time has passed, and while it waits for Grafana.
 * @param past - newest first
 */
export function endsWithin(
  { kind, started, planned = 0, phase }: RunningRun,
  past: readonly Pick<RunRecord, 'kind' | 'status' | 'duration' | 'planned'>[],
  now: Date,
): number | undefined {
  const durations = past.flatMap((one) => {
    const of = one.planned ?? 0;
    const isComparable = one.kind === kind && one.status === 'complete' && of >= planned * COMPARABLE;
    return isComparable && one.duration !== undefined ? [one.duration * Math.max(1, planned / (of || 1))] : [];
  });
  const left = (Math.max(...durations.slice(0, RECENT)) - (now.getTime() - Date.parse(started))) / 1000;
  return left > 0 && phase !== 'waiting for Grafana' ? left : undefined;
}
