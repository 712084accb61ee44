import type { FastifyRequest } from 'fastify';
import { DashkeepError } from '../../contract/errors.ts';
import type { Clock } from '../../contract/ports.ts';
import type { Caller } from '../organizations/caller.ts';

/** Calls that run concurrently. */
const PLACES = 3;
/** Calls of one organization that wait for a place. */
const WAITING_MOST = 20;
/** Less than proxies wait for a response. */
const WAIT_MS = 30_000;

type Organization = number | 'home';

/**
 * A call that gives up when its socket closes, or `until` is aborted: it must not be named like the `signal` of a
 * request, which is aborted at the end of its body.
 */
interface Waiter {
  caller: Caller;
  socket?: Pick<FastifyRequest['socket'], 'once' | 'off'>;
  until?: AbortSignal;
}

interface Ports {
  clock: Clock;
  /** How many organizations can call. */
  organizations: () => number;
  /** Aborted when the service stops. */
  signal: AbortSignal;
}

/**
 * Lets only a few of the calls that read much of Grafana or of the target run concurrently. The others wait. Free
 * places go to organizations in turn, and none can have all of them.
 */
export class ConcurrencyGuard {
  readonly #ports: Ports;
  readonly #running: Organization[] = [];
  /** In the order of their turns; each call is started by its function. */
  readonly #waiting = new Map<Organization, (() => void)[]>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /**
   * With `until` in place of a socket, it waits until that is aborted.
   * @throws DK_TOO_MANY when too many calls of the organization wait, or this one waited for too long
   */
  async run<T>(waiter: Waiter, action: () => Promise<T>): Promise<T> {
    const { caller } = waiter;
    const who = caller.home ? 'home' : caller.org;
    if (this.#hasPlace(who)) {
      this.#running.push(who);
    } else {
      await this.#turn(who, waiter);
    }
    try {
      return await action();
    } finally {
      this.#leave(who);
    }
  }

  #hasPlace(who: Organization): boolean {
    const most = this.#ports.organizations() > 1 ? PLACES - 1 : PLACES;
    return this.#running.length < PLACES && this.#running.filter((one) => one === who).length < most;
  }

  /** Resolves with a place. A call whose caller has gone gives up. */
  async #turn(who: Organization, waiter: Waiter): Promise<void> {
    const queue = this.#waiting.get(who) ?? [];
    if (queue.length >= WAITING_MOST) {
      throw tooMany();
    }
    this.#waiting.set(who, queue);
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    waiter.socket?.once('close', leave);
    waiter.until?.addEventListener('abort', leave);
    let start: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => (start = resolve));
    queue.push(start);
    const { clock, signal } = this.#ports;
    const ended = AbortSignal.any([gone.signal, signal]);
    const late =
      waiter.until === undefined
        ? clock.sleep(WAIT_MS, ended).then(() => {
            throw tooMany();
          })
        : aborted(ended);
    try {
      await Promise.race([turn, late]);
    } catch {
      if (queue.includes(start)) {
        queue.splice(queue.indexOf(start), 1);
      } else {
        // It was started in the same moment.
        this.#leave(who);
      }
      signal.throwIfAborted();
      waiter.until?.throwIfAborted();
      throw tooMany();
    } finally {
      waiter.socket?.off('close', leave);
      waiter.until?.removeEventListener('abort', leave);
      gone.abort();
    }
  }

  #leave(who: Organization): void {
    this.#running.splice(this.#running.indexOf(who), 1);
    for (const [next, queue] of this.#waiting) {
      const start = this.#hasPlace(next) ? queue.shift() : undefined;
      if (start !== undefined) {
        // Its next turn comes after the others'.
        this.#waiting.delete(next);
        this.#waiting.set(next, queue);
        this.#running.push(next);
        start();
        return;
      }
    }
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(tooMany()), { once: true });
  });
}

function tooMany(): DashkeepError {
  return new DashkeepError('DK_TOO_MANY', 'too many comparisons, plans or checks are in progress');
}
