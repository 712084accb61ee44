import { numberAt, stringAt, type JsonObject } from '../../../../lib/json/json.ts';

/** Milliseconds since 1970, both ends included. An annotation is in it when it overlaps it. */
export interface Window {
  from: number;
  to: number;
}

/** Years 1970 to 9999: with `from` or `to` at 0 Grafana leaves the whole filter out (xorm_store.go Get). */
export const ALL_TIME: Window = { from: 1, to: 253_402_300_799_999 };

/**
 * The last millisecond of the first half, so that each half has fewer of the beginnings and ends in the window;
 * undefined where there are none, and every half would show the same.
 */
export function cutOf(rows: readonly JsonObject[], window: Window): number | undefined {
  const moments = momentsIn(rows, window);
  const median = moments[moments.length >> 1];
  return median === undefined || window.from === window.to ? undefined : Math.min(median.time, window.to - 1);
}

/**
 * The same, next to an annotation of the organization that has one of a dashboard as its neighbour, as near to the
 * middle as there is one: so halves come to have only the one or the other. What lies between the two, and may not be
 * shown, goes with the dashboard's.
 */
export function cutBetweenOwners(rows: readonly JsonObject[], window: Window): number | undefined {
  const moments = momentsIn(rows, window);
  let best: { cut: number; off: number } | undefined;
  let left: Moment | undefined;
  for (const [index, right] of moments.entries()) {
    const off = Math.abs(index - moments.length / 2);
    const isNearer = off < (best?.off ?? Infinity);
    if (left !== undefined && left.isOfDashboard !== right.isOfDashboard && left.time < right.time && isNearer) {
      best = { cut: left.isOfDashboard ? right.time - 1 : left.time, off };
    }
    left = right;
  }
  return best?.cut ?? cutOf(rows, window);
}

interface Moment {
  time: number;
  isOfDashboard: boolean;
}

/** Beginnings and ends in the window, in order. */
function momentsIn(rows: readonly JsonObject[], { from, to }: Window): Moment[] {
  return rows
    .flatMap((row) =>
      ['time', 'timeEnd'].map((end) => ({ time: numberAt(row, end) ?? 0, isOfDashboard: isOfDashboard(row) })),
    )
    .filter(({ time }) => time >= from && time <= to)
    .sort((a, b) => a.time - b.time);
}

/** Whether it belongs to a dashboard, and not to the whole organization. */
export function isOfDashboard(row: JsonObject): boolean {
  return (stringAt(row, 'dashboardUID') ?? '') !== '';
}
