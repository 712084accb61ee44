import type { Clock } from '../../contract/ports.ts';
import type { RunRecord } from '../../contract/runs.ts';
import type { Journal } from './journal.ts';

/** The entries of runs that died with their process, as what they are now. */
export async function closeInterrupted(journal: Journal, instance: string, clock: Clock): Promise<RunRecord[]> {
  const dead = journal.entries.filter(
    (entry) => (entry.status === 'running' || entry.status === 'queued') && entry.instance !== instance,
  );
  for (const entry of dead) {
    await journal.put({ ...entry, status: 'interrupted', finished: clock.now().toISOString(), kept: false });
  }
  return dead;
}
