import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { parsePublicKeyFile, publicKeyFile, signatureKey, TRUST } from '../layout.ts';
import type { StateStore } from '../../lib/state.ts';
import { readClaims } from './claims.ts';
import type { Signed } from './statement.ts';
import { findingError } from './finding-error.ts';
import { RememberedTarget, type Remembered } from './remembered-target.ts';
import { TrustState, type OwnSigningKey } from './trust-state.ts';

export interface TrustPorts {
  store: ObjectStore;
  clock: Clock;
  log: Log;
  /** Where the signing key and the trusted keys are kept; nothing is signed without it. */
  state?: StateStore;
  /** Fingerprints that are trusted besides those in the state. */
  trustedKeys?: readonly string[];
}

/**
 * Who is believed in a repository:
 * - `pinned`: those whose keys are trusted here, and no one else;
 * - `first-contact`: the repository is signed, and no key is trusted here yet;
 * - `unsigned`: nothing is signed and no key is trusted, as before there were signatures: it can only be read;
 * - `replaced`: this installation remembers another repository at that target: no one, until a person accepts this one.
 */
export type Standing = 'pinned' | 'first-contact' | 'unsigned' | 'replaced';

/**
 * After so long, in milliseconds, an unknown signer has the trusted keys read again: another process may have changed
 * them. The local state is asked more often: a person who trusts a key there sees what it signed immediately.
 */
const REFRESH_AFTER = 60_000;
const ASK_STATE_AFTER = 1_000;

/**
 * The keys that are trusted in one repository: by the local state, by the settings, and by hand-overs from one of
 * those.
 */
export class TrustedKeys {
  readonly repository: string;
  readonly state: TrustState | undefined;
  /** What this installation remembers of the target; undefined where nothing can be kept. */
  readonly target: RememberedTarget | undefined;
  #remembered: Remembered | undefined;
  readonly #ports: TrustPorts;
  #own: OwnSigningKey | undefined;
  #trusted = new Set<string>();
  #distrusted: ReadonlySet<string> = new Set();
  #names: ReadonlySet<string> = new Set();
  #hasSignatures = false;
  #refreshed = -Infinity;
  #askedState = -Infinity;
  /** What the local state said of trusted keys. */
  #pinned: string | undefined;

  constructor(ports: TrustPorts, repository: string) {
    this.#ports = ports;
    this.repository = repository;
    this.state = ports.state && new TrustState(ports.state, repository);
    this.target = ports.state && new RememberedTarget(ports.state, ports.store.description);
  }

  get standing(): Standing {
    if (this.#remembered !== undefined && this.#remembered.repository !== this.repository) {
      return 'replaced';
    }
    if (this.#trusted.size > 0) {
      return 'pinned';
    }
    return this.#hasSignatures ? 'first-contact' : 'unsigned';
  }

  /** Fingerprints, the one that signs here among them. */
  get trusted(): ReadonlySet<string> {
    return this.#trusted;
  }

  /** Whether a person trusts that key no longer. */
  isRemoved(fingerprint: string): boolean {
    return this.#distrusted.has(fingerprint) && !this.#trusted.has(fingerprint);
  }

  /** The key that signs here, if it was made already. */
  get own(): OwnSigningKey | undefined {
    return this.#own;
  }

  /** It signs here from now on. */
  set own(own: OwnSigningKey) {
    this.#own = own;
    this.#trusted.add(own.key.fingerprint);
    this.#hasSignatures ||= own.established;
  }

  /** Whether anybody has signed anything in the repository, as far as was seen. */
  get hasSignatures(): boolean {
    return this.#hasSignatures;
  }

  noteSignatures(): void {
    this.#hasSignatures = true;
  }

  /** Whether the repository had a file of that name under `signatures/trust/` when it was looked at. */
  holds(name: string): boolean {
    return this.#names.has(name);
  }

  /** @throws DK_REPOSITORY_REPLACED where this installation remembers another repository at this target */
  assertRemembered(): void {
    if (this.standing === 'replaced') {
      throw findingError({
        code: 'DK_REPOSITORY_REPLACED',
        params: {
          found: this.repository,
          remembered: this.#remembered?.repository ?? '',
          target: this.#ports.store.description,
        },
      });
    }
  }

  /** Whether a person has accepted another repository at this target since this one was opened. */
  async isOutdated(): Promise<boolean> {
    const repository = (await this.target?.read())?.repository;
    return this.standing === 'replaced' || (repository !== undefined && repository !== this.repository);
  }

  /** Keeps in the state that this repository is at this target, if none is remembered. A failure is only a warning. */
  remember(): Promise<void> {
    return this.#keep((target) => target.remember(this.repository));
  }

