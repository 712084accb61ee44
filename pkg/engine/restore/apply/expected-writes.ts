import type { Touched } from '../../../contract/runs.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { forEachConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import { keyOf, targetOf } from '../target.ts';
import type { PlannedItem } from '../types.ts';
import { didOf, isWritten, wantedContent, type Applying } from './attempt.ts';
import { contentFingerprint, entryFingerprint } from './change-log.ts';
import { deletedWith } from './remove-extra.ts';

/** More than the concurrent requests, so that objects are read from the repository while others are written. */
export const WRITES_AT_ONCE = 80;

/**
 * What writing the items will touch, with the marks of what will be written: if the process is killed, the undo knows
 * by them what the restore wrote. Contents that the mapping changes are read for that.
 */
export async function expectedWrites(applying: Applying, items: readonly PlannedItem[]): Promise<Touched[]> {
  const { request, plan, budget } = applying;
  const marks = new Map<PlannedItem, string>();
  const pauses = ({ kind }: PlannedItem): boolean =>
    request.options.pauseRules === true && kindOf(kind).pause !== undefined;
  const mapped = items.filter(
    (item) => item.entry !== undefined && (pauses(item) || plan.mapping.mayChange(item.entry)),
  );
  await forEachConcurrently(WRITES_AT_ONCE, mapped.filter(isWritten), async (item) => {
    request.signal.throwIfAborted();
    const share = budget.open();
    try {
      await share.received(item.entry?.bytes ?? 0);
      const { content } = await wantedContent(applying, item);
      marks.set(item, contentFingerprint(request.repository, kindOf(item.kind), content));
    } catch {
      // Writing it fails for the same reason, and reports it.
      request.signal.throwIfAborted();
    } finally {
      share.close();
    }
  });
  return items.filter(isWritten).map((item) => {
    const { entry } = item;
    const mark = marks.get(item) ?? (entry && entryFingerprint(kindOf(item.kind), entry));
    return { ...targetOf(item), did: didOf(item), ...(mark === undefined ? {} : { mark }) };
  });
}

/** What deleting the items will touch. */
export function expectedRemovals(items: readonly PlannedItem[]): Touched[] {
  const all = items
    .filter(({ action }) => action === 'delete')
    .flatMap((item) => deletedWith(kindOf(item.kind), targetOf(item)));
  // Also what goes with another one may be planned by itself.
  const lastAlone = [...all].sort((a, b) => Number(a.alone === true) - Number(b.alone === true));
  return [...new Map(lastAlone.map((one) => [keyOf(one), one])).values()];
}
