import type { ManifestEntry } from '../../../contract/manifest.ts';
import type { Kind, WriteContext } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import type { WriteAttempt, Applying } from '../apply/attempt.ts';
import { targetOf } from '../target.ts';
import type { Planning } from '../plan/planning.ts';
import { sourceOf, storedContent } from '../content.ts';
import type { PlannedItem } from '../types.ts';

/**
 * Where Grafana chooses uids itself: entries by the uid under which they are live, otherwise by that of the snapshot.
 */
export async function withCounterparts(
  { request, mapping }: Planning,
  kind: Kind,
  context: WriteContext,
  entries: ReadonlyMap<string, ManifestEntry>,
): Promise<ReadonlyMap<string, ManifestEntry>> {
  if (kind.counterparts === undefined) {
    return entries;
  }
  const wanted = new Map<string, Content>();
  for (const [uid, entry] of entries) {
    const stored = await storedContent(sourceOf(request), entry, request.signal);
    wanted.set(uid, mapping.apply(entry, stored).content);
  }
  const live = await kind.counterparts(context, wanted, new Set());
  return new Map([...entries].map(([uid, entry]) => [live.get(uid) ?? uid, entry]));
}

/**
 * Of writes that failed in passing, those that Grafana did all the same under its own uid.
 * @param attempts - all of the kind in this restore; those found get their uid.
 */
export async function findUnanswered(
  { request, plan, changeLog }: Applying,
  kind: Kind,
  context: WriteContext,
  lost: readonly PlannedItem[],
  attempts: ReadonlyMap<PlannedItem, WriteAttempt>,
): Promise<PlannedItem[]> {
  const wanted = new Map<string, Content>();
  for (const item of lost) {
    if (item.live === undefined && item.entry !== undefined) {
      const stored = await storedContent(sourceOf(request), item.entry, request.signal);
      wanted.set(targetOf(item).uid, plan.mapping.apply(item.entry, stored).content);
    }
  }
  const inOrg = plan.items.filter((item) => item.kind === kind.name && targetOf(item).org === context.org.id);
  const taken = new Set(
    inOrg.filter((item) => !lost.includes(item)).map((item) => attempts.get(item)?.uid ?? targetOf(item).uid),
  );
  const found = await kind.counterparts?.(context, wanted, taken);
  return lost.filter((item) => {
    const uid = found?.get(targetOf(item).uid);
    const attempt = attempts.get(item);
    if (uid === undefined || attempt === undefined) {
      return false;
    }
    attempt.uid = uid;
    changeLog.put({ ...targetOf(item), uid, did: 'created' });
    return true;
  });
}
