import { compact } from '../../../../contract/compact.ts';
import type { Known, Listed } from '../../kind.ts';
import type { Unproven } from './every.ts';
import { extentOf } from './revision.ts';
import type { Place } from './windows.ts';

/** Whether the last snapshot knows where each of its annotations is; those of earlier releases do not. */
export function canTakeOver(known: Known): known is Known & Required<Pick<Known, 'lastComplete'>> {
  return known.lastComplete?.resources.every(({ revision }) => revision !== undefined) === true;
}

/**
 * What the last snapshot has of dashboards that Grafana may not have looked at.
 * @param isSettled whether an annotation is known to have been listed, edited or deleted
 */
export function* notShown(
  { lastComplete }: Known,
  unproven: readonly Unproven[],
  isSettled: (uid: string, place: Place) => boolean,
): Generator<Listed> {
  lastComplete?.rely();
  for (const { uid, title, revision } of lastComplete?.resources ?? []) {
    const extent = extentOf(revision);
    if (extent === undefined || isSettled(uid, extent)) {
      continue;
    }
    const { time, timeEnd, dashboardUID = '' } = extent;
    const around = unproven.filter(({ window }) => time <= window.to && timeEnd >= window.from);
    if (around.length > 0 && !around.some(({ shown }) => shown.has(dashboardUID))) {
      yield compact({ uid, title, revision });
    }
  }
}
