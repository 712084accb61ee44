import { setMaxListeners } from 'node:events';
import { compact } from '../contract/compact.ts';
import type { Clock } from '../contract/ports.ts';
import type { Progress } from '../contract/runs.ts';
import { Cancelled } from '../operations/run.ts';
import type { ConcurrencyGuard } from './http/concurrency-guard.ts';
import type { Caller } from './organizations/caller.ts';
import { RECENT, TimeLeft, type Course } from './runs/time-left.ts';

/** A read ends when nobody has asked for it at that many looks in a row. Pages ask every second. */
const UNASKED_LOOKS = 5;
const LOOK_EVERY_MS = 3_000;

interface Ports {
  clock: Clock;
  /** Gives it its turn. */
  guard: ConcurrencyGuard;
  /** Aborted when the service stops. */
  signal: AbortSignal;
}

/** What a read does: reports how far it is, and what it found so far. */
export type ReadWork<Result, Part> = (
  signal: AbortSignal,
  report: { onProgress: (progress: Progress) => void; onPart: (part: Part) => void },
) => Promise<Result>;

/**
 * Reads much of Grafana in the background, for all who ask for the same. It goes on while somebody asks how far it is,
 * or waits for its end.
 */
export class LiveRead<Result, Part = never> {
  #progress: Progress = { phase: 'waiting', done: 0, kinds: {} };
  part: Part | undefined;
  /** Set at its end. */
  result: Result | undefined;
  /** Set when it failed. */
  error: unknown;
  readonly done: Promise<Result>;
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  #unasked = 0;
  #waiting = 0;

  readonly #timeLeft: TimeLeft;

  /** @param past - how the last ones of its kind went, newest first; this one is added at its end */
  constructor({ clock, guard, signal }: Ports, caller: Caller, work: ReadWork<Result, Part>, past: Course[] = []) {
    this.#clock = clock;
    this.#timeLeft = new TimeLeft(clock, past);
    const all = AbortSignal.any([signal, this.#controller.signal]);
    // Every request of a read listens to it: many at the same time are no leak.
    setMaxListeners(0, all);
    const report = {
      onProgress: (progress: Progress) => this.#note(progress),
      onPart: (part: Part) => (this.part = part),
    };
    this.done = guard.run({ caller, until: all }, () => {
      this.#note({ ...this.#progress, phase: 'starting' });
      return work(all, report);
    });
    const end = new AbortController();
    this.done
      .then(
        (result) => {
          this.result = result;
          past.unshift(this.#timeLeft.course);
          past.splice(RECENT);
        },
        (error: unknown) => (this.error = error),
      )
      .finally(() => end.abort());
    void this.#endUnasked(AbortSignal.any([end.signal, signal]));
  }

  get progress(): Progress {
    return { ...this.#progress, ...compact({ endsWithin: this.#timeLeft.seconds }) };
  }

  #note(progress: Progress): void {
    this.#progress = progress;
    this.#timeLeft.note(progress);
  }

  get isEnded(): boolean {
    return this.result !== undefined || this.error !== undefined;
  }

  /** Whether it was ended because nobody asked. */
  get isAbandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Somebody wants to know. */
  ask(): this {
    this.#unasked = 0;
    return this;
  }

  /** Waits for the end, until the caller has gone. */
  async wait(gone: AbortSignal): Promise<Result> {
    this.#waiting++;
    let leave: () => void = () => undefined;
    const left = new Promise<never>((_, reject) => (leave = () => reject(new Cancelled('the caller has gone'))));
    gone.addEventListener('abort', leave);
    try {
      return await Promise.race([this.done, left]);
    } finally {
      gone.removeEventListener('abort', leave);
      this.#waiting--;
      this.ask();
    }
  }

  /** Looks are counted, because while the process gets no processor time, it hears nobody ask. */
  async #endUnasked(ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      await this.#clock.sleep(LOOK_EVERY_MS, ended).catch(() => undefined);
      if (!ended.aborted && this.#waiting === 0 && ++this.#unasked > UNASKED_LOOKS) {
        this.#controller.abort(new Cancelled('no one is waiting for it anymore'));
        return;
      }
    }
  }
}
