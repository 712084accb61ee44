import { numberAt, stringAt } from '../../../../lib/json/json.ts';
import type { Content } from '../../content.ts';
import type { Place } from './windows.ts';

/** Where an annotation is in one Grafana, and for how long it lasts. */
export interface Extent extends Place {
  timeEnd: number;
}

/**
 * What the next backup has to know of an annotation that Grafana may not show to it. It does not replace the content:
 * people change that, and this can stay the same.
 */
export function revisionOf({ id, time, dashboardUID }: Place, { body, facts }: Content): string {
  const updated = facts?.['updated'] ?? 0;
  return [id, time, numberAt(body, 'timeEnd') ?? time, updated, dashboardUID ?? ''].join(' ');
}

/** Undefined for what an earlier release stored, and for annotations of the organization, which are always shown. */
export function extentOf(revision: string | undefined): Extent | undefined {
  const [id, time, timeEnd, , dashboardUID] = (revision ?? '').split(' ');
  return dashboardUID === undefined || dashboardUID === ''
    ? undefined
    : { id: Number(id), time: Number(time), timeEnd: Number(timeEnd), dashboardUID };
}

/** Its number in Grafana: later ones are larger. Undefined for what an earlier release stored. */
export function idOf(revision: string | undefined): number | undefined {
  const [id, , , , dashboardUID] = (revision ?? '').split(' ');
  return dashboardUID === undefined ? undefined : Number(id);
}

/** UID of its dashboard, empty for the organization's; undefined where an earlier release did not store it. */
export function ownerOf(revision: string | undefined): string | undefined {
  return revision?.split(' ')[4];
}

/** Enough to find an annotation with this content again. */
export function placeOf(id: number, { body }: Content): Place {
  return { id, time: numberAt(body, 'time') ?? 0, dashboardUID: stringAt(body, 'dashboardUID') };
}
