import { DashkeepError } from '../../contract/errors.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { isClosed, isTlsProblem, networkCause, TLS_ADVICE, tlsProblem } from '../../lib/http/network-cause.ts';
import { GrafanaError } from './errors.ts';
import type { Ending } from './adaptive-concurrency.ts';

const RETRY_AFTER_MAX_MS = 120_000;

/** What an answer's status says of the server's load. */
export function endingOf(status: number): Ending {
  if (status === 429 || status === 503 || status === 504) {
    return 'overloaded';
  }
  return status >= 500 ? 'failed' : 'answered';
}

/** Milliseconds of a Retry-After header: seconds or a date, kept within reason. */
export function retryAfterOf(header: string | string[] | undefined, now: Date): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) {
    return undefined;
  }
  const milliseconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isFinite(milliseconds) ? Math.min(Math.max(0, milliseconds), RETRY_AFTER_MAX_MS) : undefined;
}

/** @returns the error for a request that got no usable response */
export function transportError(
  request: { method: string; path: string },
  cause: unknown,
  origin: string,
): GrafanaError {
  if (cause instanceof DashkeepError && cause.code === 'DK_JSON_INVALID') {
    return new GrafanaError(
      'DK_GRAFANA_ANSWER',
      request,
      { status: 0, message: `the response is ${cause.message}` },
      { cause },
    );
  }
  const { name, code } = cause as { name?: string; code?: string };
  const timedOut = name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
  if (timedOut) {
    return new GrafanaError('DK_GRAFANA_TIMEOUT', request, { status: 0, message: 'no response in time' }, { cause });
  }
  return new GrafanaError(
    'DK_GRAFANA_UNREACHABLE',
    request,
    { status: 0, message: networkCause(cause, origin) },
    { cause, advice: networkAdvice(cause) },
  );
}

/** What to do where Grafana's address is right, and its server does not respond to Dashkeep all the same. */
export function networkAdvice(cause: unknown): KnownReason | undefined {
  const problem = tlsProblem(cause);
  if (problem === undefined) {
    return isClosed(cause) ? reason('check-grafana-scheme') : undefined;
  }
  const own = { untrusted: reason('set-grafana-authority'), 'other-name': reason('correct-grafana-name') };
  return { ...TLS_ADVICE, ...own }[problem];
}

/** Errors of an address that is not, or not in this way, one of Grafana. */
export function isLasting(cause: unknown): boolean {
  const { code } = cause as { code?: string };
  return isTlsProblem(cause) || code === 'DK_JSON_INVALID' || code?.startsWith('HPE_') === true;
}

/** Errors that come before a byte of the request has left. */
export function isNotSent(cause: unknown): boolean {
  const code = (cause as { code?: string }).code;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'UND_ERR_CONNECT_TIMEOUT';
}
