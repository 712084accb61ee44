import type { RunLine, RunRecord } from '../../contract/runs.ts';
import { asTheyAre } from '../../engine/runs.ts';
import type { LazyRepository } from './lazy-repository.ts';

/** The newest runs of a repository. A restore of the command line that was killed is interrupted. */
export async function newestRuns(
  repository: LazyRepository,
  options: { limit: number; signal: AbortSignal },
): Promise<RunLine[]> {
  const quick = await (await repository.quickView(options.signal))?.runs(options);
  const lines = quick ?? (await (await repository.openIfThere(options.signal))?.runs(options)) ?? [];
  return current(repository, lines, options.signal);
}

/** The record of a run, with its status as it is. */
export async function runRecord(
  repository: LazyRepository,
  id: string,
  signal: AbortSignal,
): Promise<RunRecord | undefined> {
  const stored = await (await repository.openIfThere(signal))?.run(id, { signal });
  return stored === undefined ? undefined : (await current(repository, [stored.record], signal))[0];
}

async function current<Run extends Pick<RunLine, 'id' | 'kind' | 'status'>>(
  repository: LazyRepository,
  runs: Run[],
  signal: AbortSignal,
): Promise<Run[]> {
  const isOpen = runs.some(({ kind, status }) => kind === 'restore' && status === 'running');
  const opened = isOpen ? await repository.openIfThere(signal) : undefined;
  return opened === undefined ? runs : asTheyAre(opened, runs, { signal });
}
