import { armor, Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { X25519Recipient } from './x25519-recipient.ts';

const HEADER = Buffer.from('age-encryption.org/v1\n');

export type Seal = (plain: Buffer) => Promise<Buffer>;

/** A key pair of age: the identity reads, the recipient only writes. */
export interface KeyPair {
  identity: string;
  recipient: string;
}

/** @returns a new age identity with its recipient */
export async function newKeyPair(): Promise<KeyPair> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** @throws DK_ENCRYPTION when it is not an age identity. The message never shows it. */
export async function recipientOf(identity: string): Promise<string> {
  try {
    return await identityToRecipient(identity);
  } catch {
    throw new DashkeepError('DK_ENCRYPTION', 'an age identity is not valid: it should start with AGE-SECRET-KEY-1');
  }
}

/** The identities in a file as age-keygen writes it: comments and empty lines are left out. */
export function parseIdentityFile(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * Encrypts for all the recipients; each alone can read.
 * @throws DK_ENCRYPTION when there is none, or one is not an age recipient.
 */
export function sealFor(recipients: readonly string[]): Seal {
  if (recipients.length === 0) {
    throw new DashkeepError('DK_ENCRYPTION', 'encryption needs at least one age recipient');
  }
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(/^age1[^1]+$/.test(recipient) ? new X25519Recipient(recipient) : recipient);
    } catch (cause) {
      // Short enough to tell a private key that was given by mistake, and to show nothing of it.
      throw new DashkeepError('DK_ENCRYPTION', `'${recipient.slice(0, 16)}…' is not an age recipient (age1…)`, {
        cause,
      });
    }
  }
  return async (plain) => sealed(await encrypter.encrypt(plain));
}

/** @throws DK_ENCRYPTION when one is not an age recipient */
export function assertRecipients(recipients: readonly string[]): void {
  if (recipients.length > 0) {
    sealFor(recipients);
  }
}

/** Encrypts with a passphrase (scrypt, work factor 2^18: about a second and 256 MB). */
export async function sealWithPassphrase(plain: Buffer, passphrase: string): Promise<Buffer> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  return sealed(await encrypter.encrypt(plain));
}

/** An age file as text, which `age -d` reads as well. */
export function armored(file: Buffer): string {
  return armor.encode(file);
}

/** @throws DK_ENCRYPTION for a passphrase that is too short */
export function assertPassphrase(passphrase: string): void {
  if (passphrase.length < 12) {
    throw new DashkeepError('DK_ENCRYPTION', 'the passphrase is shorter than 12 characters');
  }
}

/** Never lets anything pass that is not an age file: what should be secret must not be stored clear. */
function sealed(bytes: Uint8Array): Buffer {
  const out = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!out.subarray(0, HEADER.length).equals(HEADER)) {
    throw new DashkeepError('DK_ENCRYPTION', 'encryption produced no age file; nothing was stored');
  }
  return out;
}

export interface Opener {
  /**
   * Decrypts an age file.
   * @throws DK_IDENTITY_MISSING when no identity fits, else the given code: damaged or not an age file.
   */
  open(
    sealed: Buffer,
    code: 'DK_OBJECT_DAMAGED' | 'DK_MANIFEST_DAMAGED' | 'DK_INTEGRITY',
    what: string,
  ): Promise<Buffer>;
}

const UNFIT = { why: reason('identity-unfit'), advice: reason('correct-identity') };

/** Whether none of the identities is meant: the library only says so in words. */
function isOfOthers(cause: unknown): boolean {
  // oxlint-disable-next-line dashkeep/syntax -- age-encryption has no class or code for it
  return cause instanceof Error && cause.message.includes('no identity matched');
}

/**
 * @param secrets.isPersonal - whether a person gave one of the identities
 * @throws DK_ENCRYPTION when something is not an age identity
 */
export function openWith(secrets: {
  identities?: readonly string[];
  passphrases?: readonly string[];
  isPersonal?: boolean;
}): Opener {
  const decrypter = new Decrypter();
  for (const identity of secrets.identities ?? []) {
    try {
      decrypter.addIdentity(identity);
    } catch {
      // The library's message could quote it.
      throw new DashkeepError('DK_ENCRYPTION', 'an age identity is not valid: it should start with AGE-SECRET-KEY-1');
    }
  }
  for (const passphrase of secrets.passphrases ?? []) {
    decrypter.addPassphrase(passphrase);
  }
  return {
    async open(sealedBytes, code, what) {
      try {
        const plain = await decrypter.decrypt(sealedBytes);
        return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
      } catch (cause) {
        if (isOfOthers(cause)) {
          throw new DashkeepError(
            'DK_IDENTITY_MISSING',
            `${what} is encrypted, and ${secrets.isPersonal === true ? 'none of the given identities decrypts it' : 'no identity was given'}`,
            { cause, ...(secrets.isPersonal === true ? UNFIT : {}) },
          );
        }
        throw new DashkeepError(code, `${what} is damaged: it cannot be decrypted`, { cause });
      }
    },
  };
}
