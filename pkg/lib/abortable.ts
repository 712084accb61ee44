/** Options of a call that can be cancelled. */
export interface Abortable {
  signal?: AbortSignal;
}
