import { DashkeepError, type ErrorCode } from '../contract/errors.ts';
import type { KnownReason } from '../contract/reasons/catalogue.ts';
import { systemCode } from '../lib/file-errors.ts';
import { isClosed, isWithoutTls, TLS_CAUSES, tlsProblem, type TlsProblem } from '../lib/http/network-cause.ts';

/** A right is missing: which one, in AWS's words. */
export class PermissionDenied extends DashkeepError {
  readonly permission: string;

  constructor(permission: string, message: string, options: { cause?: unknown; advice?: KnownReason }) {
    super('DK_STORE_DENIED', message, options);
    this.permission = permission;
  }
}

/** An object beyond the caller's limit: it was not read further than that. */
export function tooLarge(key: string, maxBytes: number): DashkeepError {
  return new DashkeepError('DK_STORE_TOO_LARGE', `${key} is larger than the expected maximum of ${maxBytes} bytes`);
}

/**
 * Errors of clients keep the whole request and response, with the signature and the body, which would be printed too.
 * Only their name, message and code are kept.
 * @param code - where the system gave none
 */
export function withoutExchange(error: unknown, code?: string): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const plain = Object.assign(new Error(message), { name, code: systemCode(error) ?? code });
  plain.stack = `${name}: ${message}`;
  return plain;
}

/** What went wrong between here and a store, before it said anything. */
export interface NetworkProblem {
  kind: 'timeout' | 'no-tls' | 'unknown-name' | 'closed' | 'broken' | TlsProblem;
  code: ErrorCode;
  why: string;
}

const NETWORK = /^(ECONN|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|EPIPE|EADDR|UND_ERR|HPE_)/;

/**
 * @param quoted - whether the words of the error are shown
 * @returns undefined where the error is none of the network
 */
export function networkProblem(error: unknown, quoted: boolean): NetworkProblem | undefined {
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : String(error);
  const code = systemCode(error) ?? '';
  // The S3 client calls a connection that was cut a time-out, too.
  const isCut = isClosed(error);
  if ((name === 'TimeoutError' && !isCut) || code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') {
    return { kind: 'timeout', code: 'DK_STORE_TIMEOUT', why: 'no response in time' };
  }
  const unreachable = (kind: NetworkProblem['kind'], why: string) =>
    ({ kind, code: 'DK_STORE_UNREACHABLE', why }) as const;
  if (isWithoutTls(error)) {
    return unreachable('no-tls', 'the endpoint does not speak TLS');
  }
  const problem = tlsProblem(error);
  if (problem !== undefined) {
    return unreachable(problem, `the endpoint ${TLS_CAUSES[problem]} (${code})`);
  }
  if (isCut && name !== 'BrokenBody') {
    return unreachable('closed', `the connection was closed without a response (${code})`);
  }
  if (NETWORK.test(code)) {
    const kind = code === 'ENOTFOUND' ? 'unknown-name' : 'broken';
    return unreachable(kind, `${quoted ? message : 'the connection failed'} (${code})`);
  }
  return undefined;
}
