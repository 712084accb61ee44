import { lateAfterSeconds, type RunRecord } from '../../contract/runs.ts';
import { MAX_SKEW } from '../../repository/clocks.ts';
import { parseSchedule } from '../schedule/schedule.ts';

/** How soon a failed copy is retried. */
const RETRY_MS = 30 * 60_000;
/** How soon an interrupted copy is resumed. Not immediately: it may have crashed its process. */
const RESUME_MS = 60_000;
/** How old the newest copy may be without any schedule. */
const LATE_SECONDS = 2 * 86_400;

/** What a service knows of its copies. */
export interface CopyFacts {
  now: Date;
  /** A cron expression; undefined: after each complete backup; empty: never automatically. */
  schedule: string | undefined;
  timezone: string;
  /** Seconds between two backups. */
  backupInterval: number | undefined;
  /** When the newest complete backup ended. */
  backup: Date | undefined;
  /** When the oldest complete backup that is kept was made, as far as is known. */
  first?: Date | undefined;
  /** The newest copy that has begun. */
  last:
    | (Pick<RunRecord, 'status' | 'started' | 'finished' | 'failure'> & Partial<Pick<RunRecord, 'warned' | 'counts'>>)
    | undefined;
  /** The newest that did not fail, though it may have left out what is damaged or untrusted. */
  copied: Pick<RunRecord, 'started' | 'finished'> | undefined;
}

/** Whether to copy now. Without any backup there is nothing to copy. */
export function isCopyDue({ now, schedule, timezone, backup, last }: CopyFacts): boolean {
  if (schedule === '' || backup === undefined) {
    return false;
  }
  if (last === undefined) {
    return true;
  }
  if (last.status === 'running' || last.status === 'queued') {
    return false;
  }
  const started = new Date(last.started);
  // By a clock that was set back, each copy would look older than the backup, and the next one due.
  if (schedule === undefined && backup > started && backup.getTime() <= now.getTime() + MAX_SKEW) {
    return true;
  }
  if (last.status === 'failed' || last.status === 'interrupted') {
    const wait = last.status === 'failed' ? RETRY_MS : RESUME_MS;
    return now.getTime() - Date.parse(last.finished ?? last.started) >= wait;
  }
  if (schedule === undefined) {
    return false;
  }
  const next = parseSchedule(schedule, timezone).after(started);
  return next !== undefined && next <= now;
}

/** Whether the copy has the newest complete backup. */
export function isCopyCurrent({ backup, copied }: Pick<CopyFacts, 'backup' | 'copied'>): boolean {
  return backup !== undefined && copied !== undefined && new Date(copied.started) >= backup;
}

/** Whether the copy has lacked the newest backups for longer than two intervals. */
export function isCopyOverdue(facts: CopyFacts): boolean {
  const { now, schedule, timezone, backupInterval, backup, first, last, copied } = facts;
  if (backup === undefined || isCopyCurrent(facts)) {
    return false;
  }
  const own = schedule === undefined || schedule === '' ? undefined : parseSchedule(schedule, timezone).interval(now);
  const interval = own ?? backupInterval;
  const allowed = interval === undefined ? LATE_SECONDS : lateAfterSeconds(interval);
  // Each backup is newer than the one before: while none was ever copied, the oldest has waited.
  const waiting = last === undefined ? backup : last.status === 'running' ? new Date(last.started) : (first ?? backup);
  const since = copied === undefined ? waiting : new Date(copied.finished ?? copied.started);
  return now.getTime() - since.getTime() > allowed * 1000;
}
