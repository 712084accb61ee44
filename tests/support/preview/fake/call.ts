import type { Page } from '../../../../pkg/contract/api/common.ts';
import type { FakeState } from './state.ts';

/** One request to the made-up service. */
export interface Call {
  state: FakeState;
  query: URLSearchParams;
  body: unknown;
  /** What stood in the path for `:id`. */
  id: string;
}

/** One page of a list. */
export function paged<T>(list: T[], query: URLSearchParams): Page<T> {
  const start = Number(query.get('cursor') ?? 0);
  const end = start + Number(query.get('limit') ?? 50);
  return { items: list.slice(start, end), total: list.length, ...(end < list.length ? { next: String(end) } : {}) };
}

/** Whether a comma list is absent or names the value. */
/** Whether a filter of the request has a value, or is absent. */
export function among(query: URLSearchParams, name: string, value: string): boolean {
  const wanted = query.get(name);
  return wanted === null || wanted.split(',').includes(value);
}
