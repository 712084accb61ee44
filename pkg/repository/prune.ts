import { z } from 'zod';
import { DashkeepError } from '../contract/errors.ts';
import type { Randomness } from '../contract/ports.ts';
import { MAX_RECORD_BYTES } from './codec.ts';
import { newTimedId, parseObjectKey, PRUNES, SESSIONS } from './layout.ts';
import type { ListedObject } from './object-listing.ts';
import { survey, type Survey } from './prune-survey.ts';
import type { OpenedRepository } from './repository.ts';

interface Calls {
  signal?: AbortSignal;
}

/** Time that lies between finding a candidate and removing it, by the store's clock. */
const BETWEEN_PHASES = 4 * 3_600_000;
/** Marks that old say nothing any more, and sessions that old are left-overs. */
const LEFT_OVER = 7 * 86_400_000;
const DELETE_BATCH = 1000;

const Candidate = z.object({
  key: z.string().refine((key) => parseObjectKey(key) !== undefined),
  lastModified: z.iso.datetime(),
});
const Mark = z.object({ format: z.literal(1), id: z.string(), candidates: z.array(Candidate) });

export interface PrunePlan {
  snapshots: number;
  objects: number;
  bytes: number;
  /** Found by an earlier prune at least four hours ago and still not needed: applying removes them. */
  remove: { key: string; size: number }[];
  /** Not needed and old enough, seen for the first time, or too recently: applying only marks them. */
  mark: { key: string; size: number }[];
  /** Not needed, but younger than 48 hours. */
  young: number;
  /** Whether more than half of all objects would go, which needs a word from a person. */
  needsConfirmation: boolean;
}

export interface PruneResult {
  removed: number;
  removedBytes: number;
  marked: number;
  /** Held by object lock; they stay until their retention ends. */
  locked: number;
  /** Could not be removed for another reason; a later prune tries again. */
  failed: { key: string; reason: string }[];
}

/**
 * What a prune would do. Reads only.
 * @throws DK_PRUNE_UNSAFE, DK_CLOCK_SKEW
 */
export async function planPrune(repository: OpenedRepository, calls: Calls = {}): Promise<PrunePlan> {
  return (await look(repository, calls)).plan;
}

interface Look {
  plan: PrunePlan;
  marks: StoredMark[];
  found: Survey;
}

interface StoredMark {
  key: string;
  lastModified: Date;
  candidates: z.infer<typeof Candidate>[];
}

async function look(repository: OpenedRepository, calls: Calls): Promise<Look> {
  const marks = await readMarks(repository, calls);
  const found = await survey(repository, calls);
  const marked = new Map<string, { seen: string; ripe: boolean }>();
  for (const { lastModified, candidates } of marks) {
    for (const { key, lastModified: seen } of candidates) {
      const ripe = found.now.getTime() - lastModified.getTime() >= BETWEEN_PHASES;
      if (ripe || !marked.has(key)) {
        marked.set(key, { seen, ripe });
      }
    }
  }
  const remove: ListedObject[] = [];
  const mark: ListedObject[] = [];
  for (const object of found.unneeded.values()) {
    const before = marked.get(object.key);
    // One that was put again since it was marked starts over.
    if (before?.ripe === true && before.seen === object.lastModified.toISOString()) {
      remove.push(object);
    } else {
      mark.push(object);
    }
  }
  const short = ({ key, size }: ListedObject): { key: string; size: number } => ({ key, size });
  return {
    marks,
    found,
    plan: {
      snapshots: found.snapshots,
      objects: found.objects,
      bytes: found.bytes,
      remove: remove.map(short),
      mark: mark.map(short),
      young: found.young,
      needsConfirmation: remove.length * 2 > found.objects,
    },
  };
}

/**
 * Removes what the plan found and marks the rest, after looking at everything again under a session of its own.
 * Nothing beyond the plan is removed.
 * @throws DK_PRUNE_UNSAFE when anybody else is at work or anything is in doubt, DK_CONFIRMATION when more than half of
 * all objects would go and `confirmed` is not set.
 */
