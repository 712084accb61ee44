/**
 * How long several answers of one sort took. The faster half of them shows how long a request waits for others: where
 * requests queue they all do, while a pause of the server's, or one large answer among small ones, delays only some.
 */
export class LatencySample {
  /** Requests allowed concurrently meanwhile. */
  readonly size: number;
  /** When the first of them came; monotonic milliseconds. */
  began = 0;
  readonly #milliseconds: number[] = [];

  constructor(size: number) {
    this.size = size;
  }

  get count(): number {
    return this.#milliseconds.length;
  }

  add(milliseconds: number, now: number): void {
    this.began = this.count === 0 ? now : this.began;
    this.#milliseconds.push(milliseconds);
  }

  /** How long the faster half took. */
  latency(): Latency {
    const sorted = this.#milliseconds.sort((a, b) => a - b);
    const half = sorted.slice(0, Math.ceil(sorted.length / 2));
    const sum = half.reduce((all, one) => all + one, 0);
    const squares = half.reduce((all, one) => all + one ** 2, 0);
    return new Latency(this.size, half.length, sum, squares);
  }
}

/** How long requests of one sort take, and how sure that is. */
export class Latency {
  /** Requests allowed concurrently meanwhile. */
  readonly size: number;
  readonly #count: number;
  readonly #sum: number;
  readonly #squares: number;

  constructor(size: number, count: number, sum: number, squares: number) {
    this.size = size;
    this.#count = count;
    this.#sum = sum;
    this.#squares = squares;
  }

  /** What this one and another say together, as of this one's size. */
  with(other: Latency): Latency {
    return new Latency(this.size, this.#count + other.#count, this.#sum + other.#sum, this.#squares + other.#squares);
  }

  get mean(): number {
    return this.#sum / this.#count;
  }

  /** Square of how far off the mean is, being that of a few only. */
  get error(): number {
    return Math.max(0, this.#squares / this.#count - this.mean ** 2) / this.#count;
  }
}

/** How many milliseconds two means differ by chance. */
export function uncertaintyOf(one: Latency, other: Latency): number {
  return Math.sqrt(one.error + other.error);
}

/**
 * The faster of both where they differ, or what both say together where they do not: the least of many means would be
 * a lucky one, beside which everything is slow. What is slower beyond doubt, or with more under way, says nothing of
 * the best.
 */
export function lowestOf(speed: Latency, best: Latency): Latency {
  const [difference, doubt] = [speed.mean - best.mean, uncertaintyOf(speed, best)];
  if (difference < -doubt) {
    return speed;
  }
  return difference <= 0 || (difference <= doubt && speed.size <= best.size) ? best.with(speed) : best;
}
