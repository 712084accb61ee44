import { readAhead } from '../../../../lib/concurrency/each-at-once.ts';
import type { JsonObject } from '../../../../lib/json/json.ts';
import { liveDashboards } from '../dashboard/live.ts';
import type { KindContext } from '../../kind.ts';
import { ALL_TIME, type Window } from './cuts.ts';
import { readAnnotationsOn, readWindows } from './windows.ts';

/** How many dashboards Grafana looks at in one go (accesscontrol.go searchDashboardsPageLimit). */
const IN_ONE_GO = 1_000;
/** There may be this many more dashboards by the time Grafana is asked. */
const NEW_MEANWHILE = 100;
/**
 * How many requests for one dashboard cost Grafana as much as halving a window: for a window it searches all
 * dashboards, a thousand at a time, and finds out which it may show.
 */
const WORTH_A_HALVING = 300;
const DASHBOARDS_AHEAD = 16;

/**
 * Every annotation, each once. Where Grafana's answers leave a doubt that no smaller window resolves, each dashboard is
 * asked by itself.
 */
export async function* readAnnotations(context: KindContext): AsyncGenerator<JsonObject> {
  const seen = new Set<unknown>();
  const fresh = (items: JsonObject[]): JsonObject[] => items.filter(({ id }) => !seen.has(id) && seen.add(id));
  const doubtful: Window[] = [];
  const reading = {
    goes: async () => Math.ceil(((await liveDashboards(context)).length + NEW_MEANWHILE) / IN_ONE_GO),
    halvings: async () => (await liveDashboards(context)).length / WORTH_A_HALVING,
  };
  for await (const { window, items, isDoubtful } of readWindows(context, ALL_TIME, reading)) {
    yield* fresh(items);
    if (isDoubtful) {
      doubtful.push(window);
    }
  }
  if (doubtful.length === 0) {
    return;
  }
  const window = {
    from: Math.min(...doubtful.map(({ from }) => from)),
    to: Math.max(...doubtful.map(({ to }) => to)),
  };
  const readOne = async (uid: string): Promise<JsonObject[]> => {
    const items: JsonObject[] = [];
    for await (const item of readAnnotationsOn(context, uid, window)) {
      items.push(item);
    }
    return items;
  };
  const uids = (await liveDashboards(context)).map(({ uid }) => uid);
  for await (const items of readAhead(DASHBOARDS_AHEAD, uids, readOne)) {
    yield* fresh(items);
  }
}
