import * as z from 'zod';
import type { Clock } from '../../contract/ports.ts';
import type { Progress } from '../../contract/runs.ts';
import { SteadyLimit } from '../../lib/steady-limit.ts';

/** How long a phase took, in milliseconds, and how much it had to do, where that was known. */
const PhaseTime = z.object({ name: z.string(), took: z.number().nonnegative(), total: z.number().optional() });
type PhaseTime = z.infer<typeof PhaseTime>;

/** The phases of a run that has ended, in order. */
export const Course = z.array(PhaseTime);
export type Course = z.infer<typeof Course>;

/** As many courses count: an hour in which Grafana was slow is forgotten. */
export const RECENT = 3;
/** A course of less than this part of the work says nothing about it. */
const COMPARABLE = 1 / 4;
/** Work of a phase without resources, counted in them: with ten, it takes more than a tenth of the time with 100. */
const FIXED = 20;
/** What an estimate is multiplied by, as work is not even. */
const MARGIN = 1.4;
/** A pace is measured after this part of the work and this time, or after a longer time, in milliseconds. */
const MEASURED = { part: 0.1, after: 1_000, anyway: 10_000 };
/** A slow pace counts in full after this part of the work. */
const TELLING = 1 / 4;
/** Without other runs, the pace counts after this part: what comes first, such as folders, is often faster. */
const TELLING_ALONE = 1 / 2;
/** What a phase that takes longer than expected, or whose end is not known, may still take: a part of its time. */
const REST = 1 / 4;
/** The least of that, in milliseconds. */
const REST_LEAST = 2_000;
/** A run is at most that many times as slow as another one. */
const SLOWEST = 4;

interface Position {
  /** Undefined while it waits, as for a Grafana that restarts. */
  name: string | undefined;
  done: number;
  total: number | undefined;
  /** Whether little or nothing comes after it. */
  isLast: boolean;
}

/**
 * In how much time a run ends at most, by its own pace and by how long the phases of the last ones of its kind took.
 * After the last resource of a phase, for example while it is checked, a phase without a total begins.
 */
export class TimeLeft {
  readonly #clock: Clock;
  readonly #past: readonly Course[];
  readonly #phases = new Map<string, PhaseTime>();
  /** How much phases have to do, as far as it is known. */
  readonly #totals: Map<string, number>;
  readonly #began: number;
  readonly #limit = new SteadyLimit(MARGIN);
  #at: Position = { name: 'starting', done: 0, total: undefined, isLast: false };
  #since: number;

  /**
   * @param past - newest first
   * @param expected - how much phases will have to do, by name
   */
  constructor(clock: Clock, past: readonly Course[] = [], expected: Record<string, number> = {}) {
    this.#clock = clock;
    this.#began = clock.monotonic();
    this.#since = this.#began;
    const isComparable = ({ name, total }: PhaseTime): boolean => (total ?? 0) >= (expected[name] ?? 0) * COMPARABLE;
    this.#past = past.filter((course) => course.every(isComparable)).slice(0, RECENT);
    this.#totals = new Map(Object.entries(expected));
  }

  /** Takes up how far it is. */
  note({ phase, step, ...counted }: Pick<Progress, 'phase' | 'step' | 'done' | 'total'>): void {
    this.#advance();
    const { done, total } = step ?? counted;
    const isWaiting = step === undefined ? phase.startsWith('waiting') : phase !== step.name;
    const isAll = total !== undefined && total > 0 && done >= total;
    const name = isWaiting ? undefined : `${step?.name ?? phase}${isAll ? ' end' : ''}`;
    // What follows the permissions takes little time.
    const isLast =
      step === undefined ? phase === 'verifying data' : step.number === step.of || step.name === 'permissions';
    this.#at = { name, done, total, isLast };
    if (name !== undefined && total !== undefined && total > 0) {
      this.#totals.set(name, total);
    }
  }