  /** Keeps in the state that a snapshot counts that is newer than all before it. A failure is only a warning. */
  noteNewest(id: string): Promise<void> {
    return this.#keep(async (target) => {
      await this.#storeAgain(target);
      await target.noteNewest(id, this.#ports.clock.now());
    });
  }

  /** A state that was deleted and made again, such as a Secret, gets back what this process still knows. */
  async #storeAgain(target: RememberedTarget): Promise<void> {
    const own = this.#own;
    if (own === undefined || this.standing === 'replaced' || (await this.state?.own()) !== undefined) {
      return;
    }
    await this.state?.addOwn(own);
    await target.remember(this.repository);
    const { fingerprint } = own.key;
    this.#ports.log.warn({ fingerprint }, 'the signing key was missing from the state, and is stored there again');
  }

  async #keep(write: (target: RememberedTarget) => Promise<void>): Promise<void> {
    try {
      await (this.target && write(this.target));
    } catch (error) {
      this.#ports.log.warn({ reason: reasonOf(error) }, 'the data about the repository cannot be stored in the state');
    }
  }

  /** What the local state and the settings say. Where the repository was replaced, no key counts. */
  async readState(): Promise<void> {
    this.#trusted = await this.#trustedByState();
  }

  async #trustedByState(): Promise<Set<string>> {
    const [own, pinned, remembered] = await Promise.all([
      this.state?.own(),
      this.state?.trusted(),
      this.target?.read(),
    ]);
    this.#own = own ?? this.#own;
    this.#remembered = remembered;
    const trusted = [
      ...(this.#own === undefined ? [] : [this.#own.key.fingerprint]),
      ...(pinned?.keys ?? []).map(({ fingerprint }) => fingerprint),
      ...(this.#ports.trustedKeys ?? []),
    ];
    this.#distrusted = new Set(pinned?.distrusted);
    this.#pinned = JSON.stringify(pinned);
    return new Set(this.standing === 'replaced' ? [] : trusted);
  }

  /** The same, and what the repository says. */
  async read(calls: Abortable): Promise<void> {
    const [names, trusted] = await Promise.all([this.#listNames(calls), this.#trustedByState()]);
    this.#names = names;
    this.#hasSignatures ||= names.size > 0;
    await this.#followHandOvers(trusted, calls);
    if (this.#own !== undefined && this.standing !== 'replaced') {
      // It may have been made meanwhile.
      trusted.add(this.#own.key.fingerprint);
    }
    // In one step: others go by the keys while this is read.
    this.#trusted = trusted;
  }

  /**
   * Looks again, at most once a minute: another process may have made the first key, trusted a key, or handed over to
   * one.
   * @returns whether it did.
   */
  async refresh(calls: Abortable): Promise<boolean> {
    return this.#ports.clock.monotonic() - this.#refreshed > REFRESH_AFTER
      ? this.#readAgain(calls)
      : this.followState(calls);
  }

  /**
   * Looks again where the local state says something else of trusted keys than before: a person said so.
   * @returns whether it did.
   */
  async followState(calls: Abortable): Promise<boolean> {
    const now = this.#ports.clock.monotonic();
    if (now - this.#askedState <= ASK_STATE_AFTER) {
      return false;
    }
    this.#askedState = now;
    return JSON.stringify(await this.state?.trusted()) !== this.#pinned && (await this.#readAgain(calls));
  }

  async #readAgain(calls: Abortable): Promise<boolean> {
    this.#refreshed = this.#ports.clock.monotonic();
    if (this.#trusted.size === 0) {
      // Costs the repository no request where nothing is trusted, as everywhere at first contact.
      await this.readState();
    }
    const isPinned = this.#trusted.size > 0;
    if (isPinned) {
      await this.read(calls);
    }
    return isPinned;
  }

  /** Trusts a key from now on, on a person's word. @throws DK_REPOSITORY_REPLACED */
  async pin(fingerprint: string, by: string): Promise<void> {
    this.assertRemembered();
    await this.remember();
    await this.state?.trust({ fingerprint, since: this.#ports.clock.now().toISOString(), by });
    this.#trusted.add(fingerprint);
  }

  /**
   * Trusts a key no longer, not even by a hand-over, until a person trusts it again.
   * @throws DK_REPOSITORY_REPLACED; DK_USAGE for the key that signs here, and for one that the settings name
   */
  async unpin(fingerprint: string): Promise<void> {
    this.assertRemembered();
    if (fingerprint === this.#own?.key.fingerprint) {
      throw new DashkeepError('DK_USAGE', `${fingerprint} is the signing key of this machine`, {
        advice: reason('rotate-key-first', { command: 'dashkeep keys --rotate' }),
      });
    }
    if (this.#ports.trustedKeys?.includes(fingerprint) === true) {
      throw new DashkeepError('DK_USAGE', `${fingerprint} is trusted by DASHKEEP_TRUSTED_KEYS`, {
        advice: reason('remove-trusted-key'),
      });
    }
    await this.state?.distrust(fingerprint);
    this.#trusted.delete(fingerprint);
    // What it signed no longer counts, and that is no finding.
    await this.target?.forgetNewest();
  }

  async #listNames({ signal }: Abortable): Promise<Set<string>> {
    const names = new Set<string>();
    for await (const { key } of this.#ports.store.list(TRUST, { signal })) {
      names.add(key);
    }
    return names;
  }

  /** Adds the keys whose public half a trusted key has signed, and so on. */
  async #followHandOvers(trusted: Set<string>, calls: Abortable): Promise<void> {
    const open = new Map<string, Signed[]>();
    for (const name of trusted.size === 0 ? [] : this.#names) {
      const fingerprint = parsePublicKeyFile(name);
      const isOpen = fingerprint !== undefined && !trusted.has(fingerprint) && !this.#distrusted.has(fingerprint);
      if (isOpen && this.#names.has(signatureKey(name))) {
        open.set(fingerprint, await readClaims(this.#ports.store, this.repository, publicKeyFile(fingerprint), calls));
      }
    }
    for (let before = -1; before !== trusted.size;) {
      before = trusted.size;
      for (const [fingerprint, claims] of open) {
        // The name is the fingerprint of the key, so that it says all that the content would.
        if (claims.some(({ signer }) => trusted.has(signer))) {
          trusted.add(fingerprint);
        }
      }
    }
  }
}
