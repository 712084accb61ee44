/** How long several answers of one sort took. */
export class Sample {
  /** Requests allowed at once meanwhile. */
  readonly size: number;
  /** When the first of them came; monotonic milliseconds. */
  began = 0;
  count = 0;
  #sum = 0;
  #squares = 0;

  constructor(size: number) {
    this.size = size;
  }

  add(milliseconds: number, now: number): void {
    this.began = this.count === 0 ? now : this.began;
    this.count++;
    this.#sum += milliseconds;
    this.#squares += milliseconds ** 2;
  }

  /** What this one and another tell together, as of this one's size. */
  with(other: Sample): Sample {
    const both = new Sample(this.size);
    both.began = this.began;
    both.count = this.count + other.count;
    both.#sum = this.#sum + other.#sum;
    both.#squares = this.#squares + other.#squares;
    return both;
  }

  get mean(): number {
    return this.#sum / this.count;
  }

  /** Square of how far off the mean is, being that of a few only. */
  get error(): number {
    return Math.max(0, this.#squares / this.count - this.mean ** 2) / this.count;
  }
}

/** How many milliseconds two means differ by chance. */
export function doubtOf(one: Sample, other: Sample): number {
  return Math.sqrt(one.error + other.error);
}

/**
 * The faster of both where they differ, or what both tell together where they do not: the least of many means would be a
 * lucky one, beside which everything is slow. What is slower beyond doubt, or with more under way, tells nothing of the best.
 */
export function bestOf(sample: Sample, best: Sample): Sample {
  const [difference, doubt] = [sample.mean - best.mean, doubtOf(sample, best)];
  if (difference < -doubt) {
    return sample;
  }
  return difference <= 0 || (difference <= doubt && sample.size <= best.size) ? best.with(sample) : best;
}
