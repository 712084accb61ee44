import { DashkeepError } from '../../contract/errors.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { Randomness } from '../../contract/ports.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { canonicalJson, type Json } from '../../lib/json/json.ts';
import { newTimedId } from '../layout.ts';
import { listSnapshots, readManifest, type StoredManifest, type UnsealedManifest } from './manifests.ts';
import type { Repository } from '../repository.ts';
import { ifReadable } from '../verify/problems.ts';

const OBJECTS_AT_ONCE = 8;

export interface CopyResult {
  /** Ids of snapshots that are now in both. */
  copied: string[];
  /** Were there already: a trusted key has signed them there, or their content is the same. */
  present: string[];
  /** Their names are taken there by something else, which is left alone. */
  different: string[];
  /** Stayed behind: no trusted key has signed them, and the copy would be signed. */
  foreign: string[];
  objects: number;
}

/**
 * Copies snapshots into another repository, oldest first, under their ids: to encrypt what was plain, to leave a
 * recipient behind for good, or to move house. Content is checked on the way; a snapshot that is not whole stops it.
 * Running it again goes on where it stopped.
 */
export async function copyRepository(
  from: Repository,
  to: Repository,
  options: { randomness: Randomness; progress?: (snapshot: string) => void; signal?: AbortSignal },
): Promise<CopyResult> {
  const { signal } = options;
  const there = new Map((await listSnapshots(to.store, { signal })).map((key) => [key.id, key]));
  const result: CopyResult = { copied: [], present: [], different: [], foreign: [], objects: 0 };
  /** Old id → id in the other repository. */
  const ids = new Map<string, string>();
  const id = newTimedId(to.clock.now(), options.randomness);
  const session = await to.openSession({ id, kind: 'backup' }, { signal });
  try {
    for (const key of await listSnapshots(from.store, { signal })) {
      const taken = there.get(key.id);
      const copy = taken && (await ifReadable(readManifest(to, taken, { signal }), () => undefined));
      if (copy !== undefined && to.trust.counts(copy.author)) {
        result.present.push(key.id);
        continue;
      }
      const { manifest, author, encrypted } = await readManifest(from, key, { signal });
      if (!from.trust.counts(author)) {
        result.foreign.push(key.id);
        continue;
      }
      assertKnown(manifest);
      const copyObject = async (old: string): Promise<void> => {
        const text = await from.objects.read(old, encrypted, { signal });
        const fresh = to.objectId(text);
        ids.set(old, fresh);
        const { written } = await to.putObject(fresh, text, { signal });
        result.objects += written ? 1 : 0;
      };
      const unknown = new Set(manifest.resources.map(({ object }) => object).filter((object) => !ids.has(object)));
      await forEachConcurrently(OBJECTS_AT_ONCE, unknown, copyObject, signal);
      const { format: _format, entriesHash: _hash, ...rest } = manifest;
      const resources = rest.resources.map((entry) => ({ ...entry, object: ids.get(entry.object) ?? entry.object }));
      for (const missing of await to.missingObjects(new Set(resources.map(({ object }) => object)), { signal })) {
        const old = [...ids].find(([, fresh]) => fresh === missing)?.[0];
        if (old !== undefined) {
          await copyObject(old);
        }
      }
      if (taken !== undefined) {
        (isCopy(copy, { ...rest, resources }) ? result.present : result.different).push(key.id);
        continue;
      }
      await to.publish({ ...rest, resources }, { signal });
      result.copied.push(key.id);
      options.progress?.(key.id);
    }
    return result;
  } finally {
    await session.end();
  }
}

/** A copy would lack what this version does not know. @throws DK_MANIFEST_NEWER */
function assertKnown({ id, newer }: Manifest): void {
  if (newer !== undefined) {
    const kinds = [...new Set(newer.map(({ kind }) => kind))].join(', ');
    throw new DashkeepError(
      'DK_MANIFEST_NEWER',
      `snapshot ${id} contains kinds that this version does not know, and would copy without them: ${kinds}`,
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
