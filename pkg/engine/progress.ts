import { compact } from '../contract/compact.ts';
import { SERVER_KINDS, type KindName } from '../contract/kinds.ts';
import type { Clock } from '../contract/ports.ts';
import type { Progress, ProgressStep, WholeProgress } from '../contract/runs.ts';

export type OnProgress = (progress: WholeProgress) => void;

type Kinds = Progress['kinds'];

/** Seconds over which the rate is measured. */
const WINDOW_SECONDS = 10;
/** The phase while a Grafana that is restarting is waited for. */
const WAITING = 'waiting for Grafana';
/** Reports at most this often, in milliseconds. */
const REPORT_EVERY_MS = 200;

/** Time left is said when a step took that long, in milliseconds, and did this part of its work, or much longer. */
const TELLS_TIME = { after: 1_000, part: 0.1, anyway: 10_000 };

/** A step of a run: its place among the others, and how much it has to do, where that is known. */
export type StepPlace = Pick<ProgressStep, 'number' | 'of' | 'total'>;

interface CurrentStep extends Omit<ProgressStep, 'secondsLeft'> {
  began: number;
  /** What was done before it, by organization. */
  before: ReadonlyMap<number, number>;
}

/** Counts what a run has done and reports it, not more often than an eye can follow. */
export class ProgressCounter {
  readonly #clock: Clock;
  readonly #report: OnProgress | undefined;
  readonly #kinds: Kinds = {};
  /** By organization; 0 is the server. */
  readonly #orgs = new Map<number, Kinds>();
  /** By organization and kind. */
  readonly #expected = new Map<string, number>();
  readonly #samples: { at: number; done: number }[] = [];
  #phase = 'starting';
  #step: CurrentStep | undefined;
  #waiting = false;
  #waitingFor: string | undefined;
  /** Start of the current wait. */
  #waitsSince: number | undefined;
  #done = 0;
  #total: number | undefined;
  #reported = Number.NEGATIVE_INFINITY;

