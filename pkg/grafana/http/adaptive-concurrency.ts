import { lowestOf, uncertaintyOf, LatencySample, type Latency } from './latency-sample.ts';

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
  /** How many of these the answer may have lain here, since this process had no time for it. */
  late: number;
  /** Requests of one sort take about as long as each other: route and size of the answer. */
  sort: string;
  /** The `generation` when it was sent. */
  generation: number;
}

/** This concurrency shows how fast the server is when it has hardly anything to do. */
const FIRST_SIZE = 2;

/** One request at a time, because two would fill a server with two processors. */
const LEAST_SIZE = 1;

/** At that concurrency, a pause of this part of each response time leaves the server to other requests. */
const REST = 0.3;

/** Answers that one judgement rests on, at least; more when more are under way. */
const SAMPLES = 8;

/** While answers take less than `fast` times as long as at best, more are sent concurrently; beyond `slow`, fewer. */
const GENTLE = { fast: 1.08, slow: 1.2 };

/** The same where it is urgent, and people may be made to wait. */
const PRIORITIZED = { fast: 1.5, slow: 2 };

/**
 * Where they take less than this many times what is slow, it may have been a hiccup: a second judgement has to say the
 * same.
 */
const SURELY = 1.5;

/**
 * How many standard errors a mean may be off before it counts as slower: answers of some servers vary much by
 * themselves.
 */
const CUT_DOUBT = 2;
const GROW_DOUBT = 0.5;
const FAST_GROWTH = 1.5;
const FAST_GROWTH_OF_MANY = 1.25;
const SLOWER = 0.5;

/**
 * So long it stays below where answers began to queue before it tries again, and twice as long each time that it finds
 * the same: people wait a little whenever it tries.
 */
const FIRST_STAY_MS = 2_000;
const LONGEST_STAY_MS = 30_000;

/** Sizes that differ by no more than this factor are the same limit of the server's, and so are all below `FEW`. */
const SAME_LIMIT = 1.4;

/** An answer that may have lain here for more than this part of its time says nothing about the server. */
const OWN_PART = 0.25;

/**
 * Where most say nothing this process is busy, and more would only lie here longer; but so few it can well have under
 * way.
 */
const FEW = 8;

/** Once the server had too much to do, the window grows by one in this time at most. */
const CAREFUL_MS = 500;

/** One cut for one trouble, not one for each request that was already under way. */
const TROUBLE_MS = 200;

interface Sort {
  /** How long answers took when the server was least loaded. */
  best: Latency | undefined;
  /** How long they took with more under way, when that was not known to be their best. */
  withMore: Latency | undefined;
  /** How long they take now. */
  now: LatencySample;
}

/**
 * Decides how many requests may be under way. It grows while answers come about as fast as at best, stays where they
 * begin to queue, and shrinks where they do: more requests would only make people wait who use Grafana meanwhile.
 * Each sort of request is compared with itself, by several answers that were all sent at one size.
 */
export class AdaptiveConcurrency {
  readonly #max: number;
  readonly #sorts = new Map<string, Sort>();
  #manner = GENTLE;
  #size: number;
  #generation = 0;
  /** When requests of a known sort were found not to queue. */
  #fineAt = Number.NEGATIVE_INFINITY;
  /** Whether they were found to queue the last time. */
  #doubtful = false;
  /** Up to here it grows quickly. */
  #quickUpTo: number;
  #careful = false;
  /** Answers that said nothing since the last judgement. */
  #passed = 0;
  #lastGrowth = Number.NEGATIVE_INFINITY;
  /** Where answers were found to queue. */
  #limit = 0;
  #stay = FIRST_STAY_MS;
  #stayUntil = Number.NEGATIVE_INFINITY;
  #lastTrouble = Number.NEGATIVE_INFINITY;

  /** @param max concurrent requests that are never exceeded */
  constructor(max: number) {
    this.#max = Math.max(1, Math.floor(max));
    this.#size = Math.min(this.#max, FIRST_SIZE);
    this.#quickUpTo = this.#max;
  }

  /** Requests allowed concurrently now. */
  get size(): number {
    return this.#size;
  }

  /** Counts the changes of size, so that only what was sent at this one is judged. */
  get generation(): number {
    return this.#generation;
  }

  /** Milliseconds to pause after a response that took this many. */
  restAfter(milliseconds: number): number {
    return this.#size <= LEAST_SIZE && this.#manner === GENTLE ? milliseconds * REST : 0;
  }

