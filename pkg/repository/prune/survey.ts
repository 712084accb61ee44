import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { agreedTime } from '../clocks.ts';
import { neededByHolds } from '../holds/copies.ts';
import { foreignName, objectKey, parseHoldKey, parseSnapshotKey, printable, SNAPSHOTS, timeOfId } from '../layout.ts';
import { eachSnapshot, readNeeds } from '../snapshots/manifests.ts';
import type { TimedKey } from '../snapshots/newest-keys.ts';
import type { Author } from '../signing/trust.ts';
import { walkObjects, type ListedObject } from '../objects/listing.ts';
import type { Repository } from '../repository.ts';

/** Younger objects are left alone: a backup may be about to publish them. */
const GRACE = 48 * 3_600_000;

/** What is in the store, seen in the order that makes it safe: objects first, then the manifests that need them. */
export interface Survey {
  objects: number;
  bytes: number;
  /** Ids of all snapshots, and of those on hold whose manifests are gone. */
  snapshots: Set<string>;
  /** No manifest needs them, and they are older than the grace by the store's clock. By key. */
  unneeded: Map<string, ListedObject>;
  /** Objects that no manifest needs, but which are young. */
  young: number;
  /** The store's clock. */
  now: Date;
}

/** By id, and no more of each than it takes: until the manifests are read these are all objects that there are. */
type Candidates = Map<string, { encrypted: boolean; size: number; time: number }>;

/**
 * @param options.log - takes the warning of a clock that is off by more than a minute
 * @throws DK_PRUNE_UNSAFE, DK_CLOCK_SKEW when anything leaves doubt: unreadable is not unreferenced.
 */
export async function survey(repository: Repository, { signal, log }: Abortable & { log: Log }): Promise<Survey> {
  const { store, clock } = repository;
  const foreign = await foreignName(store, signal);
  if (foreign !== undefined) {
    throw new DashkeepError(
      'DK_PRUNE_UNSAFE',
      `the prefix contains '${printable(foreign)}', which Dashkeep did not write`,
    );
  }
  const now = await agreedTime({ store, clock, log }, { signal });
  const candidates: Candidates = new Map();
  let objects = 0;
  let bytes = 0;
  await walkObjects(
    store,
    (object) => {
      objects++;
      bytes += object.size;
      const { id, encrypted, size } = object;
      candidates.set(Buffer.from(id).toString(), { encrypted, size, time: object.lastModified.getTime() });
    },
    { signal },
  );
  const snapshots = await crossOffNeeded(repository, candidates, signal);

  const unneeded = new Map<string, ListedObject>();
  let young = 0;
  for (const [id, { encrypted, size, time }] of candidates) {
    if (now.getTime() - time >= GRACE) {
      const key = objectKey(id, encrypted);
      unneeded.set(key, { id, key, encrypted, size, lastModified: new Date(time) });
    } else {
      young++;
    }
  }
  return { objects, bytes, snapshots, unneeded, young, now };
}

/** Reads every manifest there is and removes what it needs from the candidates. Returns the ids of the snapshots. */
async function crossOffNeeded(
  repository: Repository,
  candidates: Candidates,
  signal?: AbortSignal,
): Promise<Set<string>> {
  const { store } = repository;
  const findIt = reason('find-unreadable', { command: 'dashkeep verify' });
  const manifests = [];
  for await (const { key, size, lastModified } of store.list(SNAPSHOTS, { signal })) {
    const named = parseSnapshotKey(key);
    if (named === undefined && parseHoldKey(key) !== undefined) {
      continue;
    }
    if (named === undefined) {
      throw new DashkeepError('DK_PRUNE_UNSAFE', `'${printable(key)}' is not a manifest of a known version`);
    }
    manifests.push({ ...named, size, lastModified });
  }
  await eachSnapshot(
    manifests,
    async (key) => {
      try {
        const { objects, author } = await readNeeds(repository, key, { signal });
        assertUnchanged(repository, key, author);
        for (const object of objects) {
          candidates.delete(object);
        }
      } catch (error) {
        if (
          !(error instanceof DashkeepError) ||
          error.code === 'DK_PRUNE_UNSAFE' ||
          error.code.startsWith('DK_STORE')
        ) {
          throw error;
        }
        if (error.code !== 'DK_NOT_FOUND') {
          throw new DashkeepError(
            'DK_PRUNE_UNSAFE',
            `a manifest cannot be read, so the objects that it needs are unknown: ${reasonOf(error)}`,
            { cause: error, advice: error.code === 'DK_MANIFEST_NEWER' ? reason('upgrade-to-read') : findIt },
          );
        }
        // Forgotten since it was listed.
      }
    },
    signal,
  );
  const ids = manifests.map(({ id }) => id);
  const held = await neededByHolds(repository, new Set(ids), { signal });
  for (const object of held.objects) {
    candidates.delete(object);
  }
  return new Set([...ids, ...held.snapshots]);
}

/**
 * Asserts that a manifest still says what its writer put there: in place of one that is gone, someone can have put one
 * that needs less. Its signature is as easily replaced, but not the time at which the store took the manifest.
 * @throws DK_PRUNE_UNSAFE
 */
function assertUnchanged({ trust }: Repository, { id, lastModified }: TimedKey, author: Author): void {
  const advice = reason('restore-manifest', { id, command: `dashkeep forget ${id}` });
  if (author.mismatch) {
    const message = `the manifest ${id} differs from the file that was signed under its name, so the objects that it needs are unknown`;
    throw new DashkeepError('DK_PRUNE_UNSAFE', message, { advice });
  }
  const isLate = lastModified.getTime() - timeOfId(id).getTime() > GRACE;
  if (trust.standing === 'pinned' && isLate && !trust.counts(author)) {
    const message = `the manifest ${id} is not signed by a trusted key and was written long after its snapshot was created, so the objects that it needs are unknown`;
    throw new DashkeepError('DK_PRUNE_UNSAFE', message, { advice });
  }
}
