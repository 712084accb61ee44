import { isFetchError } from '@grafana/runtime';
import type { ApiError } from '../../pkg/contract/api/common.ts';
import type { ReasonData } from '../../pkg/contract/reasons/reason.ts';

/**
 * Where a call failed: `disconnected` the app does not know the service yet, `unreachable` the service is down,
 * `timeout` it took too long, `grafana` Grafana itself is down, `session` the user is logged out, `forbidden` Grafana
 * refuses the user, `refused` Grafana's proxy refuses the call, `foreign` something else answered, `token` the service
 * refuses the app, `service` the service answered with an error.
 */
export type Failure =
  | 'disconnected'
  | 'unreachable'
  | 'timeout'
  | 'grafana'
  | 'session'
  | 'forbidden'
  | 'refused'
  | 'foreign'
  | 'token'
  | 'service';

type ServiceProblem = Partial<ApiError['error']>;

/** A failed call, with what to say about it. */
export class ServiceError extends Error {
  readonly failure: Failure;
  /** Of HTTP; 0 when there was no response. */
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  /** The message as data, where it is a reason of the catalogue. */
  readonly why: ReasonData | undefined;
  /** The hint as data, where it says more than the code does. */
  readonly advice: ReasonData | undefined;
  /** What is wrong with which field of what was sent, by dotted path. */
  readonly fields: Record<string, string>;
  /** The same as data, where the service gives it. */
  readonly fieldReasons: Record<string, ReasonData>;
  /** When it failed, in milliseconds since 1970. */
  readonly at = Date.now();

  constructor(failure: Failure, status: number, error?: ServiceProblem) {
    super(error?.message ?? '');
    this.name = 'ServiceError';
    this.failure = failure;
    this.status = status;
    this.code = error?.code ?? '';
    this.hint = error?.hint ?? '';
    this.why = error?.why;
    this.advice = error?.advice;
    this.fields = error?.fields ?? {};
    this.fieldReasons = error?.fieldReasons ?? {};
  }
}

/**
 * What Grafana's client makes of a failed response: the parsed JSON, or for any other body `response` with its text and
 * `error` with the words of the status.
 */
interface FailedData {
  message?: unknown;
  error?: unknown;
  response?: unknown;
}

/**
 * Finds out from the response who refused: only the service sends an `error` with a code. Cancelled calls stay as they
 * are.
 */
export function toServiceError(caught: unknown): unknown {
  if (!isFetchError(caught)) {
    // Without any response the browser throws a TypeError.
    return caught instanceof TypeError ? new ServiceError('grafana', 0) : caught;
  }
  const { status } = caught;
  if (status <= 0) {
    return caught;
  }
  const data = (caught.data ?? {}) as FailedData;
  const text = typeof data.response === 'string' ? data.response : undefined;
  const problem = problemOf(data) ?? problemOf(parsed(text));
  if (problem !== undefined) {
    return new ServiceError(problem.code === 'DK_UNAUTHORIZED' ? 'token' : 'service', status, problem);
  }
  const said = text === undefined && typeof data.message === 'string' ? { message: data.message } : undefined;
  return new ServiceError(failureOf(status, text), status, said);
}

/** @param text the body of the response, when it was no JSON */
function failureOf(status: number, text: string | undefined): Failure {
  switch (status) {
    case 401:
      return 'session';
    case 403:
      return 'forbidden';
    case 408:
    case 504:
      return 'timeout';
    case 502:
      // Grafana's proxy sends no body; a page comes from a proxy in front of a Grafana that is down.
      return text ? 'grafana' : 'unreachable';
    case 503:
      return 'grafana';
    default:
      return 'refused';
  }
}

function problemOf(data: FailedData | undefined): ServiceProblem | undefined {
  const error = data?.error as ServiceProblem | null | undefined;
  return typeof error === 'object' && typeof error?.code === 'string' ? error : undefined;
}

/** A file that is asked for as text has its errors as text, too. */
function parsed(text: string | undefined): FailedData | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
