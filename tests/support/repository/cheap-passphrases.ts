import { Encrypter } from 'age-encryption';
import { afterAll, beforeAll, vi } from 'vitest';
import { depth } from '../budget.ts';

/** Of scrypt, as a power of two. The usual 18 takes a second and 256 MB. */
const WORK_FACTOR = 8;

/** Passphrases of this file's tests cost little to try. With depth they cost as much as they do in use. */
export function cheapPassphrases(evenWithDepth = false): void {
  if (depth() === 'all' && !evenWithDepth) {
    return;
  }
  beforeAll(() => {
    const { setPassphrase } = Encrypter.prototype;
    vi.spyOn(Encrypter.prototype, 'setPassphrase').mockImplementation(function (this: Encrypter, passphrase) {
      setPassphrase.call(this, passphrase);
      this.setScryptWorkFactor(WORK_FACTOR);
    });
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });
}
