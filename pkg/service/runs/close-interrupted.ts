import { compact } from '../../contract/compact.ts';
import { failureText } from '../../contract/errors.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';
import type { Clock } from '../../contract/ports.ts';
import type { RunRecord } from '../../contract/runs.ts';
import { scratchFolderName } from '../../engine/drill/scratch-folder.ts';
import { scratchOrgName } from '../../grafana/orgs.ts';
import type { Journal } from './journal.ts';

/**
 * The entries of runs that died with their process, as what they are now; without those that ended meanwhile after all.
 */
export async function closeInterrupted(journal: Journal, instance: string, clock: Clock): Promise<RunRecord[]> {
  const dead = journal.entries.filter(
    (entry) => (entry.status === 'running' || entry.status === 'queued') && entry.instance !== instance,
  );
  const closed = dead.map((entry) => {
    const finished = clock.now().toISOString();
    const failure = failureText(
      refusal('DK_INTERRUPTED', reason('process-ended'), compact({ advice: adviceFor(entry) })),
    );
    return {
      ...entry,
      ...{ status: 'interrupted' as const, finished, failure, instance, kept: false, unreported: true as const },
    };
  });
  const found: RunRecord[] = [];
  for (const entry of closed) {
    if (await journal.put(entry)) {
      found.push(entry);
    }
  }
  return found;
}

function adviceFor({ id, kind, status }: RunRecord): KnownReason | undefined {
  if (kind === 'drill') {
    return reason('delete-drill-leftover', { folder: scratchFolderName(id), org: scratchOrgName(id) });
  }
  // One that had begun may have written some of its plan: only the repository's record says how much.
  return kind === 'restore' && status === 'running' ? reason('finish-or-undo-run', { run: id }) : undefined;
}
