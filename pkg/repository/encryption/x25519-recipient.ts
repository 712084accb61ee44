import {
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { bech32 } from '@scure/base';
import { Stanza, type Recipient } from 'age-encryption';

const INFO = 'age-encryption.org/v1/X25519';
/** What is before the 32 bytes of a private key in PKCS #8 (RFC 8410, section 7). */
const PRIVATE_KEY_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');
/** A private key times this is its public key (RFC 7748, section 6.1). */
const BASE_POINT = publicKeyOf(Buffer.from([9, ...Buffer.alloc(31)]));

/**
 * The X25519 recipient of age (https://c2sp.org/age#the-x25519-recipient-type) on Node's own primitives: wrapping a
 * file key takes a third of the time that the library needs in JavaScript, and that was most of the time an object
 * took.
 */
export class X25519Recipient implements Recipient {
  readonly #raw: Buffer;
  readonly #key: KeyObject;

  /** @throws when it is not an `age1…` recipient. */
  constructor(recipient: string) {
    const { prefix, bytes } = bech32.decodeToBytes(recipient);
    if (prefix !== 'age' || bytes.length !== 32) {
      throw new Error('not an X25519 recipient');
    }
    this.#raw = Buffer.from(bytes);
    this.#key = publicKeyOf(this.#raw);
  }

  wrapFileKey(fileKey: Uint8Array): Stanza[] {
    const privateKey = ephemeralKey();
    const share = diffieHellman({ privateKey, publicKey: BASE_POINT });
    // Throws for the points of low order that would make the secret zero.
    const secret = diffieHellman({ privateKey, publicKey: this.#key });
    const wrapKey = hkdfSync('sha256', secret, Buffer.concat([share, this.#raw]), INFO, 32);
    const cipher = createCipheriv('chacha20-poly1305', Buffer.from(wrapKey), Buffer.alloc(12), { authTagLength: 16 });
    const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
    return [new Stanza(['X25519', share.toString('base64').replace(/=+$/, '')], new Uint8Array(body))];
  }
}

/**
 * Any 32 random bytes are a private key. Not generateKeyPairSync: when garbage collection comes upon its job while the
 * key is exported, each waits for the other's lock, and the process is still for good (Node 20, one in 150 000).
 */
function ephemeralKey(): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PRIVATE_KEY_HEAD, randomBytes(32)]), format: 'der', type: 'pkcs8' });
}

function publicKeyOf(raw: Buffer): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: raw.toString('base64url') }, format: 'jwk' });
}
