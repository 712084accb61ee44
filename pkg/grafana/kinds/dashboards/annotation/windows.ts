import { DashkeepError } from '../../../../contract/errors.ts';
import { numberAt, stringAt, type JsonObject } from '../../../../lib/json/json.ts';
import { objectsOf } from '../../../http/pagination/lists.ts';
import { liveDashboards } from '../dashboard/live.ts';
import type { KindContext } from '../../kind.ts';

const PATH = '/api/annotations';
/** Grafana's own default is 100. */
const ROOM = 5_000;
/** Room for annotations that all lie in one millisecond; more than that is taken for an answer gone wrong. */
const LARGEST_ROOM = 500_000;
/** Years 1970 to 9999: with `from` or `to` at 0 Grafana leaves the whole filter out (xorm_store.go Get). */
const ALL_TIME: Window = { from: 1, to: 253_402_300_799_999 };

/** Milliseconds since 1970, both ends included. */
interface Window {
  from: number;
  to: number;
}

/** Enough to find one annotation again. */
export interface Place {
  id: number;
  time: number;
  dashboardUID: string | undefined;
}

/**
 * One annotation. By its millisecond and not by `GET /api/annotations/:id`, whose answer lacks the dashboard's uid in
 * older releases (api/annotations.go GetAnnotationByID).
 */
export async function readAnnotation(context: KindContext, place: Place): Promise<JsonObject | undefined> {
  const window = { from: place.time, to: place.time };
  const items = await ask(context, window, place.dashboardUID, ROOM);
  const all = items.length < ROOM ? items : await askWithRoom(context, window, place.dashboardUID);
  return all.find((item) => numberAt(item, 'id') === place.id);
}

/**
 * Every annotation, each once.
 *
 * The answer has no cursor, only a limit, and a filter that takes what *overlaps* `from`..`to`. It is sorted by end,
 * but only as far as one batch of dashboards goes: Grafana collects batch after batch until the limit is reached
 * (annotationsimpl/annotations.go Find). So order says nothing about what is missing, and only an answer that leaves
 * room is complete. One that does not is asked for again in two halves, cut in the middle of what it showed.
 *
 * With more dashboards than the limit, Grafana also repeats the org's annotations with every batch and counts them
 * against the limit. An answer that repeats itself may therefore lack some: then each dashboard is asked by itself.
 */
export async function* readAnnotations(context: KindContext): AsyncGenerator<JsonObject> {
  const seen = new Set<number>();
  const fresh = (items: JsonObject[]): JsonObject[] =>
    items.filter((item) => {
      const id = numberAt(item, 'id') ?? 0;
      return !seen.has(id) && seen.add(id);
    });
  const doubtful: Window[] = [];
  for await (const { items, window, repeats } of readWindows(context, ALL_TIME, undefined)) {
    yield* fresh(items);
    if (repeats) {
      doubtful.push(window);
    }
  }
  if (doubtful.length === 0) {
    return;
  }
  for (const { uid } of await liveDashboards(context)) {
    for await (const { items } of readWindows(context, ALL_TIME, uid)) {
      yield* fresh(items);
    }
  }
}

/** Every annotation of one dashboard. */
export async function* readAnnotationsOn(context: KindContext, dashboardUID: string): AsyncGenerator<JsonObject> {
  for await (const { items } of readWindows(context, ALL_TIME, dashboardUID)) {
    yield* items;
  }
}

interface WindowAnnotations {
  window: Window;
  items: JsonObject[];
  /** Whether it holds something twice. */
  repeats: boolean;
}

/** Windows that together cover the given one, each with an answer that left room. */
async function* readWindows(
  context: KindContext,
  whole: Window,
  dashboardUID: string | undefined,
): AsyncGenerator<WindowAnnotations> {
  const waiting: Window[] = [whole];
  for (let window = waiting.pop(); window !== undefined; window = waiting.pop()) {
    const items = await ask(context, window, dashboardUID, ROOM);
    if (items.length < ROOM) {
      yield { window, items: items.filter(isNote), repeats: repeatsItself(items) };
    } else if (window.from === window.to) {
      yield { window, items: (await askWithRoom(context, window, dashboardUID)).filter(isNote), repeats: false };
    } else {
      const middle = middleOf(items, window);
      waiting.push({ from: window.from, to: middle }, { from: middle + 1, to: window.to });
    }
  }
}

async function ask(
  context: KindContext,
  window: Window,
  dashboardUID: string | undefined,
  limit: number,
): Promise<JsonObject[]> {
  const query = { from: window.from, to: window.to, limit, type: 'annotation', dashboardUID };
  return objectsOf(await context.grafana.get(PATH, { query, signal: context.signal }), PATH);
}

/** Some releases show alert states in spite of `type=annotation`. */
function isNote(item: JsonObject): boolean {
  return (numberAt(item, 'alertId') ?? 0) === 0 && (stringAt(item, 'newState') ?? '') === '';
}

async function askWithRoom(
  context: KindContext,
  window: Window,
  dashboardUID: string | undefined,
): Promise<JsonObject[]> {
  for (let room = ROOM * 10; room <= LARGEST_ROOM; room *= 10) {
    const items = await ask(context, window, dashboardUID, room);
    if (items.length < room) {
      return items;
    }
  }
  throw new DashkeepError(
    'DK_GRAFANA_INCOMPLETE_LIST',
    `GET ${PATH}: more than ${LARGEST_ROOM} annotations at ${new Date(window.from).toISOString()}`,
  );
}

function repeatsItself(items: JsonObject[]): boolean {
  return new Set(items.map((item) => numberAt(item, 'id'))).size < items.length;
}

/** The median time of what was shown, kept inside so that both halves are smaller than the whole. */
function middleOf(items: JsonObject[], window: Window): number {
  const times = items.map((item) => numberAt(item, 'time') ?? 0).sort((a, b) => a - b);
  const median = times[times.length >> 1] ?? window.from;
  return Math.min(Math.max(median, window.from), window.to - 1);
}
