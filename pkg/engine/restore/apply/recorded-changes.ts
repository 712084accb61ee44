import type { ReasonCode } from '../../../contract/reasons/catalogue.ts';
import type { Touched } from '../../../contract/runs.ts';
import { securityRecord } from '../plan/security.ts';
import { keyOf, targetOf } from '../target.ts';
import type { ApplyOptions, Plan } from '../types.ts';
import { isWritten } from './attempt.ts';
import { ChangeLog } from './change-log.ts';

/** A log of changes that the record of the run follows, from what was confirmed to what was touched. */
export function recordedChanges(options: ApplyOptions): ChangeLog {
  const { plan, clock, note } = options;
  const security = securityRecord(plan.items);
  note?.({ ...(security.length === 0 ? {} : { security }), source: plan.snapshot });
  return new ChangeLog({
    clock,
    async keep(log) {
      const touched = log.listAhead();
      note?.({ touched, ...progressOf(plan, touched) });
      await keepRecord(options);
    },
  });
}

/** Keeps what was noted, before Grafana is changed. @throws what the repository throws, if an undo needs the record */
export async function keepRecord({ checkpoint, safetySnapshot }: ApplyOptions): Promise<void> {
  await checkpoint?.().catch((error: unknown) => {
    // Without a safety snapshot there is no undo that needs the record: in an emergency, a full bucket must do.
    if (safetySnapshot) {
      throw error;
    }
  });
}

/** What the record says in the end, also of a restore that did not come to it. */
export async function noteEnd({ plan, note }: ApplyOptions, changeLog: ChangeLog): Promise<void> {
  await changeLog.settled();
  const touched = changeLog.list();
  note?.({ touched, ...progressOf(plan, touched) });
}

/**
 * What is put down but not read back may have been written: of a process that was killed, no one knows. What goes along
 * with something that is deleted is put down too, but not counted.
 */
function progressOf({ items }: Plan, touched: readonly Touched[]): { planned: number; counts: Record<string, number> } {
  const writes = items.filter((item) => isWritten(item) || item.action === 'delete');
  const isOpen = new Map(touched.map((one) => [keyOf(one), one.open === true]));
  const found = writes.map((item) => isOpen.get(keyOf(targetOf(item))));
  const written = found.filter((open) => open === false).length;
  const unchecked = found.filter((open) => open === true).length;
  // Of organizations that a restore of everything has yet to join, no one knows how many differ.
  const unplanned = items.filter(({ code }) => code === ('org-closed' satisfies ReasonCode)).length;
  const counts = { planned: writes.length, written, unchecked, ...(unplanned > 0 && { unplanned }) };
  return { planned: writes.length, counts };
}
