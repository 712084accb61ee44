import { countsNow, isRegularBackup } from '../../contract/manifest.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { agreedTime, sharedTime } from '../clocks.ts';
import { signatureKey, snapshotKey } from '../layout.ts';
import { futureSnapshots, laterThanClock } from './future.ts';
import { listSnapshots, readManifest } from './manifests.ts';
import { putBackHeld } from '../holds/copies.ts';
import { assertNotHeld } from '../holds/holds.ts';
import type { Repository } from '../repository.ts';
import { newestSigned } from '../verify/inspect.ts';
import { planByManifests } from './checked-retention.ts';
import type { RetentionPlan, RetentionPolicy } from './retention.ts';

export interface ForgetPlan extends RetentionPlan {
  /** Snapshots that this process cannot read: they stay. */
  unreadable: string[];
}

export interface ForgetResult {
  forgotten: string[];
  /** Still there, and why: object lock, a hold, or a missing right. */
  remaining: { id: string; reason: string }[];
}

/**
 * What a retention policy would forget now. Reads only.
 * @throws DK_IDENTITY_MISSING when it can read no snapshot, DK_CLOCK_SKEW as `laterThanClock`, and while clocks differ
 */
export async function planForget(
  repository: Repository,
  policy: RetentionPolicy,
  calls: Abortable = {},
): Promise<ForgetPlan> {
  repository.trust.keys.assertRemembered();
  const { summaries, unreadable, locked } = await repository.index.readWhole(calls);
  if (locked !== undefined) {
    throw locked;
  }
  const dated = summaries.filter((one) => one.future !== true && isRegularBackup(one)).map(({ id }) => id);
  const refused = laterThanClock(repository, dated.sort().at(-1));
  if (refused !== undefined) {
    throw refused;
  }
  const now = await sharedTime(repository, calls);
  const annotated = await repository.annotations.annotate(summaries, calls);
  const checked = await planByManifests(repository, annotated, { ...calls, policy, now });
  if (checked.plan.forgotten.length > 0) {
    // Rules go by age: while clocks differ, nobody knows which is right, also where one of them is ignored.
    await unlessUntold(agreedTime(repository, calls), calls);
  }
  return { ...checked.plan, unreadable: [...unreadable, ...checked.unreadable].sort() };
}

/**
 * Removes the manifests that a plan forgets; objects stay until a prune.
 * @throws DK_INTEGRITY when the newest complete snapshot that the plan keeps is gone or damaged: then nothing goes.
 */
export async function applyForget(
  repository: Repository,
  plan: RetentionPlan,
  calls: Abortable = {},
): Promise<ForgetResult> {
  if (plan.forgotten.length === 0) {
    return { forgotten: [], remaining: [] };
  }
  const keeper = plan.kept.find((one) => one.status === 'complete' && countsNow(one));
  if (keeper !== undefined) {
    // The summaries may come from an index; what everything else relies on is looked at itself.
    await assertWhole(repository, keeper.id, calls);
  }
  return removeManifests(
    repository,
    plan.forgotten.map(({ id }) => id),
    calls,
  );
}

async function assertWhole(repository: Repository, id: string, calls: Abortable): Promise<void> {
  try {
    const { manifest, author } = await repository.stored(id, calls);
    if (!repository.trust.counts(author)) {
      throw new DashkeepError('DK_SNAPSHOT_FOREIGN', 'no trusted key has signed it');
    }
    const missing = await repository.missingObjects(new Set(manifest.resources.map(({ object }) => object)), calls);
    if (missing.size > 0) {
      throw new DashkeepError('DK_OBJECT_MISSING', `it lacks ${missing.size} objects`);
    }
  } catch (error) {
    if (error instanceof DashkeepError && !error.code.startsWith('DK_STORE')) {
      throw new DashkeepError(
        'DK_INTEGRITY',
        `no snapshot was removed: the newest complete snapshot ${id} is damaged: ${error.message}`,
        { cause: error },
      );
    }
    throw error;
  }
}

/**
 * Whether one snapshot may be deleted. Reads only.
 * @throws DK_NOT_FOUND for anything but the full id of one, DK_CLOCK_SKEW, DK_SNAPSHOT_HELD, DK_SNAPSHOT_NEWEST for the
 * newest complete one, unless `evenNewest`
 */
export async function assertDeletable(
  repository: Repository,
  id: string,
  options: Abortable & { evenNewest?: boolean } = {},
): Promise<void> {
  repository.trust.keys.assertRemembered();
  const keys = await listSnapshots(repository.store, options);
  if (!keys.some((key) => key.id === id)) {
    throw new DashkeepError('DK_NOT_FOUND', `there is no snapshot ${id.slice(0, 40)}`);
  }
  await assertClockOfPlan(repository, options);
  await assertNotHeld(repository, id, options);
  if (options.evenNewest !== true && (await isNewestComplete(repository, id, options))) {
    throw new DashkeepError('DK_SNAPSHOT_NEWEST', `${id} is the newest complete snapshot`, {
      advice: reason('back-up-first'),
    });
  }
}

/**
 * Deletes one snapshot by its full id.
 * @throws DK_NOT_FOUND, DK_SNAPSHOT_NEWEST as `assertDeletable`; DK_STORE_LOCKED when object lock holds it.
 */
