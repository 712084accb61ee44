import type { RunLine, RunRecord } from '../contract/runs.ts';
import type { Repository } from '../repository/repository.ts';
import type { StoredRun } from '../repository/runs.ts';
import { keyOf } from './restore/target.ts';

/** How many of the newest runs are looked at. */
const RUNS = 200;

interface Ports {
  repository: Repository;
  signal: AbortSignal;
}

/**
 * The records of restores, newest first. Anyone may have signed them.
 * @param isSince chooses the restores
 */
export async function restoresSince(
  { repository, signal }: Ports,
  isSince: (run: RunLine) => boolean,
): Promise<StoredRun[]> {
  const lines = (await repository.runs({ limit: RUNS, signal })).filter(
    (run) => run.kind === 'restore' && isSince(run),
  );
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
 * The records of restores that a trusted key signed, newest first. Which runs are restores, and their order, is taken
 * from the records themselves: anyone who can write to the target can change the index of runs.
 */
export async function trustedRestores({ repository, signal }: Ports): Promise<RunRecord[]> {
  const ids = new Set((await repository.runs({ limit: RUNS, signal })).map(({ id }) => id));
  const records: RunRecord[] = [];
  for (const id of [...ids].sort().reverse()) {
    const stored = await repository.run(id, { signal });
    if (stored?.record.kind === 'restore' && repository.trust.counts(stored.author)) {
      records.push(stored.record);
    }
  }
  return records;
}

/**
 * Keys of what restores have touched that may have written after a snapshot read it. A forged record makes more be
 * read, not less.
 */
export async function restoredAfterReading(ports: Ports, manifest: { started: string }): Promise<ReadonlySet<string>> {
  const since = Date.parse(manifest.started);
  const runs = await restoresSince(ports, ({ started, finished = started }) => Date.parse(finished) >= since);
  return new Set(runs.flatMap(({ record }) => (record.touched ?? []).map(keyOf)));
}
