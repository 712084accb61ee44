import type { Buffer } from 'node:buffer';

export interface ObjectInfo {
  key: string;
  size: number;
  /** By the store's own clock. */
  lastModified: Date;
}

export interface PutOptions {
  /** Ask the store to refuse when the key exists (`If-None-Match: *`). Stores may ignore it: never rely on it. */
  ifAbsent?: boolean;
  contentType?: string;
  /** It will be deleted soon (sessions, probes): it gets no object lock. */
  transient?: boolean;
  signal?: AbortSignal;
}

export interface PutResult {
  /** False when `ifAbsent` was asked for and the store said that the key exists. */
  written: boolean;
}

export interface DeleteResult {
  key: string;
  /** The key is gone, but the store said that it keeps the bytes as an earlier version behind a delete marker. */
  hidden?: true;
  /** Absent when the key is gone. `locked`: object lock holds it; `failed`: anything else. */
  problem?: { code: 'locked' | 'denied' | 'failed'; message: string };
}

/** What a store was found to do; `unknown` until it was probed. */
export interface StoreCapabilities {
  conditionalPut: 'enforced' | 'refused' | 'ignored' | 'unknown';
  versioning: boolean | 'unknown';
  objectLock: boolean | 'unknown';
}

/**
 * The narrow port to wherever a repository lives. All keys are relative to the target's prefix, are made of
 * `[A-Za-z0-9._/=%+@-]`, and no key is a folder of another.
 *
 * Contract (tests/storage/conformance.ts):
 * - `put` is atomic: a reader sees the old bytes or the new ones, never a mixture; when it returns, `get` sees the new
 *   ones.
 * - `get` of an absent key throws DashkeepError DK_STORE_NOT_FOUND.
 * - `list` yields every key below the prefix exactly once in ascending byte order, however many there are, or throws.
 * - `deleteMany` of an absent key is a success. What the store keeps as an earlier version is reported as `hidden`.
 * - All methods honour the signal and reject with its reason.
 */
export interface ObjectStore {
  /** For people: `s3://bucket/prefix at https://…` or `file:///dir`. Never a secret. */
  readonly description: string;
  readonly capabilities: StoreCapabilities;
  /** Its clock is that of the machine that uses it, so that comparing them says nothing. */
  readonly localClock?: boolean;
  get(key: string, options?: { signal?: AbortSignal; maxBytes?: number }): Promise<Buffer>;
  put(key: string, body: Buffer, options?: PutOptions): Promise<PutResult>;
  /** Undefined when the key is absent. */
  head(key: string, options?: { signal?: AbortSignal }): Promise<ObjectInfo | undefined>;
  list(prefix: string, options?: { startAfter?: string; signal?: AbortSignal }): AsyncIterable<ObjectInfo>;
  /** Names of the folders directly below a prefix that is empty or ends with a slash, in byte order. */
  folders(prefix: string, options?: { signal?: AbortSignal }): Promise<string[]>;
  deleteMany(keys: readonly string[], options?: { signal?: AbortSignal }): Promise<DeleteResult[]>;
  /** The store's own clock, from an answer it gives. */
  clock(options?: { signal?: AbortSignal }): Promise<Date>;
  close(): Promise<void>;
}
