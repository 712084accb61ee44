import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { CACHE, isIndexKey } from '../layout.ts';
import type { Repository } from '../repository.ts';
import type { CurrentSession } from '../sessions/current.ts';

/** What a target says that takes nothing more. */
const FULL = new Set(['free-target-space', 'make-room']);

/** Opened with what had to be removed for it; see openSession. */
export interface SessionWithRoom {
  session: CurrentSession;
  /** Keys that are already gone. */
  gone: ReadonlySet<string>;
}

/**
 * Opens the session of a prune, which has to be written before any object is removed: without it a backup could count
 * on an object that goes. On a full target this first removes what needs no session, because nothing depends on it:
 * orphaned files and old run records, then the indexes of versions and texts, which the next backup rebuilds.
 * @throws DK_STORE_FAILED when that is not enough
 */
export async function openSession(
  repository: Repository,
  id: string,
  orphans: readonly string[],
  { signal }: Abortable = {},
): Promise<SessionWithRoom> {
  const gone = new Set<string>();
  const steps = [() => Promise.resolve([...orphans]), () => indexKeys(repository, signal)];
  for (;;) {
    try {
      return { session: await repository.sessions.openExclusive({ id, kind: 'prune' }, { signal }), gone };
    } catch (error) {
      if (!isFull(error)) {
        throw error;
      }
      const keys = await steps.shift()?.();
      if (keys === undefined) {
        throw new DashkeepError(error.code, error.message, { cause: error, advice: reason('room-for-prune') });
      }
      for (const { key, problem } of await repository.store.deleteMany(keys, { signal })) {
        if (problem === undefined) {
          gone.add(key);
        }
      }
      if (keys.length > 0) {
        repository.log.warn({ files: keys.length }, 'the target is full, so unneeded files are removed first');
      }
    }
  }
}

function isFull(error: unknown): error is DashkeepError {
  return error instanceof DashkeepError && FULL.has(error.advice?.code ?? '');
}

/** What an index begins with comes before its parts, so that no reader finds it without them. */
async function indexKeys({ store }: Repository, signal: AbortSignal | undefined): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(CACHE, { signal })) {
    if (isIndexKey(key)) {
      keys.push(key);
    }
  }
  return keys.sort((a, b) => a.split('/').length - b.split('/').length);
}
