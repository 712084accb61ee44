import type { z } from 'zod';
import { compact } from '../../contract/compact.ts';
import { RestoreRequest } from '../../contract/api/restores.ts';
import type { Run, RunPage, RunSummary, RunsQuery } from '../../contract/api/runs.ts';
import type { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';
import {
  hasChanges,
  runLine,
  type RunLine,
  type RunRecord,
  type WholeProgress,
  type Progress,
} from '../../contract/runs.ts';
import { cameToItsEnd, continues } from '../../engine/runs.ts';
import type { Connections } from '../connections/connections.ts';
import type { Leadership } from '../schedule/leadership.ts';
import type { Caller } from '../organizations/caller.ts';
import { isShown, mayCancel, mayKnow, progressFor, recordFor, runFor } from '../organizations/run-view.ts';
import { pageOfList } from '../pagination.ts';
import { matchesSearch } from '../text-filter.ts';
import type { History } from '../repository/history.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';
import type { RunQueue } from './queue.ts';
import { withTitles } from './titles.ts';
import { undoObstacles } from './undo-obstacles.ts';

/** More than these nobody reads on a page. */
const TOUCHED_SHOWN = 1000;
/** Limit of earlier or later restores to read. */
const LATER_READ = 20;
/** How long people take to finish a restore that ended early. */
const FINISHED_WITHIN = 7 * 24 * 60 * 60_000;

export interface RunsParts {
  queue: RunQueue;
  history: History;
  repositoryCache: RepositoryCache;
  leadership: Leadership;
  connections: Connections;
}

/** The runs as one organization sees them: its own restores, and its part of what is done for all. */
export class Runs {
  readonly #parts: RunsParts;

  constructor(parts: RunsParts) {
    this.#parts = parts;
  }

  /** One run with its single problems. @throws DK_NOT_FOUND, also for what is another organization's */
  async find(id: string, caller: Caller, signal: AbortSignal): Promise<Run> {
    const { queue, history, leadership, connections } = this.#parts;
    const here = queue.find(id);
    if (here !== undefined) {
      const finishes = await this.#finishes(here.record, caller, signal);
      return { ...this.view(here.record, caller, here.progress), ...compact({ finishes }) };
    }
    const foreign = leadership.foreignRun();
    if (foreign?.id === id) {
      return { ...this.#summary(foreign, foreign.progress, caller), errors: [], undoable: false };
    }
    const record = (await history.find(id, signal)) ?? (await connections.runOnlyThere(id, caller, signal));
    if (record === undefined) {
      throw unknown();
    }
    const whole = await connections.whole(record, caller, signal);
    const seen = this.view(whole, caller);
    const run = await withTitles(seen, caller, this.#parts.repositoryCache, signal);
    const [continuation, finishes, obstacles] = await Promise.all([
      this.#continuation(record, caller, signal).then(async (here): Promise<Continuation> => {
        // An undo of the command line is only in the repository of the connection.
        const later = here.undone === true ? undefined : await connections.continuationOf(whole, caller, signal);
        return later === undefined ? here : { continuedBy: later.id, ...(later.undoes === id ? { undone: true } : {}) };
      }),
      this.#finishes(record, caller, signal),
      run.undoable ? undoObstacles(this.#parts, whole, caller, signal) : {},
    ]);
    const undoable = run.undoable && Object.keys(obstacles).length === 0 && continuation.undone === undefined;
    return { ...run, ...continuation, ...compact({ finishes }), ...obstacles, undoable };
  }

  /**
   * The later restore that undid one, or otherwise the first that finished it if it ended early: others may do the same
   * again.
   * @param cut - its record, or its line
   * @param until - only before this run
   */
  async #continuation(
    cut: RunRecord | RunLine,
    caller: Caller,
    signal: AbortSignal,
    until?: string,
  ): Promise<Continuation> {
    const { id, kind, status, undoes, source } = cut;
    if (kind !== 'restore') {
      return {};
    }
    const { history } = this.#parts;
    const isLater = (run: RunLine): boolean =>
      run.kind === 'restore' &&
      run.id > id &&
      (until === undefined || run.id < until) &&
      (run.undoes === id || (status !== 'complete' && run.undoes === undoes && run.source === source)) &&
      cameToItsEnd(run);
    const later = (await history.since(cut.started, isLater, signal)).filter((run) => mayKnow(run, caller));
    const [undone, finished] = [true, false].map((isUndo) => later.filter((run) => (run.undoes === id) === isUndo));
    const candidates = [...(undone ?? []), ...(finished ?? []).toReversed()].slice(0, LATER_READ);
    const record = 'errors' in cut || candidates.length === 0 ? cut : await history.find(id, signal);
    for (const { id: continuedBy } of candidates) {
      // Anyone may have written its line. Its record has a request and an undone run only if a trusted key signed it.
      const run = await history.find(continuedBy, signal);
      if (run !== undefined && record !== undefined && 'errors' in record && continues(run, record)) {
        return { continuedBy, ...(run.undoes === id ? { undone: true as const } : {}) };
      }
    }
    return {};
  }

  /** The newest earlier restore that ended early, wrote something, and was not undone before this one repeated it. */
  async #finishes(record: RunRecord, caller: Caller, signal: AbortSignal): Promise<string | undefined> {
    const { id, kind, undoes, source, started, finished } = record;
    if (kind !== 'restore' || finished === undefined) {
      return undefined;
    }
    const { history } = this.#parts;
    const since = new Date(Date.parse(started) - FINISHED_WITHIN).toISOString();
    const restores = (await history.since(since, (run) => run.kind === 'restore' && run.id < id, signal)).filter(
      (run) => mayKnow(run, caller),
    );
    const mayBe = (run: RunLine): boolean =>
      (run.status === 'interrupted' || run.status === 'failed' || run.status === 'cancelled') &&
      run.undoes === undoes &&
      run.source === source &&
      !restores.some((later) => later.undoes === run.id && later.status === 'complete');
    for (const { id: candidate } of restores.filter(mayBe).slice(0, LATER_READ)) {
      const cut = await history.find(candidate, signal);
      if (cut?.planned !== undefined && continues({ ...record, status: 'complete' }, cut)) {
        const { continuedBy } = await this.#continuation(cut, caller, signal, id);
        return continuedBy === undefined ? candidate : undefined;
      }
    }
    return undefined;
  }

  /** @throws DK_NOT_FOUND for what is another organization's */
  view(record: RunRecord, caller: Caller, progress?: WholeProgress): Run {
    const seen = recordFor(record, runLine(record), caller);
    if (seen === undefined) {
      throw unknown();
    }
    const { errors, ...line } = seen;
    const restore = this.#parts.queue.restoreOf(record.id) ?? record.restore;
    const security = record.security?.filter(isShown(record, caller));
    return {
      ...this.#shown(line, record, progress, caller),
      errors,
      ...compact({ security, restore, ...this.#rest(record, caller) }),
      undoable:
        record.kind === 'restore' &&
        record.snapshot !== undefined &&
        record.finished !== undefined &&
        hasChanges(record),
    };
  }

  /** What a restore touched and was asked for. */
  #rest({ kind, connection, touched, request, undoes }: RunRecord, caller: Caller): Pick<Run, 'touched' | 'request'> {
    if (kind !== 'restore') {
      return {};
    }
    const own = touched?.filter(isShown({ connection }, caller)).slice(0, TOUCHED_SHOWN);
    const asked = undoes === undefined ? RestoreRequest.safeParse(request) : undefined;
    return compact({ touched: own?.map(({ mark: _mark, aside: _aside, ...one }) => one), request: asked?.data });
  }

  /** Newest first. */
  async page(query: z.output<typeof RunsQuery>, caller: Caller, signal: AbortSignal): Promise<RunPage> {
    const { queue } = this.#parts;
    const matches = (run: RunLine): boolean =>
      (query.kind === undefined || query.kind.includes(run.kind)) &&
      (query.status === undefined || query.status.includes(run.status)) &&
      (query.trigger === undefined || query.trigger === run.trigger) &&
      (query.from === undefined || run.started >= query.from) &&
      (query.to === undefined || run.started < query.to) &&
      matchesSearch(query.search, run.id, run.by, run.restore, run.failure?.message);
    // Enough for this page and to know whether there is another; deeper pages read more of the history.
    const wanted = query.cursor === undefined ? query.limit + 1 : Number.POSITIVE_INFINITY;
    const past = await this.past(wanted, matches, caller, signal);
    const active = [queue.queued, queue.running].flatMap((one) => {
      const seen = one === undefined ? undefined : runFor(runLine(one.record), caller);
      return one === undefined || seen === undefined || !matches(seen)
        ? []
        : [this.#shown(seen, one.record, one.progress, caller)];
    });
    const ids = new Set(active.map(({ id }) => id));
    const ended = past.filter(({ id }) => !ids.has(id)).map((line) => this.#shown(line, line, undefined, caller));
    const page = pageOfList([...active, ...ended], ({ id }) => id, query);
    const lines = new Map(past.map((line) => [line.id, line]));
    const withContinuation = async (run: RunSummary): Promise<RunSummary> => {
      const line = isIncomplete(run) ? lines.get(run.id) : undefined;
      return line === undefined ? run : { ...run, ...(await this.#continuation(line, caller, signal)) };
    };
    return { ...page, items: await Promise.all(page.items.map(withContinuation)) };
  }

  /** Runs that were written down, as the caller sees them; those that match, newest first. */
  async past(
    wanted: number,
    matches: (line: RunLine) => boolean,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<RunLine[]> {
    const found = await this.#parts.history.list(wanted, asSeenBy(caller, matches), signal);
    return found.flatMap((line) => runFor(line, caller) ?? []);
  }

  /** The newest one that matches and that nobody can have made up, as the caller sees it. */
  async newestCertain(
    matches: (line: RunLine) => boolean,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<RunLine | undefined> {
    const found = await this.#parts.history.newestCertain(asSeenBy(caller, matches), signal);
    return found && runFor(found, caller);
  }

  /** A line of which nobody has checked yet whether it is the caller's; undefined when it is not. */
  summary(run: (RunLine & { progress?: WholeProgress }) | undefined, caller: Caller): RunSummary | undefined {
    return run === undefined || !mayKnow(run, caller) ? undefined : this.#summary(run, run.progress, caller);
  }

  #summary(run: RunLine, progress: WholeProgress | undefined, caller: Caller): RunSummary {
    const seen = runFor(run, caller);
    if (seen === undefined) {
      throw unknown();
    }
    return this.#shown(seen, run, progress, caller);
  }

  #shown(
    seen: RunLine,
    run: Pick<RunLine, 'kind' | 'org' | 'started'>,
    progress: WholeProgress | undefined,
    caller: Caller,
  ): RunSummary {
    const shown = progressFor(run, progress, caller);
    const summary = runSummary(seen, shown);
    return {
      ...summary,
      ...(this.#parts.history.isFuture(seen) ? { future: true as const } : {}),
      cancellable: summary.cancellable && mayCancel(run, caller),
    };
  }
}

/** The later run that continues a restore. */
type Continuation = Pick<RunSummary, 'continuedBy' | 'undone'>;

function isIncomplete({ finished, status }: RunSummary): boolean {
  return finished !== undefined && status !== 'complete';
}

/** Whether a run matches as the caller sees it. */
function asSeenBy(caller: Caller, matches: (line: RunLine) => boolean): (line: RunLine) => boolean {
  return (line) => {
    const seen = runFor(line, caller);
    return seen !== undefined && matches(seen);
  };
}

function unknown(): DashkeepError {
  return refusal('DK_NOT_FOUND', reason('no-run'));
}

/** A run as the API's lists show it. */
function runSummary(line: RunLine, progress?: Progress): RunSummary {
  const active = line.status === 'running' || line.status === 'queued';
  const { org: _org, orgs: _orgs, ...rest } = line;
  return {
    ...rest,
    ...(progress === undefined || !active ? {} : { progress }),
    cancellable: active,
  };
}
