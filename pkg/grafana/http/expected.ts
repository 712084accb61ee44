import { DashkeepError } from '../../contract/errors.ts';
import { objectAt, type Json, type JsonObject } from '../../lib/json/json.ts';

/**
 * An answer about one resource. Anything between Dashkeep and Grafana can answer in its place, with status 200 as well.
 * @param member - that each such resource has
 * @param value - what it is in this one, in whatever case; anything without it
 * @throws DK_GRAFANA_ANSWER when it is something else
 */
export function resourceIn(
  answer: Json | undefined,
  path: string,
  member: string,
  value?: string | number,
): JsonObject {
  const found = objectAt(answer);
  const given = found?.[member];
  const isIt =
    value === undefined
      ? given !== undefined && given !== null
      : String(given).toLowerCase() === String(value).toLowerCase();
  if (found === undefined || !isIt) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', `GET ${path}: the response is not the requested resource`);
  }
  return found;
}
