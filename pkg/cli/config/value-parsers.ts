import { DashkeepError } from '../../contract/errors.ts';
import type { Address, TlsFiles } from '../../service/config.ts';
import type { Environment } from './environment.ts';

/** Directories with colons between, as in PATH. @throws DK_SETTINGS for one that is not absolute */
export function rootsOf(text: string): string[] {
  const roots = text.split(':').filter((root) => root !== '');
  const relative = roots.find((root) => !root.startsWith('/'));
  if (relative !== undefined) {
    throw new DashkeepError('DK_SETTINGS', `DASHKEEP_FILE_ROOTS must be absolute directories, not '${relative}'`);
  }
  return roots;
}

/** `name` or `namespace/name`. */
export function secretNamed(text: string): { namespace?: string; name: string } {
  const [first = '', second] = text.split('/');
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/** Certificate and key come together. @throws DK_SETTINGS */
export function tlsFiles(environment: Environment): TlsFiles | undefined {
  const cert = environment['DASHKEEP_TLS_CERT_FILE'];
  const key = environment['DASHKEEP_TLS_KEY_FILE'];
  if ((cert === undefined) !== (key === undefined)) {
    const missing = cert === undefined ? 'DASHKEEP_TLS_CERT_FILE' : 'DASHKEEP_TLS_KEY_FILE';
    throw new DashkeepError('DK_SETTINGS', `${missing} is missing: set both certificate and key`);
  }
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

/** `host:port`, IPv6 in brackets. @throws DK_SETTINGS for anything else */
export function addressOf(text: string, name: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new DashkeepError('DK_SETTINGS', `${name} must be host:port, not '${text}'`);
  }
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port };
}
