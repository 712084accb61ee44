import { DashkeepError, type ErrorCode } from '../../contract/errors.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { TLS_ADVICE } from '../../lib/http/network-cause.ts';
import { networkProblem, PermissionDenied, withoutExchange, type NetworkProblem } from '../errors.ts';

/** What a service answered instead of doing what was asked. */
export class ServiceError extends Error {
  readonly status: number;
  /** The service's own name of it; empty where it gave none. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ServiceError';
    this.status = status;
    this.code = code;
  }
}

/** How a service names what goes wrong. */
export interface ServiceCodes {
  /** What is wrong with the credentials, by code. */
  credentials: Readonly<Record<string, string>>;
  noBucket: ReadonlySet<string>;
  absent: ReadonlySet<string>;
  locked: ReadonlySet<string>;
}

/** What was being done, so that a refusal can name the right that is missing. */
export interface Doing {
  /** `read`, `write`, … with the key, for the message. */
  what: string;
  /** The store's description, for the message. */
  where: string;
  /** The right that it needs, as the service names it. */
  permission: string;
}

/** What to do about each problem of the network; for the others, the catalogue of errors says it. */
const NETWORK_ADVICE: Partial<Record<NetworkProblem['kind'], KnownReason>> = {
  'no-tls': reason('use-http-endpoint'),
  'other-name': reason('trust-endpoint'),
  untrusted: reason('trust-endpoint'),
  ...TLS_ADVICE,
  'unknown-name': reason('correct-cloud-endpoint'),
};

/** Any error of a call in the catalogue's words. Our own errors pass through. */
export function fromCloud(error: unknown, { what, where, permission }: Doing, codes: ServiceCodes): DashkeepError {
  if (error instanceof DashkeepError) {
    return error;
  }
  const texts = (why: string, advice?: KnownReason) =>
    [`cannot ${what} in ${where}: ${why}`, { cause: withoutExchange(error), advice }] as const;
  const make = (code: ErrorCode, ...said: Parameters<typeof texts>) => new DashkeepError(code, ...texts(...said));
  if (!(error instanceof ServiceError)) {
    const problem = networkProblem(error, true);
    return problem === undefined
      ? make('DK_STORE_FAILED', error instanceof Error ? error.message : String(error), reason('check-cloud-endpoint'))
      : make(problem.code, problem.why, NETWORK_ADVICE[problem.kind]);
  }
  const { status, code, message } = error;
  const said = [code, message].filter((text) => text !== '').join(': ') || `HTTP ${status}`;
  const credentials = codes.credentials[code];
  if (credentials !== undefined || status === 401) {
    return make('DK_STORE_CREDENTIALS', credentials === undefined ? said : `${code}: ${credentials}`);
  }
  if (codes.noBucket.has(code)) {
    return make('DK_STORE_NO_BUCKET', 'it does not exist');
  }
  if (codes.locked.has(code)) {
    return make('DK_STORE_LOCKED', said);
  }
  if (codes.absent.has(code)) {
    return make('DK_STORE_NOT_FOUND', 'it does not exist');
  }
  if (status === 403) {
    const why = `${permission} is not allowed (${code || 'HTTP 403'})`;
    return new PermissionDenied(permission, ...texts(why, reason('grant-to-key', { permission })));
  }
  if (code === '') {
    return make('DK_STORE_UNREACHABLE', `HTTP ${status} without an error code`, reason('check-cloud-endpoint'));
  }
  return make('DK_STORE_FAILED', `HTTP ${status} ${said}`, isBusy(status) ? reason('wait-for-target') : undefined);
}

const TRANSIENT = new Set<NetworkProblem['kind'] | undefined>(['timeout', 'closed', 'broken']);

/** Whether a second attempt may go well. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ServiceError) {
    return error.status === 408 || isBusy(error.status) || (error.status >= 500 && error.status !== 501);
  }
  return !(error instanceof DashkeepError) && TRANSIENT.has(networkProblem(error, false)?.kind);
}

function isBusy(status: number): boolean {
  return status === 429 || status === 503;
}
