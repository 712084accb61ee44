import { asDashkeepError } from '../../contract/errors.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import type { RunRecord } from '../../contract/runs.ts';
import type { Journal } from '../runs/journal.ts';
import type { Library } from './library.ts';

const FRESH_MS = 30_000;
const FIRST = 100;
const MOST = 2_000;

/** All runs that are known: those of the repository, and those that only the journal has. */
export class History {
  readonly #library: Library;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #log: Log;
  #read: { at: number; limit: number; records: Promise<RunRecord[]> } | undefined;

  constructor(library: Library, journal: Journal, ports: { clock: Clock; log: Log }) {
    this.#library = library;
    this.#journal = journal;
    this.#clock = ports.clock;
    this.#log = ports.log;
  }

  /**
   * Newest first. Reads more of the repository until as many match as are wanted. A repository that can't be read leaves
   * the journal, which is what a person needs then.
   */
  async list(wanted: number, matches: (record: RunRecord) => boolean, signal: AbortSignal): Promise<RunRecord[]> {
    for (let limit = FIRST; ; limit *= 4) {
      const stored = await this.#stored(Math.min(limit, MOST), signal);
      const all = merged(stored, this.#journal.entries.map(recordOf));
      const found = all.filter(matches);
      if (found.length >= wanted || stored.length < limit || limit >= MOST) {
        return found;
      }
    }
  }

  async find(id: string, signal: AbortSignal): Promise<RunRecord | undefined> {
    const [found] = await this.list(1, (record) => record.id === id, signal);
    return found;
  }

  /** From the journal alone: cheap, and enough for what happened last. */
  last(matches: (record: RunRecord) => boolean): RunRecord | undefined {
    const entry = this.#journal.entries.find(matches);
    return entry === undefined ? undefined : recordOf(entry);
  }

  refresh(): void {
    this.#read = undefined;
  }

  async #stored(limit: number, signal: AbortSignal): Promise<RunRecord[]> {
    const now = this.#clock.monotonic();
    if (this.#read === undefined || this.#read.limit < limit || now - this.#read.at > FRESH_MS) {
      const records = this.#library.use(signal, (work) => work.runs({ limit, signal }));
      this.#read = { at: now, limit, records };
    }
    try {
      return await this.#read.records;
    } catch (error) {
      this.#read = undefined;
      signal.throwIfAborted();
      this.#log.debug({ reason: asDashkeepError(error).message }, 'only the journal of runs can be shown');
      return [];
    }
  }
}

function recordOf(entry: RunRecord & { instance?: string; kept?: boolean }): RunRecord {
  const { instance: _instance, kept: _kept, ...record } = entry;
  return record;
}

/** The repository's record wins: it is whole. The journal's wins only over one that does not know its end yet. */
function merged(stored: readonly RunRecord[], journal: readonly RunRecord[]): RunRecord[] {
  const all = new Map(journal.map((record) => [record.id, record]));
  for (const record of stored) {
    if (record.finished !== undefined || !all.has(record.id)) {
      all.set(record.id, record);
    }
  }
  return [...all.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}
