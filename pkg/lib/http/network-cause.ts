import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { systemCode } from '../file-errors.ts';

/** Whether a server answered the first message of TLS with something else, as plain HTTP does. */
export function isWithoutTls(error: unknown): boolean {
  const code = systemCode(error) ?? '';
  const said = error instanceof Error ? error.message : '';
  // Node 20 has no separate code for it.
  return code === 'ERR_SSL_WRONG_VERSION_NUMBER' || (code === 'EPROTO' && said.includes('wrong version number'));
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ALTNAME|ERR_TLS|ERR_SSL|EPROTO/;

/** Whether a connection failed because of the server's certificate, or of TLS. */
export function isTlsProblem(error: unknown): boolean {
  return CERTIFICATE.test(systemCode(error) ?? '');
}

/** What keeps TLS from being agreed on with a server that speaks it. */
export type TlsProblem = 'untrusted' | 'other-name' | 'not-valid-now' | 'old-tls' | 'refused';

const TLS_PROBLEMS: readonly [RegExp, TlsProblem][] = [
  [/ERR_TLS_CERT_ALTNAME_INVALID/, 'other-name'],
  [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/, 'not-valid-now'],
  [/protocol.version|unsupported.protocol/i, 'old-tls'],
  [/certificate.required|handshake.failure/i, 'refused'],
];

/** @returns undefined where the error is none of TLS, or the server does not speak it */
export function tlsProblem(error: unknown): TlsProblem | undefined {
  if (!isTlsProblem(error) || isWithoutTls(error)) {
    return undefined;
  }
  const code = systemCode(error) ?? '';
  // Some clients have only this code for all alerts.
  const said = code === 'EPROTO' && error instanceof Error ? error.message : code;
  return TLS_PROBLEMS.find(([pattern]) => pattern.test(said))?.[1] ?? 'untrusted';
}

/** What is wrong, after the name of the server. */
export const TLS_CAUSES: Readonly<Record<TlsProblem, string>> = {
  untrusted: 'has a certificate that is not trusted',
  'other-name': 'has a certificate for another name',
  'not-valid-now': 'has a certificate that has expired or is not valid yet',
  'old-tls': 'does not support TLS 1.2 or later',
  refused: 'refuses the TLS connection, and may require a client certificate',
};

/** What to do where it is the same for every server. */
export const TLS_ADVICE: Readonly<Partial<Record<TlsProblem, KnownReason>>> = {
  'not-valid-now': reason('renew-server-certificate'),
  'old-tls': reason('enable-tls'),
  refused: reason('allow-without-certificate'),
};

/** Whether the server closed the connection instead of responding, as far as the system's name of the cause says. */
export function isClosed(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(systemCode(error) ?? '');
}

/** Why nothing came back from a server, with its address and the system's name of the cause. */
export function networkCause(error: unknown, origin: string): string {
  const { host, hostname } = new URL(origin);
  if (isWithoutTls(error)) {
    return `${host} does not speak TLS: use http://`;
  }
  const code = systemCode(error);
  const problem = tlsProblem(error);
  if (problem !== undefined) {
    return `${host} ${TLS_CAUSES[problem]} (${code})`;
  }
  if (isClosed(error)) {
    return `${host} closed the connection without a response (${code})`;
  }
  switch (code) {
    case 'ECONNREFUSED':
      return `${host} refuses connections (${code})`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${hostname} cannot be resolved (${code})`;
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return `no response from ${host} in time (${code})`;
    default:
      return `no response from ${host} (${code ?? (error instanceof Error ? error.message : String(error))})`;
  }
}
