import { compact } from '../../../../contract/compact.ts';
import { DashkeepError } from '../../../../contract/errors.ts';
import { numberAt, stringAt, type JsonObject } from '../../../../lib/json/json.ts';
import { GrafanaError, ResponseTooLarge } from '../../../http/errors.ts';
import { objectsOf } from '../../../http/pagination/lists.ts';
import { isDashboardLive } from '../dashboard/live.ts';
import type { KindContext } from '../../kind.ts';
import { ALL_TIME, cutBetweenOwners, cutOf, isOfDashboard, type Window } from './cuts.ts';

const PATH = '/api/annotations';
/** What is looked at of an annotation. */
const OF_AN_ANNOTATION = [
  'id',
  'alertId',
  'newState',
  'dashboardId',
  'dashboardUID',
  'panelId',
  'time',
  'timeEnd',
  'tags',
  'text',
  'data',
  'login',
  'updated',
];
/**
 * No more than Grafana looks at dashboards in one go (accesscontrol.go searchDashboardsPageLimit): with more room, an
 * answer about more annotations than that ends with the first thousand dashboards and nothing shows it.
 */
const ROOM = 1_000;
/** Where one go takes in every dashboard. */
const LARGE_ROOM = 5_000;
/** Room for annotations that no window can separate; more than that is taken for an answer gone wrong. */
const LARGEST_ROOM = 500_000;
/** With as much room a response fits into the memory, whatever it holds. */
const LEAST_ROOM = 5;
/** Less and more room, in turns. */
const STEP = 10;

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
  /** It lacks some, since all of them together take too much memory. */
  tooLarge?: ResponseTooLarge;
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

/** Every annotation of one dashboard that overlaps the window. @throws DK_GRAFANA_TOO_LARGE in the end, if some did. */
export async function* readAnnotationsOn(
  context: KindContext,
  dashboardUID: string,
  window = ALL_TIME,
): AsyncGenerator<JsonObject> {
  // An answer about one dashboard repeats nothing.
  const reading = { dashboardUID, goes: () => Promise.resolve(1), halvings: () => Promise.resolve(0) };
  let unread: ResponseTooLarge | undefined;
  for await (const { items, tooLarge } of readWindows(context, window, reading)) {
    yield* items;
    unread ??= tooLarge;
  }
  if (unread !== undefined) {
    throw unread;
  }
}

/** The same in one request that takes that part of the memory for a list at most; undefined where it takes more. */
export async function readFewOn(
  context: KindContext,
  dashboardUID: string,
  window: Window,
  part: number,
): Promise<JsonObject[] | undefined> {
  const rows = await orTooLarge(ask(context, window, dashboardUID, ROOM, part));
  return rows instanceof ResponseTooLarge || rows.length >= ROOM ? undefined : notesOf(rows);
}

/**
 * Windows that together cover the given one, the latest first. An answer has no cursor, only a limit, and a filter that
 * takes what *overlaps* `from`..`to`; one without room left is asked for again in two halves. So is a doubtful one:
 * where only the organization's annotations are, or only those of dashboards, there is no doubt. Where the memory has
 * no room for as many, fewer are asked for, and where halves would show the same, the window is given out as too large.
 */
export async function* readWindows(context: KindContext, whole: Window, reading: Reading): AsyncGenerator<Answer> {
  const { dashboardUID } = reading;
  const waiting: Window[] = [whole];
  let most = ROOM;
  let room = most;
  let halvings = 0;
  for (let window = waiting.pop(); window !== undefined; window = waiting.pop()) {
    const fitting = await askFitting(context, window, dashboardUID, room);
    const { rows, tooLarge } = fitting;
    room = fitting.room;
    if (fitting.isFull) {
      const goes = await reading.goes();
      const cut = cutOf(rows, window);
      if (tooLarge === undefined && goes === 1 && room === ROOM) {
        most = LARGE_ROOM;
        room = most;
        waiting.push(window);
      } else if (cut !== undefined) {
        halve(waiting, window, cut);
      } else if (tooLarge === undefined && room < most) {
        room = Math.min(most, room * STEP);
        waiting.push(window);
      } else {
        const all = tooLarge ?? (await orTooLarge(askWithRoom(context, window, dashboardUID)));
        yield all instanceof ResponseTooLarge
          ? { window, items: notesOf(rows), isDoubtful: true, tooLarge: all }
          : { window, items: notesOf(all), isDoubtful: goes > 1 };
      }
      continue;
    }
    if (rows.length * STEP < room) {
      room = Math.min(most, room * STEP);
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

/** What a window shows with as much of the room as fits into the memory. */
interface Fitting {
  rows: JsonObject[];
  room: number;
  /** Whether it may lack something. */
  isFull: boolean;
  /** Why it has less room. */
  tooLarge?: ResponseTooLarge;
}

async function askFitting(
  context: KindContext,
  window: Window,
  dashboardUID: string | undefined,
  most: number,
): Promise<Fitting> {
  let tooLarge: ResponseTooLarge | undefined;
  for (let room = most; ; room = Math.max(LEAST_ROOM, Math.floor(room / STEP))) {
    const rows = await orTooLarge(ask(context, window, dashboardUID, room));
    if (!(rows instanceof ResponseTooLarge)) {
      return compact({ rows, room, isFull: rows.length >= room, tooLarge });
    }
    tooLarge = rows;
    if (room === LEAST_ROOM) {
      return { rows: [], room, isFull: true, tooLarge };
    }
  }
}

async function orTooLarge<T>(value: Promise<T>): Promise<T | ResponseTooLarge> {
  try {
    return await value;
  } catch (error) {
    if (error instanceof ResponseTooLarge) {
      return error;
    }
    throw error;
  }
}

async function ask(
  context: KindContext,
  window: Window,
  dashboardUID: string | undefined,
  limit: number,
  part?: number,
): Promise<JsonObject[]> {
  const { signal } = context;
  const query = { from: window.from, to: window.to, limit, type: 'annotation', dashboardUID };
  try {
    return objectsOf(await context.grafana.get(PATH, { query, keep: OF_AN_ANNOTATION, part, signal }), PATH);
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
  for (let room = LARGE_ROOM * STEP; room <= LARGEST_ROOM; room *= STEP) {
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
