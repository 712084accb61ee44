import { compact } from '../../contract/compact.ts';
import type { RunLine, RunRecord } from '../../contract/runs.ts';
import { asTheyAre, withoutWords, writeEnd } from '../../engine/runs.ts';
import type { OpenedTarget } from './opened-target.ts';

/**
 * The newest runs of a repository, without words: no one signs the index of runs. A restore of the command line that
 * was killed is interrupted.
 */
export async function newestRuns(
  target: OpenedTarget,
  options: { limit: number; signal: AbortSignal },
): Promise<RunLine[]> {
  const quick = await (await target.quickView(options.signal))?.runs(options);
  const lines = quick ?? (await (await target.openIfThere(options.signal))?.runs(options)) ?? [];
  return current(target, lines.map(withoutWords), options.signal);
}

/**
 * The record of a run, with its status as it is. What a restore touched, was asked for and can be undone from is left
 * out where no trusted key signed the record, whatever operation it names: anyone who can write to the target can have
 * made it up.
 */
export async function runRecord(target: OpenedTarget, id: string, signal: AbortSignal): Promise<RunRecord | undefined> {
  const opened = await target.openIfThere(signal);
  const stored = await opened?.run(id, { signal });
  if (opened === undefined || stored === undefined) {
    return undefined;
  }
  const { record } = stored;
  return (await current(target, [opened.trust.counts(stored.author) ? record : unsigned(record)], signal))[0];
}

/** The record of a run, if a trusted key signed it. */
export async function signedRecord(
  target: OpenedTarget,
  id: string,
  signal: AbortSignal,
): Promise<RunRecord | undefined> {
  const opened = await target.openIfThere(signal);
  const stored = await opened?.run(id, { signal });
  return stored !== undefined && opened?.trust.counts(stored.author) === true ? stored.record : undefined;
}

/** The fingerprints of the keys that are trusted now, as one text. */
export async function trustedKeys(target: OpenedTarget, signal: AbortSignal): Promise<string> {
  const trusted = await (await target.openIfThere(signal))?.trust.trustedNow({ signal });
  return [...(trusted ?? [])].sort().join();
}

function unsigned(record: RunRecord): RunRecord {
  const { touched: _, request: _1, undoes: _2, security: _3, snapshot, ...facts } = withoutWords(record);
  return facts.kind === 'restore' ? facts : { ...facts, ...compact({ snapshot }) };
}

/**
 * Keeps the record of a run. A run that failed must not be what makes a repository.
 * @returns what the record says now
 */
export async function keepRecord(target: OpenedTarget, record: RunRecord): Promise<RunRecord> {
  const repository = await target.openIfThere(AbortSignal.timeout(60_000));
  return repository === undefined ? record : writeEnd(repository, record);
}

async function current<Run extends Pick<RunLine, 'id' | 'kind' | 'status'>>(
  target: OpenedTarget,
  runs: Run[],
  signal: AbortSignal,
): Promise<Run[]> {
  const isOpen = runs.some(({ kind, status }) => kind === 'restore' && status === 'running');
  const opened = isOpen ? await target.openIfThere(signal) : undefined;
  return opened === undefined ? runs : asTheyAre(opened, runs, { signal });
}