export async function applyPrune(
  repository: OpenedRepository,
  plan: PrunePlan,
  options: Calls & { randomness: Randomness; confirmed?: boolean },
): Promise<PruneResult> {
  const { store, clock, sessions } = repository;
  const { signal } = options;
  const id = newTimedId(clock.now(), options.randomness);
  const session = await sessions.openExclusive({ id, kind: 'prune' }, { signal });
  try {
    const again = await look(repository, { signal });
    const planned = new Set(plan.remove.map(({ key }) => key));
    const remove = again.plan.remove.filter(({ key }) => planned.has(key));
    if (remove.length * 2 > again.found.objects && options.confirmed !== true) {
      throw new DashkeepError(
        'DK_CONFIRMATION',
        `${remove.length} of ${again.found.objects} objects would be removed: more than half`,
        { hint: 'Look at the plan (--dry-run), then say that this is meant.' },
      );
    }
    const result: PruneResult = { removed: 0, removedBytes: 0, marked: 0, locked: 0, failed: [] };
    const sizes = new Map(remove.map(({ key, size }) => [key, size]));
    for (let at = 0; at < remove.length; at += DELETE_BATCH) {
      signal?.throwIfAborted();
      session.assertAlive();
      const batch = remove.slice(at, at + DELETE_BATCH).map(({ key }) => key);
      for (const { key, problem } of await store.deleteMany(batch, { signal })) {
        if (problem === undefined) {
          result.removed++;
          again.found.unneeded.delete(key);
          result.removedBytes += sizes.get(key) ?? 0;
        } else if (problem.code === 'locked') {
          result.locked++;
        } else {
          result.failed.push({ key, reason: problem.message });
        }
      }
    }
    result.marked = await renewMarks(repository, id, again, signal);
    await removeOldSessions(repository, again.found.now, signal);
    return result;
  } finally {
    await session.end();
  }
}

/** Marks what is not marked yet; marks whose candidates are all gone or marked elsewhere are removed. */
async function renewMarks(
  repository: OpenedRepository,
  id: string,
  { marks, found, plan }: Look,
  signal?: AbortSignal,
): Promise<number> {
  const { store } = repository;
  const waiting = new Set<string>();
  const settled: string[] = [];
  for (const { key, lastModified, candidates } of marks) {
    const age = found.now.getTime() - lastModified.getTime();
    const still = candidates.filter(({ key: object, lastModified: seen }) => {
      return found.unneeded.get(object)?.lastModified.toISOString() === seen;
    });
    if (age < BETWEEN_PHASES) {
      still.forEach(({ key: object }) => waiting.add(object));
    } else if (still.length === 0 || age > LEFT_OVER) {
      settled.push(key);
    }
  }
  const fresh = plan.mark.filter(({ key }) => !waiting.has(key));
  if (fresh.length > 0) {
    const candidates = fresh.map(({ key }) => ({
      key,
      lastModified: found.unneeded.get(key)?.lastModified.toISOString() ?? '',
    }));
    const body = Buffer.from(`${JSON.stringify({ format: 1, id, candidates })}\n`);
    await store.put(`${PRUNES}${id}.json`, body, { contentType: 'application/json', transient: true, signal });
  }
  if (settled.length > 0) {
    await store.deleteMany(settled, { signal });
  }
  return fresh.length;
}

async function readMarks({ store, log }: OpenedRepository, { signal }: Calls): Promise<StoredMark[]> {
  const marks: StoredMark[] = [];
  for await (const { key, lastModified } of store.list(PRUNES, { signal })) {
    let bytes: Buffer;
    try {
      bytes = await store.get(key, { signal, maxBytes: MAX_RECORD_BYTES });
    } catch (error) {
      if (error instanceof DashkeepError && error.code === 'DK_STORE_NOT_FOUND') {
        continue;
      }
      throw error;
    }
    try {
      marks.push({ key, lastModified, candidates: Mark.parse(JSON.parse(bytes.toString('utf8'))).candidates });
    } catch {
      // Without it its candidates are only marked again, four hours later.
      log.warn({ key }, 'the marks of an earlier prune are damaged and are left out');
      marks.push({ key, lastModified, candidates: [] });
    }
  }
  return marks;
}

async function removeOldSessions({ store }: OpenedRepository, now: Date, signal?: AbortSignal): Promise<void> {
  const old: string[] = [];
  for await (const { key, lastModified } of store.list(SESSIONS, { signal })) {
    if (now.getTime() - lastModified.getTime() > LEFT_OVER) {
      old.push(key);
    }
  }
  if (old.length > 0) {
    await store.deleteMany(old, { signal });
  }
}
