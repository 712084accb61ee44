import { createHash, createHmac } from 'node:crypto';
import type { Identity } from '../settings/credentials.ts';

/** What the SDK found out to sign for: region and service, as they stand in its own signatures. */
export interface SigningScope {
  region: string;
  service: string;
}

export interface ToSign {
  method: string;
  /** As it is sent: encoded once. */
  path: string;
  /** Names in lower case and in their order; values without space at their ends. */
  headers: readonly (readonly [name: string, value: string])[];
  /** SHA-256 of the body, as hex. */
  payload: string;
  time: Date;
}

/** AWS Signature Version 4 in the Authorization header. A day's key is made once for each identity. */
export class Signer {
  readonly #scope: SigningScope;
  #key: { secret: string; day: string; key: Buffer } | undefined;

  constructor(scope: SigningScope) {
    this.#scope = scope;
  }

  /** `x-amz-date` as it must be among the headers. */
  static timestamp(time: Date): string {
    return time.toISOString().replace(/[-:]|\.\d+/g, '');
  }

  authorization({ accessKeyId, secretAccessKey }: Identity, { method, path, headers, payload, time }: ToSign): string {
    const timestamp = Signer.timestamp(time);
    const day = timestamp.slice(0, 8);
    let canonical = `${method}\n${path}\n\n`;
    let names = '';
    for (const [name, value] of headers) {
      canonical += `${name}:${value}\n`;
      names += names === '' ? name : `;${name}`;
    }
    canonical += `\n${names}\n${payload}`;
    const scope = `${day}/${this.#scope.region}/${this.#scope.service}/aws4_request`;
    const signature = createHmac('sha256', this.#keyOf(secretAccessKey, day))
      .update(`AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`)
      .digest('hex');
    return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  }

  #keyOf(secret: string, day: string): Buffer {
    if (this.#key?.secret !== secret || this.#key.day !== day) {
      const { region, service } = this.#scope;
      let key = hmac(`AWS4${secret}`, day);
      for (const part of [region, service, 'aws4_request']) {
        key = hmac(key, part);
      }
      this.#key = { secret, day, key };
    }
    return this.#key.key;
  }
}

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