  /** The phases until now. */
  get course(): Course {
    this.#advance();
    return [...this.#phases.values()];
  }

  /** Seconds in which it ends at most; undefined while that is not known. */
  get seconds(): number | undefined {
    this.#advance();
    const { name, isLast } = this.#at;
    if (name === undefined) {
      return undefined;
    }
    const estimates = this.#past.flatMap((course) => this.#after(course, name) ?? []).sort((a, b) => b - a);
    const estimate = estimates[estimates.length === RECENT ? 1 : 0] ?? (isLast ? this.#untold() : undefined);
    const limit = this.#limit.at(this.#since, estimate);
    return limit === undefined ? undefined : limit / 1000;
  }

  #advance(): void {
    const now = this.#clock.monotonic();
    const { name } = this.#at;
    if (name === undefined) {
      this.#limit.paused(now - this.#since);
    } else {
      const phase = this.#phases.get(name) ?? { name, took: 0 };
      const total = this.#totals.get(name);
      this.#phases.set(name, { name, took: phase.took + now - this.#since, ...(total === undefined ? {} : { total }) });
    }
    this.#since = now;
  }

  /** What the rest of the phase takes at its own pace. */
  get #measured(): number | undefined {
    const { name = '', done, total = 0 } = this.#at;
    const { took } = this.#phases.get(name) ?? { took: 0 };
    const { part, after, anyway } = MEASURED;
    const canTell = done > 0 && done < total && took >= (done >= total * part ? after : anyway);
    return canTell ? ((total - done) / done) * took : undefined;
  }

  /** In the last phase of the first run. */
  #untold(): number | undefined {
    const { done, total } = this.#at;
    const rest = Math.max(REST_LEAST, (this.#clock.monotonic() - this.#began) * REST);
    if (total === undefined || done >= total) {
      return rest;
    }
    const measured = done >= total * TELLING_ALONE ? this.#measured : undefined;
    return measured === undefined ? undefined : measured + rest;
  }

  /** What is left if it goes on as another run did. */
  #after(course: Course, name: string): number | undefined {
    const at = course.findIndex((phase) => phase.name === name);
    if (at === -1) {
      return undefined;
    }
    const then = course.map((phase) => phase.took * this.#scaleOf(phase));
    const now = course.slice(0, at).map((phase) => this.#phases.get(phase.name)?.took ?? 0);
    const before = sumOf(then.slice(0, at));
    const spent = this.#phases.get(name)?.took ?? 0;
    const expected = (then[at] ?? 0) * slowness(sumOf(now), before);
    const rest = this.#restOf(expected, spent);
    const slow = slowness(sumOf(now) + spent + rest, before + (then[at] ?? 0));
    return rest + sumOf(then.slice(at + 1)) * slow;
  }

  /**
   * By what was expected until much of it is done, and by its pace sooner if that is slower. The first few say little:
   * they can wait long for the first responses of Grafana.
   */
  #restOf(expected: number, spent: number): number {
    const rest = Math.max(expected - spent, spent * REST);
    const measured = this.#measured;
    const { done, total = 0 } = this.#at;
    const part = total === 0 ? 0 : done / total;
    if (measured === undefined) {
      return rest;
    }
    const limit = Math.min(measured, SLOWEST * Math.max(expected, spent));
    const weight = limit > rest ? Math.min(1, part / TELLING) : part;
    return limit * weight + rest * (1 - weight);
  }

  #scaleOf({ name, total: then = 0 }: PhaseTime): number {
    const now = this.#totals.get(name);
    return now === undefined || then === 0 ? 1 : now > then ? now / then : (now + FIXED) / (then + FIXED);
  }
}

/** How many times as long it took. Of less than a second, that says nothing. */
function slowness(now: number, then: number): number {
  return then < 1_000 ? 1 : Math.min(SLOWEST, Math.max(1, now / then));
}

function sumOf(times: readonly number[]): number {
  return times.reduce((sum, one) => sum + one, 0);
}
