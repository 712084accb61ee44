import { isFetchError } from '@grafana/runtime';
import type { ApiError } from '../../pkg/contract/api/common.ts';

/**
 * Where a call failed: `disconnected` the app does not know the service yet, `unreachable` nobody answers, `token` the
 * service refuses the app, `forbidden` Grafana refuses the user, `service` the service answered with an error.
 */
export type Failure = 'disconnected' | 'unreachable' | 'token' | 'forbidden' | 'service';

/** A failed call, with what to tell people. */
export class ServiceError extends Error {
  readonly failure: Failure;
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  /** What is wrong with which field of what was sent, by dotted path. */
  readonly fields: Record<string, string>;

  constructor(failure: Failure, status: number, error?: Partial<ApiError['error']>) {
    super(error?.message ?? '');
    this.name = 'ServiceError';
    this.failure = failure;
    this.status = status;
    this.code = error?.code ?? '';
    this.hint = error?.hint ?? '';
    this.fields = error?.fields ?? {};
  }
}

/** Tells from the answer who refused: Grafana's proxy answers without the service's `error` member. */
export function toServiceError(caught: unknown): unknown {
  if (!isFetchError(caught)) {
    return caught;
  }
  const { status } = caught;
  const error = (caught.data as Partial<ApiError> | undefined)?.error;
  if (error !== undefined) {
    return new ServiceError(error.code === 'DK_UNAUTHORIZED' ? 'token' : 'service', status, error);
  }
  if (status === 403) {
    return new ServiceError('forbidden', status);
  }
  return new ServiceError(status === 401 ? 'token' : 'unreachable', status);
}
