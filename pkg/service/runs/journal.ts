import * as z from 'zod';
import { compact } from '../../contract/compact.ts';
import { problemCount } from '../../contract/manifest.ts';
import type { Log } from '../../contract/ports.ts';
import { RunRecord } from '../../contract/runs.ts';
import { asDashkeepError, reasonOf, type DashkeepError } from '../../contract/errors.ts';
import type { StateStore } from '../../lib/state.ts';
import { Course } from './time-left.ts';

/** A record as the journal keeps it. */
const Entry = RunRecord.extend({
  /** Which process runs or ran it, or found that it had ended with its process. */
  instance: z.string(),
  /** Whether the repository has it. */
  kept: z.boolean(),
  /** The process that ended it has not sent all its notices yet. */
  unreported: z.literal(true).optional(),
  /** How long its phases took. */
  phases: Course.optional(),
});
export type JournalEntry = z.infer<typeof Entry>;

const ENTRY = 'runs.json';
/** More than fits on a page, and still a small part of what a Secret may hold. */
const KEPT = 60;
const ERRORS_KEPT = 5;
const TEXT_KEPT = 300;
/** In bytes. That of a long list of resources is not kept. */
const REQUEST_KEPT = 2_000;
/** A quarter of what a Secret may hold: anyone who can edit something in Grafana decides how long its names are. */
const BYTES_KEPT = 256 * 1024;

/**
 * The newest runs, kept outside the repository: so runs that failed because the bucket was away are not forgotten, and
 * a run that died with its process is recognised. The repository has the full records.
 */
export class Journal {
  readonly #state: StateStore;
  readonly #log: Log;
  #entries: JournalEntry[] = [];
  /** What was put and is not written yet, by ID. */
  readonly #unwritten = new Map<string, JournalEntry>();
  /** Runs whose end another process had written before this one did. */
  readonly #endedElsewhere = new Set<string>();
  #writing: Promise<void> = Promise.resolve();
  #problem: DashkeepError | undefined;

  constructor(state: StateStore, log: Log) {
    this.#state = state;
    this.#log = log;
  }

  /** Why the journal could not be written the last time. */
  get problem(): DashkeepError | undefined {
    return this.#problem;
  }

  /** Newest first, in the order in which they began, whatever clocks dated them. */
  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** Whether no run that began since then is missing. */
  reachesBackTo(time: string): boolean {
    const oldest = this.#entries[KEPT - 1];
    return oldest === undefined || oldest.started < time;
  }

  /** All notices of a run have been sent. */
  async reported(id: string): Promise<void> {
    const entry = this.#entries.find((one) => one.id === id);
    if (entry?.unreported === true) {
      await this.put(compact({ ...entry, unreported: undefined }));
    }
  }

