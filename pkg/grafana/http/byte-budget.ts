/** Bytes of large answers in memory at the same time, of each budget. */
export const LARGE_BYTES = 8 * 1024 * 1024;

/** From here on an answer counts; smaller ones are limited by how many there are. */
const COUNTS_FROM = 64 * 1024;

/**
 * How many bytes of large answers may be in memory at the same time. An answer takes its share as it comes in, twice as
 * much each time, and gives it back when everything about it is done. Only one at a time may go beyond what there is:
 * so there is room for one answer of any size, never for several, and anyone who waits is waiting for somebody who does
 * not.
 */
export class ByteBudget {
  readonly #capacity: number;
  #held = 0;
  /** The one that went beyond. */
  #beyond: ByteReservation | undefined;
  #waiting: { share: ByteReservation; bytes: number; grant: () => void }[] = [];

  #atRest: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Bytes that shares hold now. */
  get held(): number {
    return this.#held;
  }

  open(): ByteReservation {
    return new ByteReservation(
      (share, bytes) => this.#take(share, bytes),
      (share) => this.#giveBack(share),
    );
  }

  /** Until nobody waits for room: before more work is begun. Undefined when there is nothing to wait for. */
  room(): Promise<void> | undefined {
    return this.#waiting.length === 0 ? undefined : new Promise((resolve) => this.#atRest.push(resolve));
  }

  #take(share: ByteReservation, bytes: number): Promise<void> | undefined {
    if ((this.#waiting.length === 0 || share === this.#beyond) && this.#grant(share, bytes)) {
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push({ share, bytes, grant: resolve }));
  }

  #grant(share: ByteReservation, bytes: number): boolean {
    if (this.#held + bytes > this.#capacity) {
      if (this.#beyond !== undefined && this.#beyond !== share) {
        return false;
      }
      this.#beyond = share;
    }
    this.#held += bytes;
    share.held += bytes;
    return true;
  }

  #giveBack(share: ByteReservation): void {
    this.#held -= share.held;
    share.held = 0;
    if (this.#beyond === share) {
      this.#beyond = undefined;
    }
    this.#waiting = this.#waiting.filter((waiter) => waiter.share !== share);
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!this.#grant(first.share, first.bytes)) {
        return;
      }
      this.#waiting.shift();
      first.grant();
    }
    for (const wake of this.#atRest.splice(0)) {
      wake();
    }
  }
}

/** What one piece of work holds. */
export class ByteReservation {
  /** For the budget alone. */
  held = 0;
  readonly #take: (share: ByteReservation, bytes: number) => Promise<void> | undefined;
  readonly #giveBack: (share: ByteReservation) => void;

  constructor(
    take: (share: ByteReservation, bytes: number) => Promise<void> | undefined,
    giveBack: (share: ByteReservation) => void,
  ) {
    this.#take = take;
    this.#giveBack = giveBack;
  }

  /**
   * Called as an answer comes in, and when its values are made of it.
   * @returns what to wait for before that goes on; undefined when nothing.
   */
  received(total: number): Promise<void> | undefined {
    if (total < COUNTS_FROM || total <= this.held) {
      return undefined;
    }
    return this.#take(this, Math.max(total, 2 * this.held) - this.held);
  }

  /** Gives everything back. */
  close(): void {
    this.#giveBack(this);
  }
}
