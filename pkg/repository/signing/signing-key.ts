import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { RecentValues } from '../../lib/recent-values.ts';

/** An Ed25519 key pair that signs what a writer stores. */
export class SigningKey {
  /** The public half, as base64 of its SubjectPublicKeyInfo (DER). */
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly #private: KeyObject;

  private constructor(key: KeyObject) {
    this.#private = key;
    this.publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
    this.fingerprint = fingerprintOf(this.publicKey);
  }

  static make(): SigningKey {
    return new SigningKey(generateKeyPairSync('ed25519').privateKey);
  }

  /** @throws when the text is no Ed25519 private key in PEM; the message does not show it. */
  static fromPem(pem: string): SigningKey {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') {
      throw new TypeError('not an Ed25519 key');
    }
    return new SigningKey(key);
  }

  /** The private key, as `openssl genpkey -algorithm ed25519` writes it. */
  toPem(): string {
    return this.#private.export({ type: 'pkcs8', format: 'pem' }).toString();
  }

  /** Base64 of the 64 bytes of a signature. */
  sign(text: string): string {
    return sign(null, Buffer.from(text), this.#private).toString('base64');
  }
}

/**
 * What people compare: the first 32 hex digits of the SHA-256 of the public key's DER. With openssl:
 * `openssl pkey -pubin -in key.pub -outform DER | sha256sum | cut -c 1-32`.
 */
export function fingerprintOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 32);
}

/** Reading a key takes almost as long as verifying with it, and a repository has few writers. */
const verifiers = new RecentValues<KeyObject>(64);

/** Whether the key signed exactly this text. False for what is no Ed25519 key. */
export function hasSigned(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = verifiers.use(publicKey, () =>
      createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' }),
    );
    return (
      key.asymmetricKeyType === 'ed25519' && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'))
    );
  } catch {
    return false;
  }
}

/** A public key as openssl reads it. */
export function publicPem(publicKey: string): string {
  return `-----BEGIN PUBLIC KEY-----\n${publicKey}\n-----END PUBLIC KEY-----\n`;
}
