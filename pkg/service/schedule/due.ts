import type { ErrorCode } from '../../contract/errors.ts';
import type { ScheduledJob } from '../../contract/api/settings.ts';
import type { History } from '../repository/history.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';
import type { StatusCache } from '../status/status-cache.ts';

interface Known {
  history: History;
  statusCache: StatusCache;
}

/** When the newest run of a job began that counts as one; undefined when there was none. */
export function lastStart(job: ScheduledJob, { history, statusCache }: Known): Date | undefined {
  return newestOf(history.lastStart(job), job === 'backup' ? statusCache.repository?.newest?.time : undefined);
}

/** Of all organizations: the end of the newest complete backup. */
export function lastSuccess({ history, statusCache }: Known): Date | undefined {
  const run = history.last(({ kind, status }) => kind === 'backup' && status === 'complete');
  return newestOf(run?.finished, statusCache.repository?.lastComplete);
}

/** The newest of some times, of which any may be unknown. */
export function newestOf(...times: readonly (string | undefined)[]): Date | undefined {
  const known = times.flatMap((time) => (time === undefined ? [] : [Date.parse(time)]));
  return known.length === 0 ? undefined : new Date(Math.max(...known));
}

const TOKEN_FAILURES: ReadonlySet<string> = new Set<ErrorCode>(['DK_GRAFANA_UNAUTHORIZED', 'DK_BOOTSTRAP']);

/**
 * Whether to repeat the last backup, because Grafana refused the token.
 * @param tokenSince - when there was one again
 */
export function isRepeatDue({ history }: Pick<Known, 'history'>, tokenSince: Date | undefined): boolean {
  const { status, failure, started } = history.last(({ kind }) => kind === 'backup') ?? {};
  const isRefused = status === 'failed' && TOKEN_FAILURES.has(failure?.code ?? '');
  return isRefused && tokenSince !== undefined && Date.parse(started ?? '') < tokenSince.getTime();
}

/**
 * Whether to make the first backup of a target now: one that failed because of the target is made as soon as the target
 * answers, or another one does. Only while the target is empty, and once each time that it begins to answer.
 */
export function isFirstBackupDue({
  history,
  statusCache: { repository, findings },
  repositoryCache: { reachable, since, firstAnswer },
}: {
  history: History;
  statusCache: StatusCache;
  repositoryCache: RepositoryCache;
}): boolean {
  if (repository?.snapshots !== 0 || findings.length > 0 || reachable !== true || since === undefined) {
    return false;
  }
  // One that was stopped is not begun again by itself.
  const last = history.last(({ kind }) => kind === 'backup');
  switch (last?.status) {
    case 'failed':
      return Date.parse(last.started) < since.getTime();
    case 'complete':
    case 'partial':
      // Otherwise, the target answered to this one, and the status has not read yet what it stored.
      return firstAnswer !== undefined && Date.parse(last.finished ?? last.started) < firstAnswer.getTime();
    default:
      return false;
  }
}
