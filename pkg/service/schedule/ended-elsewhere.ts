import type { Clock } from '../../contract/ports.ts';
import type { Journal } from '../runs/journal.ts';
import type { Leadership } from './leadership.ts';

/** How long to wait after the journal could not be read. */
const RETRY_MS = 30_000;

/**
 * Notices that a run has ended in the replica that leads. The journal is shared, but read only at the start; without
 * this, other replicas would show an old status for as long as they don't lead.
 */
export class EndedElsewhere {
  readonly #leadership: Pick<Leadership, 'announceEnded' | 'foreignEnded'>;
  readonly #journal: Journal;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #changed: () => void;
  #known: string | undefined;
  #retryAt = 0;

  /** @param changed - called when the journal was read again */
  constructor(
    leadership: Pick<Leadership, 'announceEnded' | 'foreignEnded'>,
    journal: Journal,
    clock: Pick<Clock, 'monotonic'>,
    changed: () => void,
  ) {
    this.#leadership = leadership;
    this.#journal = journal;
    this.#clock = clock;
    this.#changed = changed;
  }

  /** For the others: the newest run that has ended, as soon as the journal has it. */
  announce(): void {
    this.#leadership.announceEnded(this.#journal.entries.find(({ finished }) => finished !== undefined)?.id);
  }

  /** To be called often; what could not be read is tried again later. */
  async notice(): Promise<void> {
    const ended = this.#leadership.foreignEnded();
    const now = this.#clock.monotonic();
    if (ended === undefined || ended === this.#known || now < this.#retryAt) {
      return;
    }
    this.#retryAt = now + RETRY_MS;
    if (await this.#journal.load()) {
      this.#known = ended;
      this.#retryAt = 0;
      this.#changed();
    }
  }
}
