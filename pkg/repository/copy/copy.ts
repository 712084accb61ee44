import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { Randomness } from '../../contract/ports.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { canonicalJson, type Json } from '../../lib/json/json.ts';
import { hasCode } from '../../lib/expected-errors.ts';
import { newTimedId } from '../layout.ts';
import { listSnapshots, readManifest, type StoredManifest, type UnsealedManifest } from '../snapshots/manifests.ts';
import type { TimedKey } from '../snapshots/newest-keys.ts';
import type { Repository } from '../repository.ts';
import type { CopySelection } from './selection.ts';
import { ifReadable } from '../verify/problems.ts';

const OBJECTS_AT_ONCE = 8;

export interface CopyResult {
  /** Ids of snapshots that are now in both. */
  copied: string[];
  /** Were there already: a trusted key has signed them there, or their content is the same. */
  present: string[];
  /** The copy has different files with these names, which are left alone. */
  different: string[];
  /** Not copied: no trusted key signed them, and the copy would be signed. */
  foreign: string[];
  /** Not copied: they are damaged. Empty if damage ends the copy. */
  damaged: string[];
  /** Not copied: this version does not know all that they contain. Empty if that ends the copy. */
  newer: string[];
  objects: number;
}

export interface CopyOptions extends Abortable {
  randomness: Randomness;
  progress?: (done: number, total: number) => void;
  /** All by default. */
  selection?: CopySelection | undefined;
  /** Called with each damaged or newer snapshot, which is then left out; by default, it ends the copy. */
  onDamaged?: (id: string, error: DashkeepError) => void;
}

/**
 * Copies snapshots into another repository, oldest first, under their ids: to keep a second copy, to encrypt what was
 * plain, to drop a recipient for good, or to move the repository. Content is checked on the way. Running it again
 * continues where it stopped.
 */
export async function copyRepository(from: Repository, to: Repository, options: CopyOptions): Promise<CopyResult> {
  const { signal, selection, progress, onDamaged } = options;
  const there = new Map((await listSnapshots(to.store, { signal })).map((key) => [key.id, key]));
  const result: CopyResult = {
    copied: [],
    present: [],
    different: [],
    foreign: [],
    damaged: [],
    newer: [],
    objects: 0,
  };
  const copy = new Copy(from, to, result, { signal });
  const id = newTimedId(to.clock.now(), options.randomness);
  const session = await to.openSession({ id, kind: 'backup' }, { signal });
  try {
    await to.trust.keys.target?.noteCopy();
    const keys = (await listSnapshots(from.store, { signal })).filter((key) => selection?.wanted.has(key.id) ?? true);
    for (const [done, key] of keys.entries()) {
      progress?.(done, keys.length);
      try {
        const isSettled = selection?.settled.has(key.id) === true && there.has(key.id);
        result[isSettled ? 'present' : await copy.snapshot(key, there.get(key.id))].push(key.id);
      } catch (error) {
        if (onDamaged === undefined || !isNotWhole(error)) {
          throw error;
        }
        result[error.code === 'DK_MANIFEST_NEWER' ? 'newer' : 'damaged'].push(key.id);
        onDamaged(key.id, error);
      }
    }
    progress?.(keys.length, keys.length);
    return result;
  } finally {
    await session.end();
  }
}

/**
 * Reads the newest snapshot that is not damaged, and one of its objects: nothing is created for a copy of what cannot
 * be read.
 * @throws what reading the source throws
 */
export async function assertReadable(from: Repository, { signal }: Abortable): Promise<void> {
  const calls = compact({ signal });
  let damage: unknown;
  for (const key of (await listSnapshots(from.store, calls)).toReversed()) {
    try {
      const { manifest, encrypted } = await readManifest(from, key, calls);
      const [entry] = manifest.resources;
      if (entry !== undefined) {
        await from.objects.read(entry.object, encrypted, calls);
      }
      return;
    } catch (error) {
      if (!isNotWhole(error)) {
        throw error;
      }
      damage ??= error;
    }
  }
  if (damage !== undefined) {
    throw damage;
  }
}

const isNotWhole = hasCode(
  'DK_MANIFEST_DAMAGED',
  'DK_MANIFEST_NEWER',
  'DK_NOT_FOUND',
  'DK_OBJECT_DAMAGED',
  'DK_OBJECT_MISSING',
);

class Copy {
  readonly #from: Repository;
  readonly #to: Repository;
  readonly #result: CopyResult;
  readonly #calls: Abortable;
  /** Old id → id in the other repository. */
  readonly #ids = new Map<string, string>();

  constructor(from: Repository, to: Repository, result: CopyResult, calls: Abortable) {
    this.#from = from;
    this.#to = to;
    this.#result = result;
    this.#calls = calls;
  }

  /** @param taken - what has its name in the other repository */
  async snapshot(key: TimedKey, taken: TimedKey | undefined): Promise<'copied' | 'present' | 'different' | 'foreign'> {
    const [from, to, ids, calls] = [this.#from, this.#to, this.#ids, this.#calls];
    const copy = taken && (await ifReadable(readManifest(to, taken, calls), () => undefined));
    if (copy !== undefined && to.trust.counts(copy.author)) {
      return 'present';
    }
    const { manifest, author, encrypted } = await readManifest(from, key, calls);
    if (!from.trust.counts(author)) {
      return 'foreign';
    }
    assertKnown(manifest);
    const unknown = new Set(manifest.resources.map(({ object }) => object).filter((object) => !ids.has(object)));
    await forEachConcurrently(OBJECTS_AT_ONCE, unknown, (old) => this.#object(old, encrypted), calls.signal);
    const { format: _format, entriesHash: _hash, ...rest } = manifest;
    const resources = rest.resources.map((entry) => ({ ...entry, object: ids.get(entry.object) ?? entry.object }));
    for (const missing of await to.missingObjects(new Set(resources.map(({ object }) => object)), calls)) {
      const old = [...ids].find(([, fresh]) => fresh === missing)?.[0];
      if (old !== undefined) {
        await this.#object(old, encrypted);
      }
    }
    if (taken !== undefined) {
      return isCopy(copy, { ...rest, resources }) ? 'present' : 'different';
    }
    await to.publish({ ...rest, resources }, calls);
    return 'copied';
  }

  async #object(old: string, encrypted: boolean): Promise<void> {
    const text = await this.#from.objects.read(old, encrypted, this.#calls);
    const fresh = this.#to.objectId(text);
    this.#ids.set(old, fresh);
    const { written } = await this.#to.putObject(fresh, text, this.#calls);
    this.#result.objects += written ? 1 : 0;
  }
}

/** A copy would lack what this version does not know. @throws DK_MANIFEST_NEWER */
function assertKnown({ id, newer }: Manifest): void {
  if (newer !== undefined) {
    const kinds = [...new Set(newer.map(({ kind }) => kind))].join(', ');
    throw new DashkeepError(
      'DK_MANIFEST_NEWER',
      `snapshot ${id} contains kinds that this version does not know, so a copy would lack them: ${kinds}`,
    );
  }
}

/** Whether a manifest that no trusted key signed says the same as the one that would be written. */
function isCopy(stored: StoredManifest | undefined, unsealed: UnsealedManifest): boolean {
  if (stored === undefined) {
    return false;
  }
  const { format: _format, entriesHash: _hash, ...rest } = stored.manifest;
  return canonicalJson(rest as unknown as Json) === canonicalJson(unsealed as unknown as Json);
}