  /** From now on people may be made to wait. */
  prioritize(): void {
    this.#manner = PRIORITIZED;
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
      for (const sort of this.#sorts.values()) {
        sort.withMore = undefined;
      }
    }
    this.#lastGrowth = now;
    this.#resize(halved);
  }

  #measure({ sort: name, milliseconds, late }: Finished, now: number): void {
    if (late > milliseconds * OWN_PART) {
      this.#pass(now);
      return;
    }
    const sort = this.#sorts.get(name) ?? { best: undefined, withMore: undefined, now: new LatencySample(this.#size) };
    this.#sorts.set(name, sort);
    sort.now.add(milliseconds, now);
    if (sort.now.count < Math.max(SAMPLES, this.#size)) {
      return;
    }
    this.#passed = 0;
    const { began } = sort.now;
    const speed = sort.now.latency();
    sort.now = new LatencySample(this.#size);
    if (sort.best === undefined) {
      this.#meet(sort, speed, began, now);
    } else {
      sort.best = lowestOf(speed, sort.best);
      this.#judge(sort, sort.best, speed, now);
    }
  }

  /** An answer that says nothing. */
  #pass(now: number): void {
    if (++this.#passed >= 2 * SAMPLES && this.#size < FEW) {
      this.#passed = 0;
      this.#grow(now);
    }
  }

  /**
   * Finds out how fast requests of a new sort are at best. Where that is not known fewer of them are sent
   * concurrently, and fewer again as long as those are faster.
   */
  #meet(sort: Sort, speed: Latency, began: number, now: number): void {
    if (this.#size <= FIRST_SIZE || this.#fineAt > began) {
      this.#settle(sort, speed, speed, now);
      return;
    }
    const [fastest] = [...this.#sorts.values()].flatMap(({ best }) => best ?? []).sort((a, b) => a.mean - b.mean);
    if (fastest !== undefined && speed.mean <= fastest.mean * this.#manner.slow) {
      this.#settle(sort, fastest, speed, now);
      return;
    }
    const { withMore } = sort;
    this.#quickUpTo = this.#careful ? this.#quickUpTo : this.#max;
    this.#limit = 0;
    this.#stayUntil = Number.NEGATIVE_INFINITY;
    if (withMore !== undefined && this.#isFast(withMore, speed) && this.#isFast(speed, withMore)) {
      sort.best = speed;
      this.#fineAt = now;
      this.#resize(withMore.size);
      return;
    }
    // Slow by themselves, or queueing: the fewer there are, the surer it is the former.
    sort.withMore = speed;
    this.#resize(Math.max(FIRST_SIZE, Math.floor(this.#size * SLOWER)));
  }

  #settle(sort: Sort, best: Latency, speed: Latency, now: number): void {
    sort.best = best;
    this.#judge(sort, best, speed, now);
  }

  #judge(sort: Sort, best: Latency, speed: Latency, now: number): void {
    const doubt = uncertaintyOf(speed, best);
    const slow = best.mean * this.#manner.slow + CUT_DOUBT * doubt;
    if (speed.mean > slow) {
      if (this.#size <= LEAST_SIZE) {
        // It is slow by itself, or others keep it busy: that is its best now.
        sort.best = speed;
      } else if (speed.mean < slow * SURELY && !this.#doubtful) {
        this.#doubtful = true;
      } else {
        this.#shrink(now);
      }
      return;
    }
    this.#fineAt = now;
    this.#doubtful = false;
    if (this.#isFast(speed, best)) {
      this.#grow(now);
    }
  }

  #isFast(speed: Latency, best: Latency): boolean {
    return speed.mean <= best.mean * this.#manner.fast + GROW_DOUBT * uncertaintyOf(speed, best);
  }

  #shrink(now: number): void {
    const ratio = this.#size / this.#limit;
    const areFew = this.#limit > 0 && Math.max(this.#size, this.#limit) < FEW;
    const asBefore = areFew || (ratio < SAME_LIMIT && ratio > 1 / SAME_LIMIT);
    this.#stay = asBefore ? Math.min(LONGEST_STAY_MS, this.#stay * 2) : FIRST_STAY_MS;
    this.#limit = this.#size;
    this.#resize(Math.max(LEAST_SIZE, Math.floor(this.#size * SLOWER)));
    this.#quickUpTo = this.#size;
    this.#stayUntil = now + this.#stay;
  }

  #grow(now: number): void {
    if (this.#size >= this.#max || now < this.#stayUntil || (this.#careful && now - this.#lastGrowth < CAREFUL_MS)) {
      return;
    }
    this.#lastGrowth = now;
    const factor = this.#size < FEW ? FAST_GROWTH : FAST_GROWTH_OF_MANY;
    const quick = Math.min(Math.ceil(this.#size * factor), this.#quickUpTo);
    this.#resize(Math.min(this.#max, Math.max(this.#size + 1, quick)));
  }

  #resize(size: number): void {
    if (size !== this.#size) {
      this.#size = size;
      this.#generation++;
      this.#passed = 0;
      this.#doubtful = false;
      for (const sort of this.#sorts.values()) {
        sort.now = new LatencySample(this.#size);
      }
    }
  }
}
