import type { Random } from '../random.ts';

/** What happens to a request that a fault catches. */
export type FaultAction =
  /** Answered by this status instead of the handler. `retryAfter` is sent as it is. */
  | { kind: 'status'; status: number; body?: unknown; retryAfter?: number | string }
  /** Handled, but the answer never comes. */
  | { kind: 'hang' }
  /** The connection is cut: before the answer, after that many bytes of it, or before the request is even handled. */
  | { kind: 'cut'; afterBytes?: number; unhandled?: true }
  /** A well-formed HTTP answer whose JSON stops after that many bytes (half of it by default). */
  | { kind: 'truncate'; bytes?: number }
  /** Answered late. */
  | { kind: 'slow'; ms: number }
  /**
   * Handled, while the client goes away: Grafana cancels the request after it has created a folder or dashboard and
   * before it gives it the default permissions. `run` is called before the answer.
   */
  | { kind: 'abandoned'; run: () => void }
  /** Something happens on the server just before the request is handled: a token expires, an object is deleted, … */
  | { kind: 'before'; run: () => unknown }
  /** The same, after it was handled and before it is answered. */
  | { kind: 'after'; run: () => void };

export interface Fault {
  /** Tested against `METHOD /path?query`; a string may hold `*` for any characters. */
  match: string | RegExp;
  action: FaultAction;
  /** How many requests it catches; all of them when absent. */
  times?: number;
  /** How many matching requests pass first. */
  skip?: number;
  /** Chance that it catches a matching request; 1 when absent. */
  probability?: number;
}

interface Armed {
  fault: Fault;
  pattern: RegExp;
  left: number;
  skip: number;
}

/** The faults with a complete response. */
const COMPLETE = new Set<FaultAction['kind']>(['status', 'before', 'after']);

/** The faults in force; the first one that catches a request wins. */
export class Faults {
  #armed: Armed[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Whether one of them may cut or delay a response. */
  get cutConnections(): boolean {
    return this.#armed.some(({ fault, left }) => left > 0 && !COMPLETE.has(fault.action.kind));
  }

  set(faults: readonly Fault[]): void {
    this.#armed = faults.map((fault) => ({
      fault,
      pattern: typeof fault.match === 'string' ? glob(fault.match) : fault.match,
      left: fault.times ?? Infinity,
      skip: fault.skip ?? 0,
    }));
  }

  catch(request: string): FaultAction | undefined {
    for (const armed of this.#armed) {
      if (armed.left <= 0 || !armed.pattern.test(request)) {
        continue;
      }
      if (armed.skip > 0) {
        armed.skip--;
        continue;
      }
      if (this.#random.next() < (armed.fault.probability ?? 1)) {
        armed.left--;
        return armed.fault.action;
      }
    }
    return undefined;
  }
}

function glob(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
