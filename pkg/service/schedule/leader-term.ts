import type { Clock, Log } from '../../contract/ports.ts';
import type { RunRecord } from '../../contract/runs.ts';
import type { Overdue } from '../status/overdue.ts';
import type { Leadership } from './leadership.ts';
import { closeInterrupted } from '../runs/close-interrupted.ts';
import type { Journal } from '../runs/journal.ts';

export interface LeaderTermsOptions {
  leadership: Leadership;
  journal: Journal;
  overdue: Overdue;
  /** Which process this is, as the journal calls it. */
  process: string;
  /** Called with each run that its process left unfinished, as it is now. */
  interrupted: (run: RunRecord) => void;
  /** Called with each run whose process ended before it had sent all notices. */
  unreported: (run: RunRecord) => void;
  /** Called when everything is known that a new term has to know. */
  begun: () => void;
  clock: Clock;
  log: Log;
}

/** What each term of leadership begins with: finding out what those before it did. */
export class LeaderTerms {
  readonly #options: LeaderTermsOptions;
  #current: AbortSignal | undefined;
  #settling: Promise<void> = Promise.resolve();
  #settled: AbortSignal | undefined;

  constructor(options: LeaderTermsOptions) {
    this.#options = options;
  }

  /** Whether this replica leads and knows what those before it did. */
  get settled(): boolean {
    const { term } = this.#options.leadership;
    return term !== undefined && term === this.#settled;
  }

  /** To be called often. Resolves when the present term is settled, if there is one. */
  notice(): Promise<void> {
    const { term } = this.#options.leadership;
    if (term !== this.#current) {
      this.#current = term;
      this.#settling = term === undefined ? Promise.resolve() : this.#settle(term);
    }
    return this.#settling;
  }

  async #settle(term: AbortSignal): Promise<void> {
    const { journal, overdue, process, interrupted, unreported, begun, clock, log } = this.#options;
    await Promise.all([journal.load(), overdue.load()]);
    for (const run of await closeInterrupted(journal, process, clock)) {
      log.warn({ run: run.id, kind: run.kind }, 'a run was interrupted, because its process ended');
      interrupted(run);
    }
    journal.entries.filter((one) => one.unreported === true && one.instance !== process).forEach(unreported);
    this.#settled = term;
    begun();
  }
}
