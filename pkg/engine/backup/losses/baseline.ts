import { compact } from '../../../contract/compact.ts';
import { DashkeepError, reasonOf } from '../../../contract/errors.ts';
import type { Shrunk } from '../../../contract/losses/losses.ts';
import { countsNow, isFull, isRegularBackup, type Manifest, type SnapshotSummary } from '../../../contract/manifest.ts';
import { assertCounts } from '../../../repository/signing/acceptance.ts';
import type { BackupOptions } from '../options.ts';
import { coversAsMuch, judgedAgain, LOOK_BACK, readable, trustedSince, type Reaching } from './earlier.ts';
import { suspiciousSince } from './overwritten.ts';
import type { Shrinkable } from './shrunk.ts';

/** What a manifest says of how it follows those before it. */
type BaselineResult = Pick<Manifest, 'shrunk' | 'accepted' | 'lastFull'>;

/**
 * Compares a regular backup with the last good one, however many bad ones are in between: the newest that is not
 * shrunk, made with credentials of the same reach if there is one. A service and a server admin's command line may
 * share a repository; a first backup that reaches less than the one before is compared with that.
 * @param previous - the backup before this one, read already
 * @throws DK_NOT_FOUND, DK_SNAPSHOT_FOREIGN, DK_USAGE when the snapshot whose losses are accepted is none
 */
export async function compareWithBaseline(
  options: BackupOptions,
  now: Shrinkable & Pick<Manifest, 'status'>,
  previous: Manifest | undefined,
): Promise<BaselineResult> {
  if (!isRegularBackup(options)) {
    return {};
  }
  const { acceptLoss } = options;
  const accepted = acceptLoss === undefined ? undefined : await acceptable(options, acceptLoss);
  let snapshots: Promise<SnapshotSummary[]> | undefined;
  const earlier = async (): Promise<SnapshotSummary[]> =>
    (await (snapshots ??= readHistory(options))).filter(
      (one) => isRegularBackup(one) && countsNow(one) && one.id !== now.id,
    );
  const { before, carried } =
    accepted === undefined ? await baseline(options, now, previous, earlier) : { before: accepted };
  const shrunk = before === undefined ? undefined : ((await suspiciousSince(options, before, now)) ?? carried);
  const isBad = shrunk !== undefined || now.status !== 'complete';
  const lastFull = async (): Promise<string | undefined> => {
    if (before !== undefined && isFull(before)) {
      return before.id;
    }
    const full = (await earlier()).filter(isFull);
    return (full.find((one) => coversAsMuch(one, now)) ?? full[0])?.id;
  };
  return compact({ shrunk, accepted: accepted?.id, lastFull: isBad ? await lastFull() : undefined });
}

/** None where nobody here can read any of it, because the state with its key is lost: backups go on from nothing. */
async function readHistory({ repository, signal, log }: BackupOptions): Promise<SnapshotSummary[]> {
  try {
    return await repository.snapshots({ signal });
  } catch (error) {
    if (!(error instanceof DashkeepError) || error.code !== 'DK_IDENTITY_MISSING') {
      throw error;
    }
    log.warn({ reason: reasonOf(error) }, 'this backup cannot be compared with earlier ones');
    return [];
  }
}

interface Baseline {
  before?: Manifest;
  /** Losses that stay, whatever the comparison says: what they were found by is gone. */
  carried?: Shrunk | undefined;
}

async function baseline(
  options: BackupOptions,
  now: Shrinkable,
  previous: Manifest | undefined,
  earlier: () => Promise<SnapshotSummary[]>,
): Promise<Baseline> {
  const late = previous && previous.shrunk === undefined ? await trustedSince(options, previous) : undefined;
  if (late !== undefined) {
    return { before: late };
  }
  const isOfReach = (one: Reaching): boolean => coversAsMuch(one, now);
  if (previous !== undefined && isOfReach(previous)) {
    return goodOf(options, previous, earlier);
  }
  for (const { id } of (await earlier()).filter(isOfReach).slice(0, LOOK_BACK)) {
    const found = await readable(options, id);
    if (found !== undefined) {
      return goodOf(options, found, earlier);
    }
  }
  return previous === undefined ? {} : goodOf(options, previous, earlier);
}

/**
 * A backup, or where much is missing from it, the one that it was compared with: its signed manifest names that, which
 * an index could hide. Where that is gone, a full one before it may add losses, but only a person ends those known.
 */
async function goodOf(
  options: BackupOptions,
  manifest: Manifest,
  earlier: () => Promise<SnapshotSummary[]>,
): Promise<Baseline> {
  const { shrunk: carried } = manifest;
  if (carried === undefined) {
    return { before: manifest };
  }
  const since = await readable(options, carried.since);
  if (since !== undefined && since.shrunk === undefined) {
    return { before: since };
  }
  const full = (await earlier()).filter((one) => isFull(one) && one.id < manifest.id && coversAsMuch(one, manifest));
  for (const { id } of full.slice(0, LOOK_BACK)) {
    const before = await readable(options, id);
    if (before !== undefined && before.shrunk === undefined) {
      return { before, carried };
    }
  }
  return { before: manifest, carried };
}

async function acceptable(options: BackupOptions, id: string): Promise<Manifest> {
  const { repository, signal } = options;
  const stored = await repository.stored(id, { signal });
  assertCounts(repository.trust, stored);
  if ((await judgedAgain(options, stored.manifest)).shrunk === undefined) {
    throw new DashkeepError('DK_USAGE', `snapshot ${stored.manifest.id} reports no losses that can be accepted`);
  }
  return stored.manifest;
}
