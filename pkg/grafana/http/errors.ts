import { DashkeepError, type ErrorCode } from '../../contract/errors.ts';
import { reason, sentenceOf, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { MAX_JSON_DEPTH, objectAt, stringAt, type Json } from '../../lib/json/json.ts';
import { valueIf } from '../../lib/expected-errors.ts';

const MIB = 1024 * 1024;

/** An answer from Grafana that is not a success, or no answer at all. */
export class GrafanaError extends DashkeepError {
  readonly method: string;
  /** Path without the query: queries may name things, paths are enough to find the place. */
  readonly path: string;
  /** HTTP status; 0 when there was no answer. */
  readonly httpStatus: number;
  /** What Grafana itself said. */
  readonly grafanaMessage: string;
  /** Kubernetes reason or Grafana's messageId, where given. */
  readonly reason: string | undefined;

  constructor(
    code: ErrorCode,
    request: { method: string; path: string },
    answer: { status: number; message: string; reason?: string },
    options: { cause?: unknown; why?: KnownReason; advice?: KnownReason } = {},
  ) {
    const status = answer.status === 0 ? '' : `${answer.status} `;
    super(code, `${request.method} ${request.path}: ${status}${answer.message}`, options);
    this.name = 'GrafanaError';
    this.method = request.method;
    this.path = request.path;
    this.httpStatus = answer.status;
    this.grafanaMessage = answer.message;
    this.reason = answer.reason;
  }
}

/** An answer that takes more memory than there is for one, or is nested too deep. */
export class ResponseTooLarge extends GrafanaError {
  /** What it begins with. */
  readonly head: string;

  /** @param limit - in bytes; undefined for one that is nested too deep */
  constructor(request: { method: string; path: string }, limit: number | undefined, head: string, cause: unknown) {
    const why =
      limit === undefined
        ? reason('too-deep', { levels: String(MAX_JSON_DEPTH) })
        : reason('too-large', { mib: String(Math.round(limit / MIB)) });
    super('DK_GRAFANA_TOO_LARGE', request, { status: 0, message: sentenceOf(why) }, { cause, why });
    this.head = head;
  }
}

/**
 * Whether one resource cannot be looked at: it takes too much memory, is nested too deep, or has a name that Grafana
 * does not find.
 */
export function isUnreadable(error: unknown): error is DashkeepError {
  return (
    error instanceof DashkeepError &&
    (/^DK_(GRAFANA_TOO_LARGE|JSON_\w+)$/.test(error.code) || error.why?.code === 'slash-under-sub-path')
  );
}

/** Whether an error is Grafana's. */
export function isGrafanaError(error: unknown): error is GrafanaError {
  return error instanceof GrafanaError;
}

/** Whether an error is Grafana saying that the thing does not exist. */
export function isNotFound(error: unknown): error is GrafanaError {
  return error instanceof GrafanaError && error.code === 'DK_GRAFANA_NOT_FOUND';
}

/** Whether the caller lacks the right, as opposed to something being broken. */
export function isForbidden(error: unknown): error is GrafanaError {
  return error instanceof GrafanaError && error.httpStatus === 403;
}

/** What Grafana calls its refusal of a password, of a wrong one as of the right one of a locked account. */
const WRONG_PASSWORD = 'password-auth.failed';

/** @returns whether Grafana refused a name and password */
export function isWrongPassword({ httpStatus, reason }: GrafanaError): boolean {
  return httpStatus === 401 && reason === WRONG_PASSWORD;
}

/**
 * Grafana's refusal of the token of one of several organizations, with the organization and its variable.
 * @param variable - that gives the token
 */
export function refusedToken(error: GrafanaError, variable: string, org: number): GrafanaError {
  const { code, method, path, httpStatus: status, grafanaMessage, reason: named } = error;
  const message = `${grafanaMessage} (organization ${org}, ${variable})`;
  const advice = reason('replace-given-token', { names: variable });
  return new GrafanaError(code, { method, path }, { status, message, reason: named }, { cause: error, advice });
}

/** @returns whether Grafana refused a write because of a conflict */
export function isConflict(error: unknown): boolean {
  return error instanceof GrafanaError && error.code === 'DK_GRAFANA_CONFLICT';
}

/** The value, or undefined when Grafana says that it does not exist. */
export function ifFound<T>(value: Promise<T>): Promise<T | undefined> {
  return value.catch(valueIf(isNotFound, undefined));
}

const CODE_BY_STATUS: Record<number, ErrorCode> = {
  401: 'DK_GRAFANA_UNAUTHORIZED',
  403: 'DK_GRAFANA_FORBIDDEN',
  404: 'DK_GRAFANA_NOT_FOUND',
  409: 'DK_GRAFANA_CONFLICT',
  412: 'DK_GRAFANA_CONFLICT',
};

/** What Grafana says where it has no such route; of a resource that is not there, it says more. */
const NO_ROUTE = 'Not found';

/** Longest piece of Grafana's message that is worth showing; the rest may be a page of HTML. */
const MESSAGE_LIMIT = 400;

/**
 * Turns an unsuccessful answer into a typed error. Never includes more of the body than its message.
 * @param subPath - under which Grafana answers
 */
export function errorOfResponse(
  request: { method: string; path: string },
  status: number,
  body: Json | undefined,
  subPath = '',
): GrafanaError {
  const message = (stringAt(body, 'message') ?? stringAt(body, 'error') ?? defaultMessage(status)).slice(
    0,
    MESSAGE_LIMIT,
  );
  if (status === 404 && subPath !== '' && message === NO_ROUTE && request.path.includes('%2F')) {
    const why = reason('slash-under-sub-path', { subPath });
    return new GrafanaError('DK_GRAFANA_REFUSED', request, { status, message: sentenceOf(why) }, { why });
  }
  const named = stringAt(body, 'messageId') ?? stringAt(body, 'reason') ?? stringAt(body, 'status');
  // oxlint-disable-next-line dashkeep/syntax -- Grafana says it nowhere else
  const isFull = status === 403 && /quota reached/i.test(message);
  const code = isFull ? 'DK_GRAFANA_REFUSED' : codeOf(status);
  const advice =
    status === 401 && named === WRONG_PASSWORD
      ? reason('check-password')
      : code === 'DK_GRAFANA_FORBIDDEN'
        ? missingPermission(body, message)
        : undefined;
  return new GrafanaError(code, request, { status, message, reason: named }, { advice });
}

function codeOf(status: number): ErrorCode {
  return CODE_BY_STATUS[status] ?? (status >= 500 || status === 429 ? 'DK_GRAFANA_FAILED' : 'DK_GRAFANA_REFUSED');
}

function defaultMessage(status: number): string {
  return status === 429 ? 'too many requests' : status >= 500 ? 'server error' : 'refused';
}

function missingPermission(body: Json | undefined, message: string): KnownReason | undefined {
  const permission =
    stringAt(objectAt(body, 'extra'), 'requiredPermissions') ??
    // oxlint-disable-next-line dashkeep/syntax -- Grafana names the right nowhere else
    /permissions?[:\s]+([a-z.]+:[a-z]+)/i.exec(message)?.[1];
  if (permission !== undefined) {
    return reason('give-grafana-permission', { permission });
  }
  // oxlint-disable-next-line dashkeep/syntax -- Grafana names the right nowhere else
  const named = /cannot (\w+) resource "(\w+)" in API group "([\w.-]+)"/.exec(message);
  const [, verb = '', resource = '', group = ''] = named ?? [];
  return named === null ? undefined : reason('give-api-permission', { verb, resource, group });
}
