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

/** Why nothing came back from a server, with its address and the system's name of the cause. */
export function networkCause(error: unknown, origin: string): string {
  const { host, hostname } = new URL(origin);
  if (isWithoutTls(error)) {
    return `${host} does not speak TLS: use http://`;
  }
  const code = systemCode(error);
  if (isTlsProblem(error)) {
    return `the certificate of ${host} is not trusted (${code})`;
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
