import * as z from 'zod';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { StateStore } from '../../lib/state.ts';
import { SigningKey } from './signing-key.ts';

/** 32 hex digits, however people group them. @throws DK_USAGE */
export function parseFingerprint(text: string): string {
  const fingerprint = text.replace(/[\s:-]/g, '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(fingerprint)) {
    throw new DashkeepError('DK_USAGE', `'${text.slice(0, 80)}' is not a fingerprint, which has 32 hex digits`, {
      advice: reason('look-up-fingerprint', { command: 'dashkeep keys' }),
    });
  }
  return fingerprint;
}

const OwnKey = z.object({
  format: z.literal(1),
  privateKey: z.string(),
  /** Whether the repository knows the key and what was there before: neither is written a second time. */
  established: z.boolean(),
});

const TrustedKey = z.object({
  fingerprint: z.string().regex(/^[0-9a-f]{32}$/),
  since: z.iso.datetime(),
  /** On whose word. */
  by: z.string(),
});
export type TrustedKey = z.infer<typeof TrustedKey>;
const TrustedKeys = z.object({
  format: z.literal(1),
  keys: z.array(TrustedKey),
  /** Fingerprints that a person trusts no longer: no hand-over brings them back. */
  distrusted: z.array(z.string()).default([]),
});

/** The key of this state for a repository. */
export interface OwnSigningKey {
  key: SigningKey;
  established: boolean;
}

/** What the local state keeps for one repository: the key that signs here, and the keys that are trusted. */
export class TrustState {
  /** With all else that this installation remembers. */
  readonly store: StateStore;
  readonly #repository: string;

  constructor(state: StateStore, repository: string) {
    this.store = state;
    this.#repository = repository;
  }

  /**
   * @throws DK_SETTINGS when there is one that cannot be read: a new one in its place would make all snapshots foreign.
   */
  async own(): Promise<OwnSigningKey | undefined> {
    const bytes = await this.store.get(this.#ownName);
    return bytes && this.#parseOwn(bytes);
  }

  /** The entry of the own key as it is stored; under its name, another installation signs with the same key. */
  async ownEntry(): Promise<{ name: string; bytes: Buffer } | undefined> {
    const bytes = await this.store.get(this.#ownName);
    return bytes && { name: this.#ownName, bytes };
  }

  /** Stores a key unless another process was quicker. @returns the one that is there. */
  async addOwn(own: OwnSigningKey): Promise<OwnSigningKey> {
    return this.#parseOwn(await this.store.add(this.#ownName, ownBytes(own)));
  }

  setOwn(own: OwnSigningKey): Promise<void> {
    return this.store.set(this.#ownName, ownBytes(own));
  }

  /** The keys that a person trusts, and the fingerprints of those that a person trusts no longer. */
  async trusted(): Promise<{ keys: TrustedKey[]; distrusted: string[] }> {
    const bytes = await this.store.get(this.#trustedName);
    if (bytes === undefined) {
      return { keys: [], distrusted: [] };
    }
    try {
      const { keys, distrusted } = TrustedKeys.parse(JSON.parse(bytes.toString('utf8')));
      return { keys, distrusted };
    } catch {
      throw this.#damaged(this.#trustedName);
    }
  }

  async trust(added: TrustedKey): Promise<void> {
    const { keys, distrusted } = await this.#without(added.fingerprint);
    await this.#setTrusted([...keys, added], distrusted);
  }

  /** Trusts a key no longer, also one that is not trusted now: a hand-over to it may be hidden. */
  async distrust(removed: string): Promise<void> {
    const { keys, distrusted } = await this.#without(removed);
    await this.#setTrusted(keys, [...distrusted, removed]);
  }

  async #without(fingerprint: string): Promise<{ keys: TrustedKey[]; distrusted: string[] }> {
    const { keys, distrusted } = await this.trusted();
    return {
      keys: keys.filter((key) => key.fingerprint !== fingerprint),
      distrusted: distrusted.filter((one) => one !== fingerprint),
    };
  }

  /** Which part of the data a verification reads next, as `verify` keeps it. */
  readTurn(): Promise<Buffer | undefined> {
    return this.store.get(`verified-${this.#repository}`);
  }

  setReadTurn(turn: Buffer): Promise<void> {
    return this.store.set(`verified-${this.#repository}`, turn);
  }

  /** What the last verification found damaged, as `verify` keeps it. */
  damage(): Promise<Buffer | undefined> {
    return this.store.get(`damaged-${this.#repository}`);
  }

  setDamage(damage: Buffer): Promise<void> {
    return this.store.set(`damaged-${this.#repository}`, damage);
  }

  /** The restores that did not finish, as `rememberRestore` keeps them. */
  unfinished(): Promise<Buffer | undefined> {
    return this.store.get(this.#unfinishedName);
  }

  updateUnfinished(change: (there: Buffer | undefined) => Buffer | undefined): Promise<void> {
    return this.store.update(this.#unfinishedName, change);
  }

  get #unfinishedName(): string {
    return `unfinished-${this.#repository}`;
  }

  get #ownName(): string {
    return `signing-${this.#repository}`;
  }

  get #trustedName(): string {
    return `trusted-${this.#repository}`;
  }

  #setTrusted(keys: TrustedKey[], distrusted: string[]): Promise<void> {
    return this.store.set(this.#trustedName, Buffer.from(JSON.stringify({ format: 1, keys, distrusted })));
  }

  #parseOwn(bytes: Buffer): OwnSigningKey {
    try {
      const { privateKey, established } = OwnKey.parse(JSON.parse(bytes.toString('utf8')));
      return { key: SigningKey.fromPem(privateKey), established };
    } catch {
      // The message of what failed could show the key.
      throw this.#damaged(this.#ownName);
    }
  }

  #damaged(name: string): DashkeepError {
    return new DashkeepError('DK_SETTINGS', `the entry ${name} of the local state is damaged`, {
      advice: reason('restore-key-entry'),
    });
  }
}

function ownBytes({ key, established }: OwnSigningKey): Buffer {
  return Buffer.from(JSON.stringify({ format: 1, privateKey: key.toPem(), established }));
}
