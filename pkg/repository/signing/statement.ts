import { createHash } from 'node:crypto';
import { compact } from '../../contract/compact.ts';
import { fingerprintOf, hasSigned, type SigningKey } from './signing-key.ts';

/** What a signature says: which file of which repository holds which bytes. */
export interface Statement {
  /** The repository's id. */
  repository: string;
  /** The key of the file in the repository. */
  file: string;
  /** Of the file as stored, in hex. */
  sha256: string;
  /**
   * Of what age gives back, in hex; only of an encrypted file. It holds when somebody encrypts the same content for
   * other recipients, which needs no key that signs.
   */
  content?: string;
}

/** A statement that a key has signed. */
export interface Signed extends Statement {
  /** Fingerprint of the key. */
  signer: string;
  /** The statement as it is stored. */
  text: string;
}

/** A file of several signers has the newest signer's statement first; more than these nobody writes. */
export const STATEMENTS_READ = 8;
const STATEMENT =
  /dashkeep signature 1\nrepository ([0-9a-f]{32})\nfile ([!-~]{1,200})\nsha256 ([0-9a-f]{64})\n(?:content ([0-9a-f]{64})\n)?key ([A-Za-z0-9+/]{59}=)\nsignature ([A-Za-z0-9+/]{86}==)\n/y;

/** The text of a signature: the statement in lines, the public key, and the signature over all lines before its own. */
export function signStatement({ repository, file, sha256, content }: Statement, key: SigningKey): string {
  const lines = [
    'dashkeep signature 1',
    `repository ${repository}`,
    `file ${file}`,
    `sha256 ${sha256}`,
    ...(content === undefined ? [] : [`content ${content}`]),
    `key ${key.publicKey}`,
  ];
  const text = `${lines.join('\n')}\n`;
  return `${text}signature ${key.sign(text)}\n`;
}

/**
 * The statements in a text whose signatures are right, anyone who made them. What is anything else ends the reading.
 */
export function readStatements(text: string): Signed[] {
  const found: Signed[] = [];
  const pattern = new RegExp(STATEMENT);
  for (let count = 0; count < STATEMENTS_READ; count++) {
    const start = pattern.lastIndex;
    const [, repository = '', file = '', sha256 = '', content, publicKey = '', signature = ''] =
      pattern.exec(text) ?? [];
    if (repository === '') {
      break;
    }
    const whole = text.slice(start, pattern.lastIndex);
    if (hasSigned(publicKey, whole.replace(/signature [^\n]+\n$/, ''), signature)) {
      const statement = compact({ repository, file, sha256, content });
      found.push({ ...statement, signer: fingerprintOf(publicKey), text: whole });
    }
  }
  return found;
}

/** Whether a text starts with a whole statement, even if its signature is wrong: it is not cut off or garbled. */
export function startsWithStatement(text: string): boolean {
  return new RegExp(STATEMENT).test(text);
}

/** @returns the SHA-256 in lower-case hex */
export function sha256Of(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
