import { DashkeepError } from '../../contract/errors.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { BrokenBody } from '../body.ts';
import { TLS_ADVICE } from '../../lib/http/network-cause.ts';
import { networkProblem, PermissionDenied, withoutExchange, type NetworkProblem } from '../errors.ts';
import { knownCode } from './known-codes.ts';

/** What was being done, so that a refusal can name the right that is missing. */
export interface Doing {
  /** `read`, `write`, … with the key, for the message. */
  what: string;
  /** The store's description, for the message. */
  where: string;
  /** The IAM action that it needs: `s3:GetObject`. */
  permission: string;
  /**
   * Whether the words of the response are shown. Never for an address that was typed in the pages: anything may be
   * behind it, and an admin would read there what only the service can reach.
   */
  quoted: boolean;
}

interface ServiceError {
  name: string;
  message: string;
  Code?: string;
  $metadata?: { httpStatusCode?: number; attempts?: number };
}

const CREDENTIALS: Record<string, string> = {
  InvalidAccessKeyId: 'the target does not know the access key',
  SignatureDoesNotMatch: 'the secret does not belong to the access key, or a proxy changes requests',
  InvalidToken: 'the session token is not valid',
  ExpiredToken: 'the credentials have expired',
  ExpiredTokenException: 'the credentials have expired',
  TokenRefreshRequired: 'the credentials have expired',
  InvalidSecurity: 'the credentials are not valid',
  UserSuspended: 'the account of the access key is suspended',
  NotSignedUp: 'the account has no access to S3',
};

const REGION = new Set(['PermanentRedirect', 'TemporaryRedirect', 'IllegalLocationConstraintException', '301', '307']);

/** What to do about each problem of the network; for the others, the catalogue of errors says it. */
const NETWORK_ADVICE: Partial<Record<NetworkProblem['kind'], KnownReason>> = {
  'no-tls': reason('use-http-endpoint'),
  'other-name': reason('correct-certificate-name'),
  untrusted: reason('set-certificate-authority'),
  ...TLS_ADVICE,
  'unknown-name': reason('correct-endpoint-name'),
  closed: reason('check-endpoint-scheme'),
};

/** The store's own name for an error: `NoSuchKey`, `AccessDenied`, …; a status code where a HEAD had no body. */
export function serviceCode(error: unknown): string | undefined {
  const answer = error as Partial<ServiceError> | undefined;
  return answer?.$metadata === undefined ? undefined : (answer.Code ?? answer.name);
}

/** @returns the HTTP status of an error of the SDK; undefined if there was no response */
export function statusOf(error: unknown): number | undefined {
  return (error as Partial<ServiceError> | undefined)?.$metadata?.httpStatusCode;
}

/** Whether the store says that there is no such object. A missing bucket and a wrong address say something else. */
export function isAbsent(error: unknown): boolean {
  return serviceCode(error) === 'NoSuchKey';
}

