import { DashkeepError } from '../../../../contract/errors.ts';
import { numberAt, stringAt, type JsonObject } from '../../../../lib/json/json.ts';
import { GrafanaError } from '../../../http/errors.ts';
import { objectsOf } from '../../../http/pagination/lists.ts';
import { isDashboardLive } from '../dashboard/live.ts';
import type { KindContext } from '../../kind.ts';
import { ALL_TIME, cutBetweenOwners, cutOf, isOfDashboard, type Window } from './cuts.ts';

const PATH = '/api/annotations';
/**
 * No more than Grafana looks at dashboards in one go (accesscontrol.go searchDashboardsPageLimit): with more room, an
 * answer about more annotations than that ends with the first thousand dashboards and nothing shows it.
 */
const ROOM = 1_000;
/** Where one go takes in every dashboard. */
const LARGE_ROOM = 5_000;
/** Room for annotations that no window can separate; more than that is taken for an answer gone wrong. */
const LARGEST_ROOM = 500_000;
/** Enough to find one annotation again. */
export interface Place {
  id: number;
  time: number;
  dashboardUID: string | undefined;
}

/** All that one request gave for a window. */
export interface Answer {
  window: Window;
  items: JsonObject[];
  /** Whether it may lack annotations of dashboards. Those of the organization are all in it. */
  isDoubtful: boolean;
}

/** How answers are to be read. */
export interface Reading {
  /** Only the annotations of this dashboard. */
  dashboardUID?: string;
  /** In how many goes Grafana looks at all dashboards; asked for only where it matters. */
  goes(): Promise<number>;
  /** How many times a window may be halved only because its answer is doubtful. */
  halvings(): Promise<number>;
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

/** Every annotation of one dashboard that overlaps the window. */
export async function* readAnnotationsOn(
  context: KindContext,
  dashboardUID: string,
  window = ALL_TIME,
): AsyncGenerator<JsonObject> {
  // An answer about one dashboard repeats nothing.
  const reading = { dashboardUID, goes: () => Promise.resolve(1), halvings: () => Promise.resolve(0) };
  for await (const { items } of readWindows(context, window, reading)) {
    yield* items;
  }
}

/**
 * Windows that together cover the given one, the latest first. An answer has no cursor, only a limit, and a filter that
 * takes what *overlaps* `from`..`to`; one without room left is asked for again in two halves. So is a doubtful one:
 * where only the organization's annotations are, or only those of dashboards, there is no doubt.
 */
export async function* readWindows(context: KindContext, whole: Window, reading: Reading): AsyncGenerator<Answer> {
  const { dashboardUID } = reading;
  const waiting: Window[] = [whole];
  let room = ROOM;
  let halvings = 0;
  for (let window = waiting.pop(); window !== undefined; window = waiting.pop()) {
    const rows = await ask(context, window, dashboardUID, room);
    if (rows.length >= room) {
      const goes = await reading.goes();
      const cut = cutOf(rows, window);
      if (goes === 1 && room < LARGE_ROOM) {
        room = LARGE_ROOM;
        waiting.push(window);
      } else if (cut !== undefined) {
        halve(waiting, window, cut);
      } else {
        const items = await askWithRoom(context, window, dashboardUID);
        yield { window, items: notesOf(items), isDoubtful: goes > 1 };
      }
      continue;
    }
    const isDoubtful = repeats(rows) && !(await showsEveryGo(rows, reading));
    const cut = isDoubtful ? cutBetweenOwners(rows, window) : undefined;
    if (cut !== undefined && halvings < (await reading.halvings())) {
      halvings++;
      halve(waiting, window, cut);
    } else {
      yield { window, items: notesOf(rows), isDoubtful };
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
  try {
    return objectsOf(await context.grafana.get(PATH, { query, signal: context.signal }), PATH);
  } catch (error) {
    // Before 12 Grafana says so of a dashboard that is gone.
    const isBad = error instanceof GrafanaError && error.httpStatus === 400;
    if (isBad && dashboardUID !== undefined && !(await isDashboardLive(context, dashboardUID))) {
      return [];
    }
    throw error;
  }
}

async function askWithRoom(
  context: KindContext,
  window: Window,
  dashboardUID: string | undefined,
): Promise<JsonObject[]> {
  for (let room = LARGE_ROOM * 10; room <= LARGEST_ROOM; room *= 10) {
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

/** Each once, without alert states, which some releases show in spite of `type=annotation`. */
function notesOf(rows: readonly JsonObject[]): JsonObject[] {
  const notes = new Map<unknown, JsonObject>();
  for (const row of rows) {
    if ((numberAt(row, 'alertId') ?? 0) === 0 && (stringAt(row, 'newState') ?? '') === '') {
      notes.set(row['id'], row);
    }
  }
  return [...notes.values()];
}

function repeats(rows: readonly JsonObject[]): boolean {
  return new Set(rows.map((row) => row['id'])).size < rows.length;
}

/**
 * Whether the answer goes through all dashboards. Grafana looks at a thousand at a time, shows the organization's
 * annotations with each thousand, and ends as soon as it has shown as many as there are, those shown again counted
 * (annotations.go Find). So those of the organization come as many times as it has looked.
 */
async function showsEveryGo(rows: readonly JsonObject[], { goes }: Reading): Promise<boolean> {
  const times = new Map<unknown, number>();
  for (const row of rows) {
    if (!isOfDashboard(row)) {
      times.set(row['id'], (times.get(row['id']) ?? 0) + 1);
    }
  }
  return times.size > 0 && Math.min(...times.values()) >= (await goes());
}

function halve(waiting: Window[], { from, to }: Window, cut: number): void {
  waiting.push({ from, to: cut }, { from: cut + 1, to });
}
