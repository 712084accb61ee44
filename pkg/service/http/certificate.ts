import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Server as HttpsServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import { unreadableFile } from '../../lib/file-errors.ts';
import { asDashkeepError, DashkeepError, reasonOf } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { Log } from '../../contract/ports.ts';
import type { TlsFiles } from '../config.ts';

const LOOK_EVERY_MS = 30_000;

interface Pair {
  cert: string;
  key: string;
}

/**
 * The certificate that the API listens with. Its files are read again while it does: anyone who made them renews them.
 */
export class Certificate {
  readonly #files: TlsFiles;
  readonly #log: Log;
  #pair: Pair;
  #server: HttpsServer | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(files: TlsFiles, log: Log, pair: Pair) {
    this.#files = files;
    this.#log = log;
    this.#pair = pair;
  }

  /** @throws DK_SETTINGS for files that can't be read, or that don't belong together */
  static async read(files: TlsFiles, log: Log): Promise<Certificate> {
    return new Certificate(files, log, await readPair(files));
  }

  /** For a server that is to listen with it. */
  get options(): Pair & { minVersion: 'TLSv1.2' } {
    return { ...this.#pair, minVersion: 'TLSv1.2' };
  }

  /** Gives the server each renewed certificate. */
  keepFresh(server: HttpsServer): void {
    this.#server = server;
    this.#timer = setInterval(() => void this.refresh(), LOOK_EVERY_MS).unref();
  }

  /** Reads the files again. While they are only half written, or wrong, the certificate from before stays in use. */
  async refresh(): Promise<void> {
    try {
      const pair = await readPair(this.#files);
      if (pair.cert !== this.#pair.cert || pair.key !== this.#pair.key) {
        this.#server?.setSecureContext({ ...pair, minVersion: 'TLSv1.2' });
        this.#pair = pair;
        this.#log.info({ until: expiryOf(pair.cert).toISOString() }, 'the API listens with a renewed certificate');
      }
    } catch (error) {
      const { message, hint } = asDashkeepError(error);
      this.#log.warn(
        { reason: message, hint },
        'the certificate could not be read again; the previous one stays in use',
      );
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** When the first certificate of a file ends. @throws DK_SETTINGS */
export async function certificateEnd({ cert }: TlsFiles): Promise<Date> {
  return expiryOf(await readPem(cert, 'DASHKEEP_TLS_CERT_FILE'));
}

async function readPair({ cert, key }: TlsFiles): Promise<Pair> {
  const pair = {
    cert: await readPem(cert, 'DASHKEEP_TLS_CERT_FILE'),
    key: await readPem(key, 'DASHKEEP_TLS_KEY_FILE'),
  };
  try {
    createSecureContext(pair);
  } catch (cause) {
    throw new DashkeepError('DK_SETTINGS', `the certificate and key cannot be used together: ${reasonOf(cause)}`, {
      cause,
      advice: reason('pair-certificate'),
    });
  }
  return pair;
}

async function readPem(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw unreadableFile(`${setting} points to ${path}, which cannot be read: ${reasonOf(cause)}`, cause);
  }
}

function expiryOf(pem: string): Date {
  try {
    return new Date(new X509Certificate(pem).validTo);
  } catch (cause) {
    throw new DashkeepError('DK_SETTINGS', `DASHKEEP_TLS_CERT_FILE contains no certificate: ${reasonOf(cause)}`, {
      cause,
    });
  }
}
