import type { RunLine, RunRecord } from '../contract/runs.ts';
import type { Repository } from '../repository/repository.ts';
import { forEachConcurrently } from '../lib/concurrency/each-at-once.ts';
import { MAX_SKEW } from '../repository/clocks.ts';
import { runIdsBetween, type StoredRun } from '../repository/runs.ts';
import { keyOf } from './restore/target.ts';

/** How many of the newest runs are looked at. */
export const RUNS = 200;
/** More than hourly promotions make in a year. */
const MOST_RUNS = 10_000;
/** Of which only the names are listed. */
const MOST_NAMES = 10 * MOST_RUNS;
const READS_AT_ONCE = 16;
const LAST_DAY = new Date('9999-12-31T00:00:00Z');

interface Ports {
  repository: Repository;
  signal: AbortSignal;
}

/**
 * The records of restores, newest first. Anyone may have signed them.
 * @param isSince chooses the restores
 * @param runs the newest runs, where they are at hand
 */
export async function restoresSince(
  { repository, signal }: Ports,
  isSince: (run: RunLine) => boolean,
  runs?: readonly RunLine[],
): Promise<StoredRun[]> {
  const newest = runs ?? (await repository.runs({ limit: RUNS, signal }));
  const lines = newest.filter((run) => run.kind === 'restore' && isSince(run));
  const records: StoredRun[] = [];
  for (const { id } of lines) {
    const stored = await repository.run(id, { signal });
    if (stored !== undefined) {
      records.push(stored);
    }
  }
  return records;
}

/**
 * The records of restores that a trusted key signed, newest first, and whether these are all that wrote anything, as
 * far as can be seen: anyone who can write to the target can damage a record, or add more than anyone reads.
 */
export async function trustedRestores({
  repository,
  signal,
}: Ports): Promise<{ records: RunRecord[]; areAll: boolean }> {
  const period = { from: new Date(0), to: LAST_DAY };
  const ids = await runIdsBetween(repository.store, { ...period, most: MOST_NAMES }, { signal });
  const newest = ids.reverse().slice(0, MOST_RUNS);
  const found = new Map<string, StoredRun>();
  const read = async (id: string): Promise<void> => {
    const stored = await repository.run(id, { signal });
    if (stored !== undefined) {
      found.set(id, stored);
    }
  };
  await forEachConcurrently(READS_AT_ONCE, newest, read, signal);
  const stored = newest.flatMap((id) => found.get(id) ?? []);
  const counts = ({ author }: StoredRun): boolean => repository.trust.counts(author);
  const isHidden = (one: StoredRun): boolean => !counts(one) && (one.record.touched ?? []).length > 0;
  return {
    records: stored.flatMap((one) => (counts(one) && one.record.kind === 'restore' ? one.record : [])),
    areAll: stored.length === ids.length && !stored.some(isHidden),
  };
}

/**
 * Keys of what restores have touched that may have written after a snapshot read it. A forged record makes more be
 * read; what a hidden one names is read again with the next full read.
 */
export async function restoredAfterReading(
  ports: Ports,
  manifest: { started: string },
  runs?: readonly RunLine[],
): Promise<ReadonlySet<string>> {
  // The clocks of the machines that backed up and restored may differ by that much.
  const since = Date.parse(manifest.started) - MAX_SKEW;
  const isSince = ({ started, finished = started }: RunLine): boolean => Date.parse(finished) >= since;
  const restores = await restoresSince(ports, isSince, runs);
  return new Set(restores.flatMap(({ record }) => (record.touched ?? []).map(keyOf)));
}
