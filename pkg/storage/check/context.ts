import { DashkeepError } from '../../contract/errors.ts';
import type { Clock, Randomness } from '../../contract/ports.ts';
import type { Reason } from '../../contract/reasons/reason.ts';
import { PermissionDenied } from '../errors.ts';
import { probeOf, type StoreProbe } from '../probe.ts';
import type { ObjectStore } from '../store.ts';

/** The folder of checks. It is not part of the repository, which leaves it alone. */
export const PROBE = 'probe/';

export interface CheckOptions {
  clock: Clock;
  random: Randomness;
  signal?: AbortSignal;
}

/** The result of a step that did not throw. */
export interface Finding {
  status?: 'ok' | 'warning' | 'skipped';
  found: Reason;
  hint?: Reason;
  permission?: string;
}

/** Shared by the steps of one check: the store, and a separate folder in it, which is emptied at the end. */
export class CheckContext {
  readonly store: ObjectStore;
  readonly probe: StoreProbe | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly folder: string;
  readonly #left = new Set<string>();

  constructor(store: ObjectStore, options: CheckOptions) {
    this.store = store;
    this.probe = probeOf(store);
    this.clock = options.clock;
    this.signal = options.signal;
    this.folder = `${PROBE}${options.random.hex(8)}/`;
  }

  key(name: string): string {
    return this.folder + name;
  }

  get(name: string): Promise<Buffer> {
    return this.store.get(this.key(name), { maxBytes: 10_000, signal: this.signal });
  }

  async put(name: string, body: Buffer): Promise<void> {
    this.#left.add(this.key(name));
    await this.store.put(this.key(name), body, {
      contentType: 'application/json',
      transient: true,
      signal: this.signal,
    });
  }

  async putIfAbsent(name: string, body: Buffer): Promise<'written' | 'exists' | 'refused'> {
    const { signal } = this;
    this.#left.add(this.key(name));
    if (this.probe !== undefined) {
      return this.probe.putIfAbsent(this.key(name), body, signal);
    }
    const { written } = await this.store.put(this.key(name), body, { ifAbsent: true, transient: true, signal });
    return written ? 'written' : 'exists';
  }

  /** It is known to be gone. */
  forget(name: string): void {
    this.#left.delete(this.key(name));
  }

  /** @throws DK_STORE_FAILED with that message unless the condition holds. */
  expect(condition: boolean, otherwise: string): void {
    if (!condition) {
      throw new DashkeepError('DK_STORE_FAILED', otherwise);
    }
  }

  /** Also after an abort, and without a word when it fails: the steps have said what there is to say. */
  async cleanUp(): Promise<void> {
    if (this.#left.size > 0) {
      await this.store.deleteMany([...this.#left]).catch(() => undefined);
    }
  }
}

/** The IAM action that is missing, where an error is about one. */
export function permissionOf(error: DashkeepError): string | undefined {
  return error instanceof PermissionDenied ? error.permission : undefined;
}
