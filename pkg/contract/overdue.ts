/** Late after twice the interval, and a bit for the run itself. */
const GRACE_SECONDS = 10 * 60;

/** @returns the age in seconds at which the newest backup is overdue: two intervals and a grace period */
export function lateAfterSeconds(intervalSeconds: number): number {
  return 2 * intervalSeconds + GRACE_SECONDS;
}
