import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { publicKeyFile, signatureKey } from '../layout.ts';
import { cutOver, registerKey } from './register-key.ts';
import { publicPem, SigningKey } from './signing-key.ts';
import { sha256Of, signStatement } from './statement.ts';
import type { TrustedKeys, TrustPorts } from './trusted-keys.ts';
import { putWhole } from '../objects/put-whole.ts';

/** Signs what this process writes into one repository. */
export class Signing {
  readonly #ports: TrustPorts;
  readonly #keys: TrustedKeys;
  readonly #listed: () => void;
  #signer: Promise<SigningKey | undefined> | undefined;
  /** Fingerprint of the key that it resolved to. */
  #signedWith: string | undefined;

  /** @param listed - called when there is a new list of what was there before anything was signed */
  constructor(ports: TrustPorts, keys: TrustedKeys, listed: () => void) {
    this.#ports = ports;
    this.#keys = keys;
    this.#listed = listed;
  }

  get repository(): string {
    return this.#keys.repository;
  }

  /**
   * The key that signs here, made at the first need.
   * @returns undefined where nothing can be kept: what is written then is not signed.
   */
  signer(calls: Abortable = {}): Promise<SigningKey | undefined> {
    if (this.#signedWith !== this.#keys.own?.key.fingerprint && this.#signedWith !== undefined) {
      this.#signedWith = undefined;
      this.#signer = undefined;
    }
    return (this.#signer ??= this.#makeSigner(calls).catch((error: unknown) => {
      this.#signer = undefined;
      throw error;
    }));
  }

  async #makeSigner({ signal }: Abortable): Promise<SigningKey | undefined> {
    const { state } = this.#keys;
    const { log } = this.#ports;
    const isFirst = !this.#keys.hasSignatures;
    this.#keys.assertRemembered();
    if (state === undefined) {
      return undefined;
    }
    let own = this.#keys.own;
    try {
      own ??= await state.addOwn({ key: SigningKey.make(), established: false });
    } catch (error) {
      signal?.throwIfAborted();
      log.warn(
        { reason: reasonOf(error) },
        'no signing key can be stored here, so new snapshots are not signed: they cannot be distinguished from forgeries',
      );
      return undefined;
    }
    if (!own.established) {
      await registerKey(this, { ...this.#ports, state, signal, trusted: this.#keys.trusted }, own.key, isFirst);
      own = { ...own, established: true };
      log.info({ fingerprint: own.key.fingerprint }, 'this machine signs snapshots of this repository with this key');
    }
    this.#keys.own = own;
    await this.#keys.remember();
    this.#signedWith = own.key.fingerprint;
    return own.key;
  }

  /** Signs with the key in the state from now on, if another process has replaced it there. */
  async followOwnKey(): Promise<void> {
    const { own: before, state } = this.#keys;
    const now = await state?.own().catch((error: unknown) => {
      this.#ports.log.warn({ reason: reasonOf(error) }, 'the signing key cannot be read; the one in use stays');
      return undefined;
    });
    if (before === undefined || now === undefined || now.key.fingerprint === before.key.fingerprint) {
      return;
    }
    this.#keys.own = now;
    const { fingerprint } = now.key;
    this.#ports.log.info(
      { fingerprint, before: before.key.fingerprint },
      'this machine signs with a new key from now on',
    );
  }

  /** Puts the public half of its key into the repository again, because it may be gone. */
  async publishAgain(calls: Abortable): Promise<void> {
    const { own } = this.#keys;
    if (own?.established === true) {
      await this.put(publicKeyFile(own.key.fingerprint), publicPem(own.key.publicKey), calls);
    }
  }

  /** The text of a signature; undefined when this process signs nothing. */
  async statement(
    file: string,
    bytes: Buffer | string,
    content?: Buffer,
    calls: Abortable = {},
  ): Promise<string | undefined> {
    const key = await this.signer(calls);
    if (key === undefined) {
      return undefined;
    }
    const inner = content === undefined ? {} : { content: sha256Of(content) };
    return signStatement({ repository: this.repository, file, sha256: sha256Of(bytes), ...inner }, key);
  }

  /**
   * Puts the signature of a file that is to be put next.
   * @param content - what is inside an encrypted one
   * @returns the fingerprint of the key; undefined when it is not signed.
   */
  async sign(file: string, bytes: Buffer, content?: Buffer, calls: Abortable = {}): Promise<string | undefined> {
    const text = await this.statement(file, bytes, content, calls);
    if (text === undefined) {
      return undefined;
    }
    await this.put(signatureKey(file), text, calls);
    return this.#keys.own?.key.fingerprint;
  }

  /** Puts a text and reads it back. @throws DK_STORE_FAILED */
  put(key: string, text: string, { signal }: Abortable): Promise<void> {
    return putWhole(this.#ports.store, key, Buffer.from(text), { contentType: 'text/plain', signal });
  }

  /**
   * Makes a new key that signs here from now on. The one before hands over to it, so that anyone who trusts that trusts
   * this.
   * @throws DK_SETTINGS where no key can be kept
   */
  async rotate(calls: Abortable = {}): Promise<void> {
    const before = await this.#signerOrThrow(calls);
    const key = SigningKey.make();
    const file = publicKeyFile(key.fingerprint);
    const pem = publicPem(key.publicKey);
    // Known to all before anything is signed with it.
    const statement = { repository: this.repository, file, sha256: sha256Of(pem) };
    await this.put(signatureKey(file), signStatement(statement, before), calls);
    await this.put(file, pem, calls);
    await this.#keys.pin(before.fingerprint, `the key before ${key.fingerprint}`);
    await this.#keys.state?.setOwn({ key, established: true });
    this.#keys.own = { key, established: true };
    this.#signer = Promise.resolve(key);
    this.#signedWith = key.fingerprint;
  }

  /**
   * Trusts the snapshots that are there now and that nobody signed, on a person's word.
   * @throws DK_SETTINGS where no key can be kept; DK_SNAPSHOT_FOREIGN for what was listed before and has changed since
   */
  async trustUnsigned(calls: Abortable = {}): Promise<void> {
    const { store, log } = this.#ports;
    const signer = await this.#signerOrThrow(calls);
    await cutOver(this, { store, log, trusted: this.#keys.trusted, ...calls }, signer);
    this.#listed();
  }

  async #signerOrThrow(calls: Abortable): Promise<SigningKey> {
    const key = await this.signer(calls);
    if (key === undefined) {
      throw new DashkeepError('DK_SETTINGS', 'there is no place to store a signing key', {
        advice: reason('set-state-directory'),
      });
    }
    return key;
  }
}
