import { setMaxListeners } from 'node:events';

/** Lets any number of concurrent requests listen to a signal without Node's warning of a leak. */
export function allowManyListeners(signal: AbortSignal | undefined): void {
  if (signal !== undefined) {
    setMaxListeners(0, signal);
  }
}

/** Options of a call that can be cancelled. */
export interface Abortable {
  signal?: AbortSignal;
}

/**
 * A signal that also aborts after that many milliseconds, with a `TimeoutError`. Node 20 collects an
 * `AbortSignal.timeout` that only `AbortSignal.any` refers to, and then it never aborts anything; a timer stays.
 */
export function withTimeLimit(signal: AbortSignal, milliseconds: number): AbortSignal {
  const limit = new AbortController();
  const end = (): void => limit.abort(new DOMException('The operation timed out', 'TimeoutError'));
  setTimeout(end, milliseconds).unref();
  return AbortSignal.any([signal, limit.signal]);
}
