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
