import type { Clock } from '../../pkg/contract/ports.ts';
import type { SeededRandomness, TestClock } from '../support/repository/repository.ts';
import { Killed } from './cut-points.ts';
import type { Guard } from './store.ts';

const MINUTE = 60_000;
/** Heartbeats sleep that long; anything shorter is a wait that the run itself is in. */
const HEARTBEAT = MINUTE;

export interface ActorPlan {
  name: string;
  run(actor: { clock: Clock; guard: Guard }): Promise<unknown>;
  /** Milliseconds of bucket time before it begins. */
  delay: number;
  /** How far its clock is off. */
  skew: number;
  /** Dies at that call. */
  killedAt?: number;
  /** Is still before that call for so long, heartbeat included. */
  suspendedAt?: { call: number; for: number };
}

export interface Ending {
  name: string;
  failure?: unknown;
}

interface Event {
  actor: Actor;
  readyAt: number;
  /** A heartbeat is not what its actor waits for. */
  main: boolean;
  fire(): void;
}

interface Actor {
  plan: ActorPlan;
  calls: number;
  dead: boolean;
  done: boolean;
  suspendedUntil: number;
}

/**
 * Lets several processes at one bucket take turns, call by call, in an order that a seed decides, in a time that
 * passes only between calls. A request takes effect within a minute of being sent.
 */
export class Schedule {
  readonly #clock: TestClock;
  readonly #randomness: SeededRandomness;
  readonly #events = new Set<Event>();
  readonly #actors: Actor[] = [];

  constructor(clock: TestClock, randomness: SeededRandomness) {
    this.#clock = clock;
    this.#randomness = randomness;
  }

  async run(plans: readonly ActorPlan[]): Promise<Ending[]> {
    const endings = plans.map((plan) => this.#start(plan));
    while (this.#actors.some(({ done }) => !done)) {
      await this.#settle();
      const event = this.#next();
      if (event !== undefined) {
        this.#events.delete(event);
        event.fire();
      }
    }
    return Promise.all(endings);
  }

  async #start(plan: ActorPlan): Promise<Ending> {
    const actor: Actor = { plan, calls: 0, dead: false, done: false, suspendedUntil: 0 };
    this.#actors.push(actor);
    try {
      await this.#wait(actor, plan.delay, true);
      await plan.run({ clock: this.#clockOf(actor), guard: this.#guardOf(actor) });
      return { name: plan.name };
    } catch (failure) {
      return { name: plan.name, failure };
    } finally {
      actor.done = true;
      for (const event of this.#events) {
        if (event.actor === actor) {
          this.#events.delete(event);
        }
      }
    }
  }

  /** Until every process waits for the bucket (compressing and decrypting happen on other threads). */
  async #settle(): Promise<void> {
    const waits = (actor: Actor): boolean =>
      actor.done || [...this.#events].some((event) => event.main && event.actor === actor);
    do {
      await new Promise((resolve) => setImmediate(resolve));
    } while (!this.#actors.every(waits));
  }

  #next(): Event | undefined {
    const events = [...this.#events];
    if (events.length === 0) {
      return undefined;
    }
    const now = this.#clock.now().getTime();
    const ready = events.filter(({ readyAt }) => readyAt <= now);
    if (ready.length > 0) {
      return this.#randomness.pick(ready);
    }
    const first = events.reduce((a, b) => (b.readyAt < a.readyAt ? b : a));
    this.#clock.advance(first.readyAt - now);
    return first;
  }

  #wait(actor: Actor, milliseconds: number, main: boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const readyAt = Math.max(this.#clock.now().getTime() + milliseconds, actor.suspendedUntil);
      const event: Event = { actor, readyAt, main, fire: resolve };
      const abort = (): void => {
        this.#events.delete(event);
        reject(signal?.reason as Error);
      };
      if (signal?.aborted) {
        abort();
        return;
      }
      signal?.addEventListener('abort', abort, { once: true });
      this.#events.add(event);
    });
  }

  #guardOf(actor: Actor): Guard {
    return async (_call, effect) => {
      if (actor.dead) {
        throw new Killed();
      }
      actor.calls++;
      const { suspendedAt, killedAt } = actor.plan;
      if (suspendedAt?.call === actor.calls) {
        actor.suspendedUntil = this.#clock.now().getTime() + suspendedAt.for;
        for (const event of this.#events) {
          if (event.actor === actor) {
            event.readyAt = Math.max(event.readyAt, actor.suspendedUntil);
          }
        }
      }
      await this.#wait(actor, this.#randomness.below(this.#randomness.pick([10, 1_000, MINUTE])), true);
      if (actor.dead || killedAt === actor.calls) {
        actor.dead = true;
        // What it had sent may or may not arrive.
        if (this.#randomness.below(2) === 0) {
          await effect().catch(() => undefined);
        }
        throw new Killed();
      }
      return effect();
    };
  }

  #clockOf(actor: Actor): Clock {
    return {
      now: () => new Date(this.#clock.now().getTime() + actor.plan.skew),
      monotonic: () => this.#clock.now().getTime(),
      sleep: (milliseconds, signal) => this.#wait(actor, milliseconds, milliseconds < HEARTBEAT, signal),
    };
  }
}
