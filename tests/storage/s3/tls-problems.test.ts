import { createServer, type ServerOptions } from 'node:https';
import { expect, it } from 'vitest';
import { GrafanaHealth } from '../../../pkg/service/status/health.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { openTestStore } from '../../support/s3/open-store.ts';
import { portOf } from '../../support/servers/listening.ts';
import { closing, open } from './harness.ts';

const MUTUAL = { requestCert: true, rejectUnauthorized: true };
const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;

interface Case {
  what: string;
  server?: ServerOptions;
  names?: string;
  days?: number;
  scheme?: 'http';
  /** What is said of Grafana and of S3. */
  message: RegExp;
  hint: RegExp;
}

it.each<Case>([
  { what: 'an expired certificate', days: -1, message: /has expired or is not valid yet/, hint: /^Renew the cert/ },
  {
    what: 'another name',
    names: 'DNS:other.example',
    message: /for another name/,
    hint: /host name that|for another name/,
  },
  { what: 'TLS 1.1 only', server: OLD, message: /does not support TLS 1\.2 or later/, hint: /^Enable TLS 1\.2/ },
  {
    what: 'a client certificate, by TLS 1.2',
    server: { ...MUTUAL, maxVersion: 'TLSv1.2' },
    message: /may require a client certificate/,
    hint: /no client certificate/,
  },
  {
    what: 'a client certificate, by TLS 1.3',
    server: MUTUAL,
    message: /may require a client certificate|closed/,
    hint: /client certificate/,
  },
  { what: 'http:// to a port of TLS', scheme: 'http', message: /closed/, hint: /may expect https/ },
])('names its cause and what to do: $what', async ({ server: options, names, days, scheme, message, hint }) => {
  const { path, remove } = await temporaryDirectory();
  const { key, cert, caFile } = makeCertificate(path, names, days);
  const tls = createServer({ key, cert, ...options }).on('tlsClientError', () => undefined);
  const url = `${scheme ?? 'https'}://127.0.0.1:${await portOf(tls)}`;
  const health = new GrafanaHealth({ url, caFile });
  const environment = { DASHKEEP_S3_ENDPOINT: url, DASHKEEP_S3_CA_FILE: caFile };
  const store = await openTestStore((await open()).server, { environment });
  closing.push(
    remove,
    async () => tls.close(),
    () => store.close(),
    () => health.close(),
  );

  const { problem } = await health.read(AbortSignal.timeout(20_000));
  expect(problem).toMatchObject({
    code: 'DK_GRAFANA_UNREACHABLE',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
  await expect(store.get('a')).rejects.toMatchObject({
    code: 'DK_STORE_UNREACHABLE',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});
