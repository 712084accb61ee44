import { DashkeepError } from '../../../contract/errors.ts';
import { reasonFrom, type Reason } from '../../../contract/reasons/reason.ts';
import { GrafanaError, isUnreadable } from '../../../grafana/http/errors.ts';
import type { PlannedItem } from '../types.ts';

/** What ends the whole restore: a repository that cannot be read. All else is the failure of one resource. */
export function failureOf(error: unknown): Reason {
  const ofOne = /^DK_(GRAFANA_|OBJECT_)/;
  if (error instanceof DashkeepError && !ofOne.test(error.code) && !isUnreadable(error)) {
    throw error;
  }
  return reasonFrom(error);
}

/**
 * Whether the same write may succeed a moment later: the connection was cut, Grafana failed over it, or it took an
 * update for stale. Grafana 11 does so with its own first attempt when the database was locked, and the second write is
 * made only if what is live is still as planned.
 */
export function isPassing(error: unknown, item: PlannedItem): boolean {
  return (
    error instanceof GrafanaError &&
    (error.code === 'DK_GRAFANA_UNREACHABLE' ||
      error.httpStatus >= 500 ||
      (error.code === 'DK_GRAFANA_CONFLICT' && item.live !== undefined))
  );
}

/** Somebody else was there first. */
export function isConflict(error: unknown): boolean {
  return error instanceof DashkeepError && error.code === 'DK_GRAFANA_CONFLICT';
}
