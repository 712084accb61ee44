import { securityRecord } from '../plan/security.ts';
import { keyOf, targetOf } from '../target.ts';
import type { ApplyOptions, Plan } from '../types.ts';
import { isWritten } from './attempt.ts';
import { ChangeLog } from './change-log.ts';

/** A log of changes that the record of the run follows, from what was confirmed to what was touched. */
export function recordedChanges(options: ApplyOptions): ChangeLog {
  const { plan, clock, note, checkpoint } = options;
  const security = securityRecord(plan.items);
  note?.({ ...(security.length === 0 ? {} : { security }), source: plan.snapshot });
  return new ChangeLog({
    clock,
    async keep(log) {
      note?.({ touched: log.listAhead(), ...progressOf(plan, log) });
      await checkpoint?.();
    },
  });
}

/** What the record says in the end, also of a restore that did not come to it. */
export async function noteEnd({ plan, note }: ApplyOptions, changeLog: ChangeLog): Promise<void> {
  await changeLog.settled();
  note?.({ touched: changeLog.list(), ...progressOf(plan, changeLog) });
}

function progressOf({ items }: Plan, log: ChangeLog): { planned: number; counts: Record<string, number> } {
  const writes = items.filter((item) => isWritten(item) || item.action === 'delete');
  const done = new Set(log.list().flatMap((one) => (one.open === true ? [] : [keyOf(one)])));
  const written = writes.filter((item) => done.has(keyOf(targetOf(item)))).length;
  const unchecked = log.list().length - done.size;
  return { planned: writes.length, counts: { planned: writes.length, written, unchecked } };
}
