import { Cron } from 'croner';
import { reasonOf } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';
import { RecentValues } from '../../lib/recent-values.ts';

/** A cron expression in a time zone, as times. */
export interface Schedule {
  /** The first time after the given one; undefined when there is none any more. */
  after(time: Date): Date | undefined;
  next(count: number, from: Date): Date[];
  /**
   * Seconds of the longest pause between two times in the week before: nights and weekends without a backup are not
   * late. Of the next two times, where there are none before; undefined when there are fewer.
   */
  interval(from: Date): number | undefined;
}

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** Five fields, or six with seconds first, or a nickname such as @daily. A date is no schedule. */
const EXPRESSION = /^(@[a-z]+|(\S+\s+){4,5}\S+)$/;

/**
 * Time zones are dear: each parsed schedule holds tens of kilobytes of them, and the same few are asked for every
 * second.
 */
const parsed = new RecentValues<Schedule>(32);

/** @throws DK_SETTINGS with what is wrong, for the expression or the time zone */
export function parseSchedule(expression: string, timezone: string): Schedule {
  return parsed.use(`${timezone} ${expression}`, () => parse(expression, timezone));
}

function parse(expression: string, timezone: string): Schedule {
  assertTimezone(timezone);
  if (!EXPRESSION.test(expression.trim())) {
    throw refusal('DK_SETTINGS', reason('schedule-fields', { expression: expression.slice(0, 60) }));
  }
  let cron: Cron;
  try {
    cron = new Cron(expression.trim(), { timezone, paused: true });
  } catch (error) {
    throw refusal('DK_SETTINGS', reason('schedule-invalid', { message: reasonOf(error).slice(0, 120) }));
  }
  let known: { hour: number; seconds: number | undefined } | undefined;
  return {
    after: (time) => cron.nextRun(time) ?? undefined,
    next: (count, from) => cron.nextRuns(count, from),
    interval(from) {
      const hour = Math.floor(from.getTime() / HOUR_MS);
      if (known?.hour !== hour) {
        known = { hour, seconds: longestPause(cron, from) };
      }
      return known.seconds;
    },
  };
}

/** Looks once an hour, which meets every pause of more than an hour: a schedule may have thousands of times a week. */
function longestPause(cron: Cron, from: Date): number | undefined {
  const [first, second] = cron.nextRuns(2, from);
  if (first === undefined || second === undefined) {
    return undefined;
  }
  const begin = from.getTime() - WEEK_MS;
  let longest = second.getTime() - first.getTime();
  for (let at = begin; at <= from.getTime();) {
    const next = cron.nextRun(new Date(at)) ?? first;
    // Within the week, it began less than an hour ago.
    if (at === begin || next.getTime() - at + HOUR_MS > longest) {
      const [before = next] = cron.previousRuns(1, next);
      longest = Math.max(longest, next.getTime() - before.getTime());
    }
    at = Math.max(next.getTime(), at + HOUR_MS);
  }
  return longest / 1000;
}

/** @throws DK_SETTINGS */
export function assertTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw refusal('DK_SETTINGS', reason('timezone-unknown', { timezone: timezone.slice(0, 60) }));
  }
}
