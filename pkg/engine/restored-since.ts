import type { RunLine, RunRecord } from '../contract/runs.ts';
import type { Repository } from '../repository/repository.types.ts';
import { keyOf } from './restore/target.ts';

/** How many of the newest runs are looked at. */
const RUNS = 200;

/**
 * What restores have touched, by their records.
 * @param isSince chooses the restores
 */
export async function restoredSince(
  { repository, signal }: { repository: Repository; signal: AbortSignal },
  isSince: (run: RunLine) => boolean,
): Promise<ReadonlySet<string>> {
  const lines = (await repository.runs({ limit: RUNS, signal })).filter(
    (run) => run.kind === 'restore' && isSince(run),
  );
  const records: (RunRecord | undefined)[] = [];
  for (const { id } of lines) {
    records.push(await repository.run(id, { signal }));
  }
  return new Set(records.flatMap((record) => (record?.touched ?? []).map(keyOf)));
}

/** The same of those that may have written after a snapshot read what they touched. */
export function restoredAfterReading(
  ports: Parameters<typeof restoredSince>[0],
  manifest: { started: string },
): Promise<ReadonlySet<string>> {
  const since = Date.parse(manifest.started);
  return restoredSince(ports, ({ started, finished = started }) => Date.parse(finished) >= since);
}