/** The same for a HEAD, whose response has no code of S3. */
export function isAbsentByHead(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** Any error of the SDK in the catalogue's words. Our own errors pass through. */
export function fromS3(error: unknown, doing: Doing): DashkeepError {
  if (error instanceof DashkeepError) {
    return error;
  }
  const texts = (why: string, advice?: KnownReason) =>
    [`cannot ${doing.what} in ${doing.where}: ${why}`, { cause: plainCause(error), advice }] as const;
  const make: Make = (code, ...said) => new DashkeepError(code, ...texts(...said));
  const deny: Deny = (permission, ...said) => new PermissionDenied(permission, ...texts(...said));
  return statusOf(error) === undefined
    ? fromTransport(error, doing, make)
    : fromService(error as ServiceError, doing, make, deny);
}

/** What an error of the SDK says, without the exchange; a body that broke off is kept, so that it is read again. */
export function plainCause(error: unknown): Error {
  return error instanceof BrokenBody ? error : withoutExchange(error, serviceCode(error));
}

type Make = (code: ErrorCode, why: string, advice?: KnownReason) => DashkeepError;
type Deny = (permission: string, why: string, advice?: KnownReason) => DashkeepError;

function fromService(error: ServiceError, doing: Doing, make: Make, deny: Deny): DashkeepError {
  const code = serviceCode(error) ?? '';
  const status = statusOf(error) ?? 0;
  const { shown, words } = shownOf(error, doing);
  const credentials = CREDENTIALS[code];
  if (credentials !== undefined) {
    return make('DK_STORE_CREDENTIALS', `${code}: ${credentials}`);
  }
  if (code === 'NoSuchBucket') {
    return make('DK_STORE_NO_BUCKET', 'the bucket does not exist');
  }
  if (code === 'RequestTimeTooSkewed') {
    return make('DK_CLOCK_SKEW', 'the target rejects this machine’s clock');
  }
  // oxlint-disable-next-line dashkeep/syntax -- S3 has this code for other malformed headers, too
  if (REGION.has(code) || (code === 'AuthorizationHeaderMalformed' && /region/i.test(error.message))) {
    return make('DK_SETTINGS', [shown || `HTTP ${status}`, words].filter(Boolean).join(': '), reason('correct-region'));
  }
  if (code === 'QuotaExceeded' || code === 'XMinioStorageFull' || status === 507) {
    return make('DK_STORE_FAILED', shown || `HTTP ${status}`, reason('make-room'));
  }
  if (status === 401 || status === 403) {
    return denied(error, doing, make, deny);
  }
  // A list is never absent: a server that says so does not speak S3, or does not serve this path.
  const isList = doing.permission === 's3:ListBucket';
  if (isAbsent(error) && !isList) {
    return make('DK_STORE_NOT_FOUND', 'it does not exist');
  }
  if (status === 404 && (error.Code === undefined || isList)) {
    const what = error.Code === undefined ? 'without an S3 error code' : shown;
    return make('DK_STORE_UNREACHABLE', `HTTP 404 ${what}`.trim(), reason('check-endpoint'));
  }
  if (status >= 300 && status < 400) {
    return make('DK_STORE_UNREACHABLE', `HTTP ${status}, a redirect`, reason('check-endpoint'));
  }
  if (code === 'InvalidObjectState') {
    return make('DK_STORE_FAILED', code, reason('restore-from-cold-storage'));
  }
  if (status < 300 && error.Code === undefined) {
    // The SDK's own words, which are for programmers.
    return make('DK_STORE_FAILED', 'the response was cut off or is not XML', reason('retry-or-check-endpoint'));
  }
  const said = [shown, words].filter(Boolean).join(' ');
  const what = said || 'without an S3 error code';
  if (code === 'InvalidRequest' && doing.permission.includes('s3:PutObjectRetention')) {
    const why = `HTTP ${status} ${what}; the bucket seems to have no object lock`;
    return make('DK_STORE_FAILED', why, reason('create-locked-bucket'));
  }
  const isBusy = status === 503 || status === 429;
  const advice = isBusy ? reason('wait-for-target') : said === '' ? reason('check-endpoint') : undefined;
  return make('DK_STORE_FAILED', `HTTP ${status} ${what}`, advice);
}

/** The code and the words of a response, as far as they may be shown. */
function shownOf(error: ServiceError, { quoted }: Doing): { shown: string; words: string } {
  const code = serviceCode(error) ?? '';
  if (code === 'Unknown') {
    // The SDK's own words for a response without any.
    return { shown: '', words: '' };
  }
  return quoted ? { shown: code, words: error.message } : { shown: knownCode(code), words: '' };
}

function denied(error: ServiceError, doing: Doing, make: Make, deny: Deny): DashkeepError {
  const { shown, words } = shownOf(error, doing);
  // oxlint-disable-next-line dashkeep/syntax -- S3 services call all of these AccessDenied
  if (/object.?lock|retention|legal hold|WORM/i.test(error.message)) {
    return make('DK_STORE_LOCKED', words || 'object lock protects it');
  }
  // oxlint-disable-next-line dashkeep/syntax -- the same: only the words name the key's service
  if (/kms/i.test(error.message) || serviceCode(error)?.startsWith('KMS.') === true) {
    const kms = doing.permission === 's3:PutObject' ? 'kms:GenerateDataKey' : 'kms:Decrypt';
    return deny(kms, `${kms} is not allowed`, reason('grant-kms', { permission: kms }));
  }
  const { permission } = doing;
  if (error.Code === undefined) {
    // A response to HEAD has no code either, so this may also be a store.
    const why = `${permission} is not allowed, the secret key is wrong, or a proxy refuses the request (HTTP ${statusOf(error)} without an S3 error code)`;
    return deny(permission, why, reason('grant-or-pass-proxy', { permission }));
  }
  const advice = permission === 's3:GetObject' ? reason('grant-reading') : reason('grant-to-key', { permission });
  return deny(permission, `${permission} is not allowed (${shown || 'HTTP 403'})`, advice);
}

function fromTransport(error: unknown, { quoted }: Doing, make: Make): DashkeepError {
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : String(error);
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError' || /STS|AssumeRole/.test(name)) {
    return make('DK_STORE_CREDENTIALS', `no credentials: ${message}`);
  }
  const problem = networkProblem(error, quoted);
  if (problem !== undefined) {
    return make(problem.code, problem.why, NETWORK_ADVICE[problem.kind]);
  }
  return make('DK_STORE_FAILED', quoted ? message : 'the response does not come from S3', reason('check-endpoint'));
}
