import { compact } from '../contract/compact.ts';
import type { KindName } from '../contract/kinds.ts';
import type { Clock } from '../contract/ports.ts';
import type { Progress } from '../contract/runs.ts';

export type OnProgress = (progress: Progress) => void;

/** Seconds over which the rate is measured. */
const WINDOW_SECONDS = 10;
/** The phase while a Grafana that is restarting is waited for. */
const WAITING = 'waiting for Grafana';
/** Reports at most this often, in milliseconds. */
const REPORT_EVERY_MS = 200;

/** Counts what a run has done and reports it, not more often than an eye can follow. */
export class ProgressCounter {
  readonly #clock: Clock;
  readonly #report: OnProgress | undefined;
  readonly #kinds: Progress['kinds'] = {};
  readonly #samples: { at: number; done: number }[] = [];
  #phase = 'starting';
  #waiting = false;
  #waitingFor: string | undefined;
  #done = 0;
  #total: number | undefined;
  #reported = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, report: OnProgress | undefined) {
    this.#clock = clock;
    this.#report = report;
  }

  phase(name: string): void {
    this.#phase = name;
    this.#notify(true);
  }

  /** Whether nothing goes on now, since Grafana is away. */
  waiting(waiting: boolean): void {
    this.#waiting = waiting;
    this.#notify(true);
  }

  /** Says what it waits for in place of the phase; undefined = it goes on. */
  waitingFor(what: string | undefined): void {
    this.#waitingFor = what;
    this.#notify(true);
  }

  /** Sets how many there are in all, once it is known. */
  total(total: number): void {
    this.#total = total;
    this.#notify(true);
  }

  /** What was listed so far of a kind. */
  listed(kind: KindName, total: number): void {
    this.#of(kind).total = total;
    this.#notify(false);
  }

  finished(kind: KindName, ok: boolean): void {
    const counts = this.#of(kind);
    counts.done++;
    counts.failed += ok ? 0 : 1;
    this.#done++;
    this.#notify(false);
  }

  #of(kind: KindName): { done: number; total?: number; failed: number } {
    return (this.#kinds[kind] ??= { done: 0, failed: 0 });
  }

  #notify(force: boolean): void {
    const now = this.#clock.monotonic();
    if (this.#report === undefined || (!force && now - this.#reported < REPORT_EVERY_MS)) {
      return;
    }
    this.#reported = now;
    this.#samples.push({ at: now, done: this.#done });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > WINDOW_SECONDS * 1000) {
      this.#samples.shift();
    }
    const phase = this.#waiting ? WAITING : (this.#waitingFor ?? this.#phase);
    this.#report({ phase, done: this.#done, kinds: structuredClone(this.#kinds), ...this.#pace(now) });
  }

  #pace(now: number): Pick<Progress, 'total' | 'rate' | 'secondsLeft'> {
    const total = this.#total ?? this.#knownTotal();
    const first = this.#samples[0];
    const seconds = first === undefined ? 0 : (now - first.at) / 1000;
    const rate = seconds > 0 && first !== undefined ? (this.#done - first.done) / seconds : undefined;
    return {
      ...compact({ total, rate }),
      ...(rate === undefined || rate === 0 || this.#total === undefined
        ? {}
        : { secondsLeft: Math.max(0, this.#total - this.#done) / rate }),
    };
  }

  #knownTotal(): number | undefined {
    const totals = Object.values(this.#kinds).map((counts) => counts.total ?? 0);
    return totals.length === 0 ? undefined : totals.reduce((sum, total) => sum + total, 0);
  }
}