export async function deleteSnapshot(
  repository: Repository,
  id: string,
  options: Abortable & { evenNewest?: boolean } = {},
): Promise<void> {
  await assertDeletable(repository, id, options);
  const { remaining } = await removeManifests(repository, [id], options);
  if (remaining[0] !== undefined) {
    await assertNotHeld(repository, id, options);
    throw new DashkeepError('DK_STORE_LOCKED', `${id} still exists: ${remaining[0].reason}`);
  }
}

/**
 * Holds and ages in a directory are judged by this machine's clock, which may be wrong where the files are elsewhere.
 * @throws DK_CLOCK_SKEW
 */
async function assertClock(repository: Repository, calls: Abortable): Promise<void> {
  if (repository.store.localClock === true && repository.ignoreClock !== true) {
    await agreedTime(repository, calls);
  }
}

/** The same before anything is removed, also where the directory cannot be written, and so does not tell the time. */
function assertClockOfPlan(repository: Repository, calls: Abortable): Promise<void> {
  return unlessUntold(assertClock(repository, calls), calls);
}

async function unlessUntold(comparison: Promise<unknown>, calls: Abortable): Promise<void> {
  try {
    await comparison;
  } catch (error) {
    if (error instanceof DashkeepError && error.code === 'DK_CLOCK_SKEW') {
      throw error;
    }
    calls.signal?.throwIfAborted();
  }
}

const ON_HOLD = 'it is on hold';

async function isNewestComplete(repository: Repository, id: string, calls: Abortable): Promise<boolean> {
  const keys = await listSnapshots(repository.store, calls);
  const future = await futureSnapshots(repository, keys, calls);
  if (future.has(id)) {
    return false;
  }
  for (const key of keys.filter((one) => !future.has(one.id)).reverse()) {
    if (key.id < id) {
      return true;
    }
    try {
      const { manifest, author } = await readManifest(repository, key, calls);
      const counts = repository.trust.counts(author);
      if (counts && manifest.status === 'complete' && isRegularBackup(manifest)) {
        return key.id === id;
      }
    } catch (error) {
      if (!(error instanceof DashkeepError) || error.code.startsWith('DK_STORE')) {
        throw error;
      }
    }
    if (key.id === id) {
      // Partial, damaged or not readable here: nothing complete is lost with it.
      return false;
    }
  }
  return true;
}

/**
 * Removes manifests, but none of a snapshot on hold: it looks before, and again afterwards, because a hold that is
 * placed meanwhile looks for the manifest only once.
 */
async function removeManifests(
  repository: Repository,
  asked: readonly string[],
  { signal }: Abortable,
): Promise<ForgetResult> {
  const { store } = repository;
  await assertClock(repository, { signal });
  const { active, keys: annotations } = await repository.annotations.read({ signal });
  const ids = asked.filter((id) => !active.has(id));
  const present = new Map((await listSnapshots(store, { signal })).map((key) => [key.id, key]));
  const result: ForgetResult = { forgotten: [], remaining: [] };
  const keys = new Map<string, string>();
  for (const id of ids) {
    // Both forms: a snapshot that was encrypted later may lie there twice for a while.
    for (const encrypted of present.has(id) ? [false, true] : []) {
      keys.set(snapshotKey(id, encrypted), id);
    }
  }
  const remaining = new Map(asked.filter((id) => active.has(id)).map((id) => [id, ON_HOLD]));
  const newest = await noteRemoval(repository, ids, { signal });
  for (const { key, problem } of await store.deleteMany([...keys.keys()], { signal })) {
    const id = keys.get(key);
    if (problem !== undefined && id !== undefined) {
      remaining.set(id, problem.code === 'locked' ? 'object lock protects it' : problem.message);
    }
  }
  if (newest !== undefined && remaining.has(newest)) {
    await repository.trust.keys.noteNewest(newest);
  }
  // After the manifests: one that is still there must not lose its signature.
  const signatures = [...keys].filter(([, id]) => !remaining.has(id)).map(([key]) => signatureKey(key));
  for (const { key, problem } of await store.deleteMany(signatures, { signal })) {
    if (problem !== undefined) {
      repository.log.debug(
        { object: key, reason: problem.message },
        'a later prune removes a signature without a snapshot',
      );
    }
  }
  for (const id of await putBackHeld(repository, { signal })) {
    remaining.set(id, ON_HOLD);
  }
  // Of holds that ended, and notes.
  const rest = ids.filter((id) => !remaining.has(id)).flatMap((id) => annotations.get(id) ?? []);
  await store.deleteMany(rest, { signal });
  for (const id of new Set([...asked.filter((one) => active.has(one)), ...keys.values()])) {
    const reason = remaining.get(id);
    if (reason === undefined) {
      result.forgotten.push(id);
    } else {
      result.remaining.push({ id, reason });
    }
  }
  await repository.index.update({ whole: true });
  repository.forgetCaches();
  return result;
}

/**
 * Keeps in the state that snapshots are about to be removed on purpose. What is the newest after that is known before
 * anything goes, so that no one can take more away unnoticed.
 * @returns the newest one that was remembered, if it is among them
 */
async function noteRemoval(
  repository: Repository,
  ids: readonly string[],
  calls: Abortable,
): Promise<string | undefined> {
  const { target } = repository.trust.keys;
  const newest = (await target?.read())?.newest;
  if (target === undefined || newest === undefined || !ids.includes(newest)) {
    return undefined;
  }
  await target.noteRemoval(newest, await newestSigned(repository, new Set(ids), calls));
  return newest;
}
