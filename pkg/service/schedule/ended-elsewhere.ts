import type { Journal } from '../runs/journal.ts';
import type { Leadership } from './leadership.ts';

/**
 * Notices that a run has ended in the replica that leads. The journal is shared, but read only at the start; without
 * this, other replicas would show an old status for as long as they don't lead.
 */
export class EndedElsewhere {
  readonly #leadership: Leadership;
  readonly #journal: Journal;
  readonly #changed: () => void;
  #known: string | undefined;

  /** @param changed - called when the journal is read again */
  constructor(leadership: Leadership, journal: Journal, changed: () => void) {
    this.#leadership = leadership;
    this.#journal = journal;
    this.#changed = changed;
  }

  /** For the others: the newest run that has ended, as soon as the journal has it. */
  announce(): void {
    this.#leadership.announceEnded(this.#journal.entries.find(({ finished }) => finished !== undefined)?.id);
  }

  /** To be called often. */
  notice(): void {
    const ended = this.#leadership.foreignEnded();
    if (ended !== undefined && ended !== this.#known) {
      this.#known = ended;
      void this.#journal.load().then(this.#changed);
    }
  }
}
