import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TestCertificate {
  key: string;
  cert: string;
  /** The authority's certificate, as a file. */
  caFile: string;
}

/**
 * A certificate from an authority that nobody trusts, made by openssl in a directory.
 * @param days - how long it is valid; negative = it has expired
 */
export function makeCertificate(directory: string, names = 'IP:127.0.0.1,DNS:localhost', days = 2): TestCertificate {
  const path = (name: string) => join(directory, name);
  const openssl = (...parameters: string[]) => execFileSync('openssl', parameters, { cwd: directory, stdio: 'pipe' });
  const ecKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...ecKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test CA');
  const alternativeNames = ['-addext', `subjectAltName=${names}`];
  openssl(
    'req',
    ...ecKey,
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
    '-subj',
    '/CN=localhost',
    ...alternativeNames,
  );
  openssl(
    ...['x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-out', 'server.pem', '-days', String(days), '-copy_extensions', 'copy'],
  );
  return {
    key: readFileSync(path('server.key'), 'utf8'),
    cert: readFileSync(path('server.pem'), 'utf8'),
    caFile: path('ca.pem'),
  };
}
