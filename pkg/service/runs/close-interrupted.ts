import { failureText } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';
import type { Clock } from '../../contract/ports.ts';
import type { RunRecord } from '../../contract/runs.ts';
import type { Journal } from './journal.ts';

/** The entries of runs that died with their process, as what they are now. */
export async function closeInterrupted(journal: Journal, instance: string, clock: Clock): Promise<RunRecord[]> {
  const dead = journal.entries.filter(
    (entry) => (entry.status === 'running' || entry.status === 'queued') && entry.instance !== instance,
  );
  for (const entry of dead) {
    const failure = failureText(refusal('DK_INTERRUPTED', reason('process-ended')));
    await journal.put({ ...entry, status: 'interrupted', finished: clock.now().toISOString(), failure, kept: false });
  }
  return dead;
}
