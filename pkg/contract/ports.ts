/** What comes in from outside, so that everything above can be tested: time, sleep, randomness, log. */
export interface Clock {
  now(): Date;
  /** Milliseconds that never run backwards, for durations. */
  monotonic(): number;
  /** Resolves after that many milliseconds; rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface Randomness {
  /** That many random bytes as lower-case hex. */
  hex(bytes: number): string;
  /** A number in [0, 1). */
  fraction(): number;
}

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
