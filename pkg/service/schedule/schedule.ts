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
   * Seconds of the longest pause that has just been: the current one, the two before it, and all that ended within an
   * hour. So a backup is not late after a night or weekend without any, but soon after it. Of the next two times, where
   * there are none before; undefined when there are fewer.
   */
  interval(from: Date): number | undefined;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** As many as a schedule of every minute has in an hour. */
const MOST_PAUSES = 60;

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
  let known: { minute: number; seconds: number | undefined } | undefined;
  return {
    after: (time) => cron.nextRun(time) ?? undefined,
    next: (count, from) => cron.nextRuns(count, from),
    interval(from) {
      const minute = Math.floor(from.getTime() / MINUTE_MS);
      if (known?.minute !== minute) {
        known = { minute, seconds: longestPause(cron, from) };
      }
      return known.seconds;
    },
  };
}

function longestPause(cron: Cron, from: Date): number | undefined {
  const [first, second] = cron.nextRuns(2, from);
  if (first === undefined || second === undefined) {
    return undefined;
  }
  let longest = 0;
  let end = first;
  for (let pauses = 0; pauses < 3 || (pauses < MOST_PAUSES && from.getTime() - end.getTime() < HOUR_MS); pauses++) {
    const [begin] = cron.previousRuns(1, end);
    if (begin === undefined) {
      break;
    }
    longest = Math.max(longest, end.getTime() - begin.getTime());
    end = begin;
  }
  return (longest === 0 ? second.getTime() - first.getTime() : longest) / 1000;
}

/** @throws DK_SETTINGS */
export function assertTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw refusal('DK_SETTINGS', reason('timezone-unknown', { timezone: timezone.slice(0, 60) }));
  }
}
