import { append } from '../../lib/append.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { lockOf } from '../../storage/lock.ts';
import type { DeleteResult } from '../../storage/store.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import type { Repository } from '../repository.ts';
import type { CurrentSession } from '../sessions/current.ts';

const DELETE_BATCH = 1000;
const QUESTIONS_AT_ONCE = 16;

/** What became of what a prune removed. No object counts twice. */
export interface Removal {
  /** Objects that the store keeps no longer. */
  removed: number;
  removedBytes: number;
  /** Objects out of the repository which the bucket keeps as earlier versions, until a lifecycle rule removes them. */
  hidden: number;
  hiddenBytes: number;
  /** Held by object lock, in the repository or as an earlier version; they stay until their retention ends. */
  locked: number;
  lockedBytes: number;
  /** Could not be removed for another reason; a later prune tries again. */
  failed: { key: string; reason: string }[];
}

/** Removes under the session of a prune, and keeps count of what really went. */
export class Remover {
  readonly result: Removal = {
    removed: 0,
    removedBytes: 0,
    hidden: 0,
    hiddenBytes: 0,
    locked: 0,
    lockedBytes: 0,
    failed: [],
  };
  readonly #repository: Repository;
  readonly #session: CurrentSession;
  readonly #signal: AbortSignal | undefined;

  constructor(repository: Repository, session: CurrentSession, signal?: AbortSignal) {
    this.#repository = repository;
    this.#session = session;
    this.#signal = signal;
  }

  /** Returns the keys that are no longer in the repository. */
  async removeObjects(objects: readonly { key: string; size: number }[], now: Date): Promise<string[]> {
    const { result } = this;
    const sizes = new Map(objects.map(({ key, size }) => [key, size]));
    const gone: string[] = [];
    for (const keys of batches([...sizes.keys()])) {
      // A bucket with object lock takes every deletion and only hides what is held: that is to be asked before.
      const held = await this.#held(keys, now);
      for (const { key, hidden } of await this.#delete(keys, sizes)) {
        const size = sizes.get(key) ?? 0;
        gone.push(key);
        // Only as a version can it be held, even where the store cannot tell how it keeps those.
        if (held.has(key)) {
          result.locked++;
          result.lockedBytes += size;
        } else if (hidden === true) {
          result.hidden++;
          result.hiddenBytes += size;
        } else {
          result.removed++;
          result.removedBytes += size;
        }
      }
    }
    return gone;
  }

  /** Records and left-overs, whose size is of no account. Returns the keys that are no longer in the repository. */
  async remove(keys: readonly string[]): Promise<string[]> {
    const gone: string[] = [];
    for (const batch of batches(keys)) {
      append(
        gone,
        (await this.#delete(batch)).map(({ key }) => key),
      );
    }
    return gone;
  }

  async #delete(keys: readonly string[], sizes?: ReadonlyMap<string, number>): Promise<DeleteResult[]> {
    this.#signal?.throwIfAborted();
    this.#session.assertAlive();
    await this.#repository.sessions.giveWay(this.#session.id, this.#signal);
    const results = await this.#repository.store.deleteMany(keys, { signal: this.#signal });
    for (const { key, problem } of results) {
      if (problem?.code === 'locked') {
        this.result.locked++;
        this.result.lockedBytes += sizes?.get(key) ?? 0;
      } else if (problem !== undefined) {
        this.result.failed.push({ key, reason: problem.message });
      }
    }
    return results.filter(({ problem }) => problem === undefined);
  }

  /** Those that object lock holds now, as far as this process asks for locks and may ask for theirs. */
  async #held(keys: readonly string[], now: Date): Promise<Set<string>> {
    const held = new Set<string>();
    const lock = lockOf(this.#repository.store);
    if (lock !== undefined) {
      await forEachConcurrently(
        QUESTIONS_AT_ONCE,
        keys,
        async (key) => {
          const until = await lock.heldUntil(key, { signal: this.#signal }).catch(unlessUnknown);
          if (until !== undefined && until > now) {
            held.add(key);
          }
        },
        this.#signal,
      );
    }
    return held;
  }
}

function unlessUnknown(error: unknown): undefined {
  if (!(error instanceof DashkeepError) || !['DK_STORE_NOT_FOUND', 'DK_STORE_DENIED'].includes(error.code)) {
    throw error;
  }
}

function* batches(keys: readonly string[]): Generator<string[]> {
  for (let at = 0; at < keys.length; at += DELETE_BATCH) {
    yield keys.slice(at, at + DELETE_BATCH);
  }
}
