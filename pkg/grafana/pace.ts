/** How one request ended, as far as the server's load is concerned. */
export type Ending =
  /** An answer, whatever it says. */
  | 'answered'
  /** 5xx, or a connection that broke: the server may be unwell. */
  | 'failed'
  /** 429, 503 or no answer in time: the server has too much to do. */
  | 'overloaded'
  /** Nothing is learnt from it: cancelled. */
  | 'cancelled';

export interface Finished {
  ending: Ending;
  milliseconds: number;
  /** How much of that time this process was busy itself, so that the answer may have lain there. */
  busy: number;
  /** Requests of one sort take about as long as each other: route and size of the answer. */
  sort: string;
  /** The `generation` when it was sent. */
  generation: number;
}

/** So many at once tell how fast the server is when it has hardly anything to do. */
const FIRST_SIZE = 2;
/** So few at once cannot be what slows a server down. */
const LEAST_SIZE = 2;
/** Answers that one judgement rests on, at least; more when more are under way. */
const SAMPLES = 8;
/** While answers take less than this many times as long as at best, more are sent at once; beyond the second, fewer. */
const STILL_FAST = 1.1;
const TOO_SLOW = 1.2;
/**
 * So long it stays below where answers began to queue before it tries again: at that point people wait already, and one in
 * twenty of them must not notice.
 */
const STAY_MS = 1_000;
/** While this process is busy for more than this part of the time that answers take, more of them would only lie there. */
const OWN_LOAD = 0.7;
/** How many standard errors a mean may be off before it counts as slower: answers of some servers vary much by themselves. */
const CUT_DOUBT = 2;
const GROW_DOUBT = 0.5;
/** One answer counts for no more than this many times the best. */
const OUTLIER = 4;
const FASTER_GROWTH = 1.25;
const SLOWER = 0.6;
/** Once the server had too much to do, the window grows by one in this time at most. */
const CAREFUL_MS = 500;
/** One cut for one trouble, not one for each request that was already under way. */
const TROUBLE_MS = 200;

/** Several answers of one sort. */
class Sample {
  count = 0;
  #sum = 0;
  #squares = 0;

  add(milliseconds: number): void {
    this.count++;
    this.#sum += milliseconds;
    this.#squares += milliseconds ** 2;
  }

  get mean(): number {
    return this.#sum / this.count;
  }

  /** Square of how far off the mean is, being that of a few only. */
  get error(): number {
    return Math.max(0, this.#squares / this.count - this.mean ** 2) / this.count;
  }
}

interface Sort {
  /** How long answers took when the server was least loaded. */
  best: Sample | undefined;
  /** How long they take now. */
  now: Sample;
  /** The part of it in which this process had nothing to do: the server, surely. */
  waited: Sample;
}

/**
 * Decides how many requests may be under way. It grows while answers come about as fast as at best, stays where they
 * begin to queue, and shrinks where they do: more requests would only make people wait who use Grafana meanwhile.
 * Each sort of request is compared with itself, by the mean of several answers that were all sent at one size.
 */
export class Pace {
  readonly #max: number;
  readonly #sorts = new Map<string, Sort>();
  #size: number;
  #generation = 0;
  /** Up to here it grows quickly. */
  #quickUpTo: number;
  #careful = false;
  #lastGrowth = Number.NEGATIVE_INFINITY;
  #stayUntil = Number.NEGATIVE_INFINITY;
  #lastTrouble = Number.NEGATIVE_INFINITY;

  constructor(max: number) {
    this.#max = Math.max(1, Math.floor(max));
    this.#size = Math.min(this.#max, FIRST_SIZE);
    this.#quickUpTo = this.#max;
  }

  /** Requests allowed at once now. */
  get size(): number {
    return this.#size;
  }

  /** Counts the changes of size, so that only what was sent at this one is judged. */
  get generation(): number {
    return this.#generation;
  }

  /** @param now monotonic milliseconds */
  learn(finished: Finished, now: number): void {
    const { ending, generation } = finished;
    if (ending === 'failed' || ending === 'overloaded') {
      this.#trouble(ending, now);
    } else if (ending === 'answered' && generation === this.#generation) {
      this.#measure(finished, now);
    }
  }

  #trouble(ending: 'failed' | 'overloaded', now: number): void {
    if (now - this.#lastTrouble < TROUBLE_MS) {
      return;
    }
    this.#lastTrouble = now;
    const halved = Math.max(1, Math.floor(this.#size / 2));
    if (ending === 'overloaded') {
      this.#careful = true;
      this.#quickUpTo = halved;
    }
    this.#lastGrowth = now;
    this.#resize(halved);
  }

  #measure({ sort: name, milliseconds, busy }: Finished, now: number): void {
    const sort: Sort = this.#sorts.get(name) ?? { best: undefined, now: new Sample(), waited: new Sample() };
    this.#sorts.set(name, sort);
    const most = (sort.best?.mean ?? Infinity) * OUTLIER;
    sort.now.add(Math.min(milliseconds, most));
    sort.waited.add(Math.min(Math.max(0, milliseconds - busy), most));
    if (sort.now.count < Math.max(SAMPLES, this.#size)) {
      return;
    }
    const { now: sample, waited } = sort;
    sort.now = new Sample();
    sort.waited = new Sample();
    if (sort.best === undefined && this.#size > FIRST_SIZE) {
      // How fast these are at best cannot be told while so many are under way.
      this.#quickUpTo = this.#careful ? this.#quickUpTo : this.#max;
      this.#resize(FIRST_SIZE);
      return;
    }
    this.#judge(sort, sample, waited, now);
  }

  #judge(sort: Sort, sample: Sample, waited: Sample, now: number): void {
    const best = sort.best === undefined || sample.mean < sort.best.mean ? sample : sort.best;
    sort.best = best;
    const doubt = Math.sqrt(waited.error + best.error);
    if (waited.mean > best.mean * TOO_SLOW + CUT_DOUBT * doubt) {
      if (this.#size <= LEAST_SIZE) {
        // It is slow by itself, or others keep it busy: that is its best now.
        sort.best = sample;
        return;
      }
      this.#resize(Math.max(LEAST_SIZE, Math.floor(this.#size * SLOWER)));
      this.#quickUpTo = this.#size;
      this.#stayUntil = now + STAY_MS;
    } else if (
      waited.mean <= best.mean * STILL_FAST + GROW_DOUBT * doubt &&
      waited.mean >= sample.mean * (1 - OWN_LOAD)
    ) {
      this.#grow(now);
    }
  }

  #grow(now: number): void {
    if (this.#size >= this.#max || now < this.#stayUntil || (this.#careful && now - this.#lastGrowth < CAREFUL_MS)) {
      return;
    }
    this.#lastGrowth = now;
    const quick = Math.min(Math.ceil(this.#size * FASTER_GROWTH), this.#quickUpTo);
    this.#resize(Math.min(this.#max, Math.max(this.#size + 1, quick)));
  }

  #resize(size: number): void {
    if (size !== this.#size) {
      this.#size = size;
      this.#generation++;
      for (const sort of this.#sorts.values()) {
        sort.now = new Sample();
        sort.waited = new Sample();
      }
    }
  }
}
