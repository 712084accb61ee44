import { readAhead } from '../../../../lib/concurrency/each-at-once.ts';
import { numberAt, stringAt, type JsonObject } from '../../../../lib/json/json.ts';
import { ResponseTooLarge } from '../../../http/errors.ts';
import { liveDashboards } from '../dashboard/live.ts';
import type { KindContext } from '../../kind.ts';
import { ALL_TIME, isOfDashboard, type Window } from './cuts.ts';
import { readAnnotationsOn, readFewOn, readWindows } from './windows.ts';

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
const DAY = 24 * 3600 * 1000;
/** Where most new annotations are, a few more requests are worth it. */
const RECENT_HALVINGS = 3;

/** A window whose answer may lack annotations of dashboards. */
export interface Unproven {
  window: Window;
  /** Dashboards of which the answer shows annotations, and so all that they have in the window. */
  shown: ReadonlySet<string>;
}

/** How to list with few requests. */
export interface Cheap {
  /** When all annotations were listed last. Those of about that time and later are looked at more closely. */
  since: Date;
  leave(unproven: Unproven): unknown;
}

/**
 * Every annotation, each once. Where Grafana's answers leave a doubt that no smaller window resolves, each dashboard is
 * asked by itself, or `cheap` gets to know it. What takes too much memory leaves one, too.
 * @throws DK_GRAFANA_TOO_LARGE in the end, when it does: some annotations are missing.
 */
export async function* readAnnotations(context: KindContext, cheap?: Cheap): AsyncGenerator<JsonObject> {
  const seen = new Set<unknown>();
  const fresh = (items: JsonObject[]): JsonObject[] => items.filter(({ id }) => !seen.has(id) && seen.add(id));
  const unproven: Unproven[] = [];
  let unread: ResponseTooLarge | undefined;
  for (const { window: part, halvings } of partsOf(context, cheap)) {
    const reading = { goes: () => goesOf(context), halvings };
    for await (const { window, items, isDoubtful, tooLarge } of readWindows(context, part, reading)) {
      yield* fresh(items);
      unread ??= tooLarge;
      if (isDoubtful) {
        unproven.push({ window, shown: dashboardsOf(items) });
      }
    }
  }
  if (cheap !== undefined && unread === undefined) {
    unproven.forEach((one) => cheap.leave(one));
  } else if (unproven.length > 0) {
    for await (const item of readEachDashboard(context, around(unproven), (error) => (unread ??= error))) {
      yield* fresh([item]);
    }
  }
  if (unread !== undefined) {
    throw unread;
  }
}

/** Every annotation of the organization itself: an answer has all those of its window, whatever else it lacks. */
export async function* readOfOrganization(context: KindContext): AsyncGenerator<JsonObject> {
  const reading = { goes: () => Promise.resolve(1), halvings: () => Promise.resolve(0) };
  const seen = new Set<unknown>();
  let unread: ResponseTooLarge | undefined;
  for await (const { items, tooLarge } of readWindows(context, ALL_TIME, reading)) {
    yield* items.filter((item) => !isOfDashboard(item) && !seen.has(item['id']) && seen.add(item['id']));
    unread ??= tooLarge;
  }
  if (unread !== undefined) {
    throw unread;
  }
}

interface Part {
  window: Window;
  halvings(): Promise<number>;
}

function partsOf(context: KindContext, cheap: Cheap | undefined): Part[] {
  if (cheap === undefined) {
    return [{ window: ALL_TIME, halvings: async () => (await liveDashboards(context)).length / WORTH_A_HALVING }];
  }
  const recent = cheap.since.getTime() - DAY;
  return [
    { window: { ...ALL_TIME, from: recent }, halvings: () => Promise.resolve(RECENT_HALVINGS) },
    { window: { ...ALL_TIME, to: recent - 1 }, halvings: () => Promise.resolve(0) },
  ];
}

/** One made for a dashboard that was not there yet counts as the organization's: it has no dashboard's numeric id. */
function dashboardsOf(items: readonly JsonObject[]): Set<string> {
  const own = items.filter((item) => (numberAt(item, 'dashboardId') ?? 0) !== 0);
  return new Set(own.map((item) => stringAt(item, 'dashboardUID') ?? ''));
}

async function goesOf(context: KindContext): Promise<number> {
  return Math.ceil(((await liveDashboards(context)).length + NEW_MEANWHILE) / IN_ONE_GO);
}

function around(unproven: readonly Unproven[]): Window {
  return {
    from: Math.min(...unproven.map(({ window }) => window.from)),
    to: Math.max(...unproven.map(({ window }) => window.to)),
  };
}

async function* readEachDashboard(
  context: KindContext,
  window: Window,
  leave: (error: ResponseTooLarge) => unknown,
): AsyncGenerator<JsonObject> {
  const uids = (await liveDashboards(context)).map(({ uid }) => uid);
  // Only what is small comes ahead: all of it is in memory at the same time.
  const ahead = readAhead(DASHBOARDS_AHEAD, uids, async (uid) => ({
    uid,
    items: await readFewOn(context, uid, window, 1 / DASHBOARDS_AHEAD),
  }));
  for await (const { uid, items } of ahead) {
    try {
      yield* items ?? readAnnotationsOn(context, uid, window);
    } catch (error) {
      if (!(error instanceof ResponseTooLarge)) {
        throw error;
      }
      leave(error);
    }
  }
}
