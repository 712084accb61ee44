import type { FakeState } from './state.ts';

/** One request to the made-up service. */
export interface Call {
  state: FakeState;
  query: URLSearchParams;
  body: unknown;
  /** What stood in the path for `:id`. */
  id: string;
}