  /**
   * Reads the journal as it is stored; what is put meanwhile is newer and stays.
   * @returns whether it could be read
   */
  async load(): Promise<boolean> {
    const before = this.#entries;
    let stored: JournalEntry[];
    try {
      stored = parse(await this.#state.get(ENTRY));
    } catch (error) {
      this.#log.warn({ reason: reasonOf(error) }, 'the journal of runs cannot be read');
      return false;
    }
    if (this.#entries !== before) {
      return true;
    }
    this.#entries = stored;
    return true;
  }

  /**
   * Adds or replaces an entry and writes it to the journal, beside what other replicas wrote there; failing that is a
   * warning, for the run matters more.
   * @returns whether no other process had written before how the run ended
   */
  async put(entry: JournalEntry): Promise<boolean> {
    const short = shortened(entry);
    this.#unwritten.set(entry.id, short);
    this.#entries = merged(this.#entries, [short]);
    // One after the other, so that the newest state is the one that stays.
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
    return !this.#endedElsewhere.delete(entry.id);
  }

  async #write(): Promise<void> {
    const own = [...this.#unwritten.values()];
    let stored: JournalEntry[] = [];
    try {
      await this.#state.update(ENTRY, (there) => {
        stored = readable(there);
        // Who ran it knows how it ended; anyone else only supposes that it was interrupted.
        const isKnown = (one: JournalEntry): boolean => one.status === 'interrupted' && endedBefore(stored, one);
        const unwritten = [...this.#unwritten.values()].filter((one) => !isKnown(one));
        // In the order of the stored ones, which other replicas wrote.
        this.#entries = merged(stored, this.#entries, stored, unwritten.toReversed());
        return Buffer.from(JSON.stringify(this.#entries));
      });
      for (const entry of own.filter((one) => this.#unwritten.get(one.id) === one)) {
        this.#unwritten.delete(entry.id);
        if (endedBefore(stored, entry)) {
          this.#endedElsewhere.add(entry.id);
        }
      }
      this.#problem = undefined;
    } catch (error) {
      this.#problem = asDashkeepError(error);
      this.#log.warn({ reason: reasonOf(error) }, 'the journal of runs cannot be written');
    }
  }
}

/** Whether another process wrote how a run ended. */
function endedBefore(stored: readonly JournalEntry[], { id, instance }: JournalEntry): boolean {
  return stored.some((one) => one.id === id && one.finished !== undefined && one.instance !== instance);
}

/** @throws SyntaxError for what is not JSON */
function parse(bytes: Buffer | undefined): JournalEntry[] {
  const value: unknown = bytes === undefined ? [] : JSON.parse(bytes.toString('utf8'));
  return (Array.isArray(value) ? value : []).flatMap((one: unknown) => {
    const parsed = Entry.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
}

/** The same of a journal that is written next; one that is damaged is replaced. */
function readable(bytes: Buffer | undefined): JournalEntry[] {
  try {
    return parse(bytes);
  } catch {
    return [];
  }
}

/** The entries that are kept, newest first. Of several with one ID, the first gives the place, and the last counts. */
function merged(...parts: JournalEntry[][]): JournalEntry[] {
  const byId = new Map(parts.flatMap((part) => part.toReversed()).map((entry) => [entry.id, entry]));
  const all = [...byId.values()].reverse();
  // Copies and their retries are frequent, and must not hide the last verification, nor the last copy that went well.
  const isAlike = (one: JournalEntry, other: JournalEntry): boolean =>
    one.kind === other.kind && isEnded(one) === isEnded(other);
  const isNewest = (one: JournalEntry): boolean => all.find((other) => isAlike(one, other)) === one;
  return fitting(all.filter((one, at) => at < KEPT || isNewest(one)));
}

/** Without the single problems and warnings of the oldest runs, where all together have no room. */
function fitting(entries: readonly JournalEntry[]): JournalEntry[] {
  let left = BYTES_KEPT;
  return entries.map((entry) => {
    left -= Buffer.byteLength(JSON.stringify(entry));
    return left >= 0 ? entry : withoutProblems(entry);
  });
}

function withoutProblems({ warnings: _, warned: _1, ...entry }: JournalEntry): JournalEntry {
  const failures = Math.max(problemCount(entry.errors), entry.counts['failures'] ?? 0);
  return { ...entry, errors: [], counts: { ...entry.counts, ...(failures === 0 ? {} : { failures }) } };
}

function isEnded({ status }: JournalEntry): boolean {
  return status === 'complete' || status === 'partial';
}

function isSmall(request: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(request) ?? '') <= REQUEST_KEPT;
}

function shortened({ touched: _touched, request, security: _security, ...entry }: JournalEntry): JournalEntry {
  return {
    ...entry,
    errors: entry.errors.slice(0, ERRORS_KEPT).map((error) => ({
      ...error,
      reason: error.reason.slice(0, TEXT_KEPT),
      ...compact({ title: error.title?.slice(0, TEXT_KEPT) }),
    })),
    counts: { ...entry.counts, ...(entry.errors.length > ERRORS_KEPT ? { failures: problemCount(entry.errors) } : {}) },
    ...compact({
      // The repository may have no record of a restore that was interrupted.
      request: isEnded(entry) || !isSmall(request) ? undefined : request,
      failure:
        entry.failure === undefined
          ? undefined
          : { ...entry.failure, message: entry.failure.message.slice(0, 3 * TEXT_KEPT) },
    }),
  };
}

/** What the journal knows of a run, without what it adds for itself. */
export function recordOf(entry: JournalEntry): RunRecord {
  const { instance: _instance, kept: _kept, unreported: _unreported, phases: _phases, ...record } = entry;
  return record;
}
