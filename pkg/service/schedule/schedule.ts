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
  /** Seconds between the next two times; undefined when there are fewer. */
  interval(from: Date): number | undefined;
}

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
  return {
    after: (time) => cron.nextRun(time) ?? undefined,
    next: (count, from) => cron.nextRuns(count, from),
    interval(from) {
      const [first, second] = cron.nextRuns(2, from);
      return first === undefined || second === undefined ? undefined : (second.getTime() - first.getTime()) / 1000;
    },
  };
}

/** @throws DK_SETTINGS */
export function assertTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw refusal('DK_SETTINGS', reason('timezone-unknown', { timezone: timezone.slice(0, 60) }));
  }
}
