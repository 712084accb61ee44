import { compact } from '../../contract/compact.ts';
import type { RunLine, RunRecord } from '../../contract/runs.ts';
import { asTheyAre, withoutWords } from '../../engine/runs.ts';
import type { LazyRepository } from './lazy-repository.ts';

/**
 * The newest runs of a repository, without words: no one signs the index of runs. A restore of the command line that
 * was killed is interrupted.
 */
export async function newestRuns(
  repository: LazyRepository,
  options: { limit: number; signal: AbortSignal },
): Promise<RunLine[]> {
  const quick = await (await repository.quickView(options.signal))?.runs(options);
  const lines = quick ?? (await (await repository.openIfThere(options.signal))?.runs(options)) ?? [];
  return current(repository, lines.map(withoutWords), options.signal);
}

/**
 * The record of a run, with its status as it is. What a restore touched, was asked for and can be undone from is left
 * out where no trusted key signed the record, whatever operation it names: anyone who can write to the target can have
 * made it up.
 */
export async function runRecord(
  repository: LazyRepository,
  id: string,
  signal: AbortSignal,
): Promise<RunRecord | undefined> {
  const opened = await repository.openIfThere(signal);
  const stored = await opened?.run(id, { signal });
  if (opened === undefined || stored === undefined) {
    return undefined;
  }
  const { record } = stored;
  return (await current(repository, [opened.trust.counts(stored.author) ? record : unsigned(record)], signal))[0];
}

function unsigned(record: RunRecord): RunRecord {
  const { touched: _, request: _1, undoes: _2, security: _3, snapshot, ...facts } = withoutWords(record);
  return facts.kind === 'restore' ? facts : { ...facts, ...compact({ snapshot }) };
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