  /** @param orgs - which organizations are worked on, where each is to know only its own numbers */
  constructor(clock: Clock, report: OnProgress | undefined, orgs: readonly number[] = []) {
    this.#clock = clock;
    this.#report = report;
    orgs.forEach((id) => this.#orgs.set(id, {}));
  }

  /** @param step - where the phase is a step of several */
  phase(name: string, step?: StepPlace): void {
    this.#phase = name;
    const before = new Map([...this.#orgs].map(([id, kinds]) => [id, sumOf(kinds).done]));
    this.#step = step === undefined ? undefined : { ...step, name, done: 0, began: this.#clock.monotonic(), before };
    this.#notify(true);
  }

  /** Sets how much the step has to do, once it is known; without a number, as much as was listed. */
  stepTotal(total = sumOf(this.#kinds).total ?? 0): void {
    if (this.#step !== undefined) {
      this.#step.total = total;
      this.#notify(true);
    }
  }

  /** Whether nothing goes on now, since Grafana is away. */
  waiting(waiting: boolean): void {
    this.#waiting = waiting;
    this.#pause();
  }

  /** Says what it waits for in place of the phase; undefined = it goes on. */
  waitingFor(what: string | undefined): void {
    this.#waitingFor = what;
    this.#pause();
  }

  /** Excludes waits from the rate and the remaining time, because they say nothing about the speed of the work. */
  #pause(): void {
    const now = this.#clock.monotonic();
    if (this.#waiting || this.#waitingFor !== undefined) {
      this.#waitsSince ??= now;
    } else if (this.#waitsSince !== undefined) {
      if (this.#step !== undefined) {
        this.#step.began += now - Math.max(this.#waitsSince, this.#step.began);
      }
      this.#samples.length = 0;
      this.#waitsSince = undefined;
    }
    this.#notify(true);
  }

  /** Sets how many there are in all, once it is known; without a number, as many as were listed. */
  total(total = sumOf(this.#kinds).total ?? 0): void {
    this.#total = total;
    this.#notify(true);
  }

  /** Sets how much is left to do, where that is found out again. */
  left(count: number): void {
    this.#total = this.#done + count;
    if (this.#step !== undefined) {
      this.#step.total = this.#step.done + count;
    }
    this.#notify(true);
  }

  /** One more was listed of a kind. */
  listed(kind: KindName, org: number): void {
    if (!this.#expected.has(`${org} ${kind}`)) {
      this.#add(kind, org, 1);
    }
    this.#notify(false);
  }

  /** How many of a kind will be listed, known beforehand; corrects what was expected before. */
  expect(kind: KindName, org: number, count: number): void {
    const key = `${org} ${kind}`;
    const more = count - (this.#expected.get(key) ?? 0);
    this.#expected.set(key, count);
    this.#add(kind, org, more);
    this.#total = this.#total === undefined ? undefined : this.#total + more;
    if (this.#step?.total !== undefined) {
      this.#step.total += more;
    }
    this.#notify(true);
  }

  #add(kind: KindName, org: number, count: number): void {
    for (const counts of this.#of(kind, org)) {
      counts.total = (counts.total ?? 0) + count;
    }
  }

  finished(kind: KindName, ok: boolean, org?: number): void {
    for (const counts of this.#of(kind, org)) {
      counts.done++;
      counts.failed += ok ? 0 : 1;
    }
    this.#done++;
    if (this.#step !== undefined) {
      this.#step.done++;
    }
    // What comes after all is done is no work that is counted.
    this.#notify(this.#step !== undefined && this.#step.done === this.#step.total);
  }

  /** The counts of a kind: of all, and of the organization. */
  #of(kind: KindName, org: number | undefined): { done: number; total?: number; failed: number }[] {
    const kinds = [this.#kinds];
    if (org !== undefined) {
      const id = SERVER_KINDS.has(kind) ? 0 : org;
      const own = this.#orgs.get(id) ?? {};
      this.#orgs.set(id, own);
      kinds.push(own);
    }
    return kinds.map((one) => (one[kind] ??= { done: 0, failed: 0 }));
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
    const orgs = [...this.#orgs].map(([id, kinds]) => {
      const { done, total } = sumOf(kinds);
      // While more may be listed, a total would say that it is nearly done.
      const known = this.#total === undefined ? undefined : total;
      return {
        id,
        ...compact({ done, total: known, step: this.#stepOf(id, kinds, now) }),
        kinds: structuredClone(kinds),
      };
    });
    const kinds = structuredClone(this.#kinds);
    const step = this.#stepAt(now, this.#step);
    this.#report({
      phase,
      done: this.#done,
      kinds,
      ...this.#pace(now),
      ...compact({ step }),
      ...(orgs.length === 0 ? {} : { orgs }),
    });
  }

  /** The part of an organization in the step. */
  #stepOf(id: number, kinds: Kinds, now: number): ProgressStep | undefined {
    if (this.#step === undefined) {
      return undefined;
    }
    const before = this.#step.before.get(id) ?? 0;
    const { done, total = 0 } = sumOf(kinds);
    const own = this.#step.total === undefined ? undefined : total - before;
    return this.#stepAt(now, { ...this.#step, ...compact({ done: done - before, total: own }) });
  }

  #stepAt(now: number, at: CurrentStep | undefined): ProgressStep | undefined {
    if (at === undefined) {
      return undefined;
    }
    const { began, before: _, ...step } = at;
    const { done, total } = step;
    const took = now - began;
    const isGoing = this.#waitsSince === undefined;
    const { after, part, anyway } = TELLS_TIME;
    const canTell = isGoing && total !== undefined && done > 0 && took >= (done >= total * part ? after : anyway);
    return canTell ? { ...step, secondsLeft: ((Math.max(0, total - done) / done) * took) / 1000 } : step;
  }

  #pace(now: number): Pick<Progress, 'total' | 'rate' | 'secondsLeft'> {
    const total = this.#total;
    if (this.#waitsSince !== undefined) {
      return compact({ total });
    }
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
}

/** Of all kinds together; without a total until something was listed. */
function sumOf(kinds: Kinds): Pick<Progress, 'done' | 'total'> {
  const counts = Object.values(kinds);
  const done = counts.reduce((sum, one) => sum + one.done, 0);
  return counts.length === 0 ? { done } : { done, total: counts.reduce((sum, { total = 0 }) => sum + total, 0) };
}
