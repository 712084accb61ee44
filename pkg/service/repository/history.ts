import { compact } from '../../contract/compact.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import type { SnapshotSummary } from '../../contract/manifest.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import { runLine, type RunKind, type RunLine, type RunRecord } from '../../contract/runs.ts';
import { withEnd, withoutFuture } from '../../engine/runs.ts';
import { mapConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { MAX_SKEW } from '../../repository/clocks.ts';
import { compactTime } from '../../repository/layout.ts';
import { isLater } from '../../repository/snapshots/future.ts';
import { recordOf, type Journal, type JournalEntry } from '../runs/journal.ts';
import type { RepositoryCache } from './repository-cache.ts';
import { newestRuns, runRecord, signedRecord, trustedKeys } from './stored-runs.ts';

const FRESH_MS = 30_000;
const FIRST = 100;
const MOST = 2_000;
/** Anyone who can write to the target can make up thousands. */
const ASKED_MOST = 20;
const ASKED_AT_ONCE = 16;

/** All runs that are known: those of the repository, and those that only the journal has. */
export class History {
  readonly #repositoryCache: RepositoryCache;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #log: Log;
  #read: { at: number; limit: number; lines: Promise<RunLine[]> } | undefined;
  /** Runs of other processes that were seen to have ended. */
  readonly #noticed = new Set<string>();
  /** Restores among them that no trusted key had signed, and the keys that were trusted then. */
  readonly #unproven = new Set<string>();
  #trusted = '';
  /** The newest restore by another process, such as the command line, that a trusted key signed. */
  restoredElsewhere: RunLine | undefined;
  /** What to do when runs of other processes have ended. */
  othersEnded: () => void = () => undefined;

  constructor(repositoryCache: RepositoryCache, journal: Journal, ports: { clock: Clock; log: Log }) {
    this.#repositoryCache = repositoryCache;
    this.#journal = journal;
    this.#clock = ports.clock;
    this.#log = ports.log;
  }

  /**
   * Newest first, and those from the future last. Reads more of the repository until as many match as are wanted. A
   * repository that can't be read leaves the journal, which is what a person needs then.
   */
  async list(wanted: number, matches: (line: RunLine) => boolean, signal: AbortSignal): Promise<RunLine[]> {
    for (let limit = FIRST; ; limit *= 4) {
      const stored = await this.#stored(Math.min(limit, MOST), signal);
      const { others, future } = withoutFuture(this.#with(stored).filter(matches), this.#clock.now());
      if (others.length >= wanted || stored.length < limit || limit >= MOST) {
        return [...others, ...future];
      }
    }
  }

  /**
   * The newest one that matches and is certain: this service remembers it, or a trusted key signed its record. Anyone
   * who can write to the target can have made up any other. A run dated in the future proves nothing yet.
   */
  async newestCertain(matches: (line: RunLine) => boolean, signal: AbortSignal): Promise<RunLine | undefined> {
    const end = this.#latest;
    // The journal knows the order of its runs, whatever clocks dated them.
    const [, ...own] = this.#journal.entries.map(lineOf).filter((one) => one.started <= end && matches(one));
    const earlier = new Set(own.map(({ id }) => id));
    const hasBegun = (one: RunLine): boolean => one.started <= end && matches(one) && !earlier.has(one.id);
    const asked = new Set<string>();
    for (;;) {
      const all = await this.list(asked.size + 1, hasBegun, signal);
      // Mostly the newest is one of them.
      const next = all.filter(({ id }) => !asked.has(id)).slice(0, asked.size === 0 ? 1 : ASKED_AT_ONCE);
      next.forEach(({ id }) => asked.add(id));
      const lines = await mapConcurrently(ASKED_AT_ONCE, next, ({ id }) => this.#certain(id, signal));
      const found = lines.find((line) => line !== undefined && hasBegun(line));
      if (found !== undefined || next.length === 0) {
        return found;
      }
    }
  }

  /**
   * The newest run that a clock ahead of this one dated later than now, within what clocks may differ; only one that is
   * certain, as in `newestCertain`.
   */
  async newestAhead(signal: AbortSignal): Promise<string | undefined> {
    const now = this.#clock.now();
    const [from, to] = [now, new Date(now.getTime() + 2 * MAX_SKEW)].map(compactTime) as [string, string];
    this.refresh();
    const ahead = await this.since(now.toISOString(), ({ id }) => id > from && id < to, signal);
    for (const { id } of ahead.slice(0, ASKED_MOST)) {
      if ((await this.#certain(id, signal)) !== undefined) {
        return id;
      }
    }
    return undefined;
  }

  /** Those that match among the runs that began after a moment, and maybe some before. Newest first. */
  async since(moment: string, matches: (line: RunLine) => boolean, signal: AbortSignal): Promise<RunLine[]> {
    for (let limit = FIRST; ; limit *= 4) {
      const stored = await this.#stored(Math.min(limit, MOST), signal);
      const oldest = stored.at(-1);
      if (oldest === undefined || oldest.started < moment || stored.length < limit || limit >= MOST) {
        return this.#with(stored).filter(matches);
      }
    }
  }

  /** The run that was asked for with a key since then; for most, the journal knows without asking the repository. */
  async askedWith(idempotencyKey: string, since: string, signal: AbortSignal): Promise<string | undefined> {
    const asked = (run: { idempotencyKey?: string; started: string }): boolean =>
      run.idempotencyKey === idempotencyKey && run.started >= since;
    const known = this.last(asked);
    if (known !== undefined || this.#journal.reachesBackTo(since)) {
      return known?.id;
    }
    return (await this.since(since, asked, signal))[0]?.id;
  }

  /** With its single problems: as the repository has it, else as the journal does. */
  async find(id: string, signal: AbortSignal): Promise<RunRecord | undefined> {
    const entry = this.#journal.entries.find((one) => one.id === id);
    const own = entry === undefined ? undefined : recordOf(entry);
    try {
      const stored = await this.#repositoryCache.use(signal, (target) => runRecord(target, id, signal));
      return own === undefined || stored === undefined ? (own ?? stored) : combined(stored, own);
    } catch (error) {
      return this.#journalOnly(error, own, signal);
    }
  }

  /** From the journal alone: cheap, and enough for what happened last. What a clock that was ahead dated has not. */
  last(matches: (record: RunRecord) => boolean): RunRecord | undefined {
    const end = this.#latest;
    const entry = this.#journal.entries.find((one) => one.started <= end && matches(one));
    return entry === undefined ? undefined : recordOf(entry);
  }

  /**
   * When the newest run of a kind began that counts as one. A run that died with its process was none, so that it is
   * caught up; but not for ever, if the next one dies as well.
   */
  lastStart(kind: RunKind): string | undefined {
    const begun = (one: RunRecord): boolean => one.kind === kind && one.status !== 'queued';
    const latest = this.last(begun);
    const before = this.last((one) => begun(one) && one.id !== latest?.id);
    return (latest?.status === 'interrupted' && before?.status !== 'interrupted' ? before : latest)?.started;
  }

  /**
   * Whether a run began after a snapshot: by the order of the journal, or by their times where it lacks one of them. A
   * run that is dated in the future has begun before, while a clock was ahead.
   */
  isAfter(run: Pick<RunLine, 'id' | 'started'>, snapshot: Pick<SnapshotSummary, 'id' | 'time'>): boolean {
    if (run.started > this.#clock.now().toISOString()) {
      return false;
    }
    const { entries } = this.#journal;
    const began = entries.findIndex(({ id }) => id === run.id);
    const made = entries.findIndex((one) => one.kind === 'backup' && one.snapshot === snapshot.id);
    return began >= 0 && made >= 0 ? began < made : run.started > snapshot.time;
  }

  /** Whether a clock that was ahead dated a run later than now. */
  isFuture({ id }: Pick<RunLine, 'id'>): boolean {
    return isLater(id, this.#clock.now());
  }

  refresh(): void {
    this.#read = undefined;
  }

  /** The target is another one, with other runs. */
  retarget(): void {
    this.refresh();
    this.#noticed.clear();
    this.#unproven.clear();
    this.restoredElsewhere = undefined;
  }

  /** No run can have begun later than this. */
  get #latest(): string {
    return new Date(this.#clock.now().getTime() + MAX_SKEW).toISOString();
  }

  async #certain(id: string, signal: AbortSignal): Promise<RunLine | undefined> {
    const own = this.#journal.entries.find((one) => one.id === id);
    if (own !== undefined) {
      return lineOf(own);
    }
    try {
      const signed = await this.#repositoryCache.use(signal, (target) => signedRecord(target, id, signal));
      return signed && runLine(signed);
    } catch (error) {
      return this.#journalOnly(error, undefined, signal);
    }
  }

  #with(stored: readonly RunLine[]): RunLine[] {
    return merged(stored, this.#journal.entries.map(lineOf));
  }

  async #stored(limit: number, signal: AbortSignal): Promise<RunLine[]> {
    const now = this.#clock.monotonic();
    if (this.#read === undefined || this.#read.limit < limit || now - this.#read.at > FRESH_MS) {
      const lines = this.#repositoryCache
        .use(signal, (target) => newestRuns(target, { limit, signal }))
        .then((found) => this.#notice(found, signal));
      this.#read = { at: now, limit, lines };
    }
    try {
      return await this.#read.lines;
    } catch (error) {
      this.#read = undefined;
      return this.#journalOnly(error, [], signal);
    }
  }

  /** Looks for ended runs that this service does not remember: what it read of the repository before them is old. */
  async #notice(lines: RunLine[], signal: AbortSignal): Promise<RunLine[]> {
    const own = new Set(this.#journal.entries.map(({ id }) => id));
    const ended = lines.filter(({ id, finished }) => finished !== undefined && !own.has(id));
    const isNew = ({ id }: RunLine): boolean => !this.#noticed.has(id);
    const others = ended.filter(isNew);
    const restores = ended.filter(
      (one) => one.kind === 'restore' && one.connection === undefined && (isNew(one) || this.#unproven.has(one.id)),
    );
    // A person may have trusted the key of an earlier one since.
    const asksAgain = restores.length > 0 && (await this.#trustsOthers(signal));
    for (const { id } of restores.filter((one) => asksAgain || isNew(one)).slice(0, ASKED_MOST)) {
      const line = await this.#certain(id, signal);
      if (line === undefined) {
        this.#unproven.add(id);
        continue;
      }
      this.#unproven.delete(id);
      if (line.kind === 'restore' && line.started <= this.#latest) {
        const isNewer = line.started > (this.restoredElsewhere?.started ?? '');
        this.restoredElsewhere = isNewer ? line : this.restoredElsewhere;
        break;
      }
    }
    others.forEach(({ id }) => this.#noticed.add(id));
    if (others.length > 0) {
      this.othersEnded();
    }
    return lines;
  }

  /** Whether other keys are trusted than when this was last asked. */
  async #trustsOthers(signal: AbortSignal): Promise<boolean> {
    const before = this.#trusted;
    try {
      this.#trusted = await this.#repositoryCache.use(signal, (target) => trustedKeys(target, signal));
    } catch (error) {
      return this.#journalOnly(error, false, signal);
    }
    return this.#trusted !== before;
  }

  #journalOnly<T>(error: unknown, instead: T, signal: AbortSignal): T {
    signal.throwIfAborted();
    this.#log.debug({ reason: asDashkeepError(error).message }, 'only the journal of runs can be shown');
    return instead;
  }
}

function lineOf(entry: JournalEntry): RunLine {
  return runLine(recordOf(entry));
}

/**
 * What is known of a run. The repository's record has more of it than the journal, unless it does not know its end yet.
 * But anyone who can write to the target can have changed how it ended, or put another operation's record in its place.
 */
function combined<Run extends RunLine | RunRecord>(stored: Run, own: Run): Run {
  if (stored.kind !== own.kind) {
    return own;
  }
  if (stored.finished === undefined) {
    return withEnd(stored, own);
  }
  if (own.finished !== undefined && own.status !== stored.status) {
    return own;
  }
  const { failure, warnings = own.warnings, warned = own.warned } = stored;
  return { ...stored, ...compact({ failure: failure?.message ? failure : own.failure, warnings, warned }) };
}

function merged(stored: readonly RunLine[], journal: readonly RunLine[]): RunLine[] {
  const all = new Map(journal.map((line) => [line.id, line]));
  for (const line of stored) {
    const own = all.get(line.id);
    all.set(line.id, own === undefined ? line : combined(line, own));
  }
  return [...all.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}
