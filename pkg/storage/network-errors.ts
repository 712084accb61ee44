import { systemCode } from '../lib/file-errors.ts';
import { isTlsProblem, isWithoutTls } from '../lib/http/network-cause.ts';
import type { ErrorCode } from '../contract/errors.ts';

/** What went wrong between here and a store, before it said anything. */
export interface NetworkProblem {
  kind: 'timeout' | 'no-tls' | 'certificate-name' | 'certificate' | 'unknown-name' | 'broken';
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
  const isCut = code === 'ECONNRESET' || code === 'EPIPE';
  if ((name === 'TimeoutError' && !isCut) || code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') {
    return { kind: 'timeout', code: 'DK_STORE_TIMEOUT', why: 'no response in time' };
  }
  const unreachable = (kind: NetworkProblem['kind'], why: string) =>
    ({ kind, code: 'DK_STORE_UNREACHABLE', why }) as const;
  if (isWithoutTls(error)) {
    return unreachable('no-tls', 'the endpoint does not speak TLS');
  }
  if (isTlsProblem(error)) {
    const kind = code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? 'certificate-name' : 'certificate';
    return unreachable(kind, `the certificate is not trusted (${code})`);
  }
  if (NETWORK.test(code)) {
    const kind = code === 'ENOTFOUND' ? 'unknown-name' : 'broken';
    return unreachable(kind, `${quoted ? message : 'the connection failed'} (${code})`);
  }
  return undefined;
}
