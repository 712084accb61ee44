import { DashkeepError } from '../../../contract/errors.ts';
import { arrayAt, isJsonObject, objectAt, type Json, type JsonObject } from '../../../lib/json/json.ts';
import type { GrafanaClient } from '../client.ts';

/**
 * A list that Grafana cannot page, only limit: asked for with more and more room until the answer does not fill it. Of
 * each item only these members are kept.
 * @throws DK_GRAFANA_INCOMPLETE_LIST when even the largest room is filled.
 */
export async function listWithRoom(
  grafana: GrafanaClient,
  path: string,
  keep: readonly string[],
  signal?: AbortSignal,
): Promise<JsonObject[]> {
  for (const limit of [5_000, 50_000, 500_000]) {
    const answer = await grafana.get(path, { query: { limit }, keep, signal });
    if (!Array.isArray(answer)) {
      throw new DashkeepError('DK_GRAFANA_ANSWER', `GET ${path}: the response is not a list`);
    }
    if (answer.length < limit) {
      return answer.filter(isJsonObject);
    }
  }
  throw new DashkeepError('DK_GRAFANA_INCOMPLETE_LIST', `GET ${path}: more than 500,000 items, which cannot be paged`);
}

/**
 * A member that is a list, for which Grafana writes `null` when it is empty; undefined when it is something else or
 * absent.
 */
export function listAt(answer: Json, ...path: string[]): Json[] | undefined {
  const name = path.at(-1) ?? '';
  return objectAt(answer, ...path.slice(0, -1))?.[name] === null ? [] : arrayAt(answer, ...path);
}

/** An answer that must be a list of objects. @throws DK_GRAFANA_ANSWER when it is not. */
export function objectsOf(answer: Json, path: string): JsonObject[] {
  if (!Array.isArray(answer)) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', `GET ${path}: the response is not a list`);
  }
  return answer.filter(isJsonObject);
}
