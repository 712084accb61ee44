import { compact } from '../../contract/compact.ts';
import type { Abortable } from '../../lib/abortable.ts';
import type { Repository } from '../repository.ts';
import { listSnapshots } from '../snapshots/manifests.ts';
import { writeAnnotation } from '../holds/annotation.ts';
import { endHolds, placeHold } from '../holds/holds.ts';
import { hasCode, valueIf } from '../../lib/expected-errors.ts';

/** Something else is in its place there: a verification reports it. */
const isNotTheCopy = hasCode('DK_SNAPSHOT_FOREIGN', 'DK_MANIFEST_DAMAGED', 'DK_NOT_FOUND');

/**
 * Carries holds and notes over to a copy of the repository, for the snapshots that are there, if a trusted key signed
 * them. A hold in the copy ends only where someone released the same hold; one that is merely gone from the source
 * stays.
 */
export async function carryAnnotations(from: Repository, to: Repository, calls: Abortable): Promise<void> {
  const [here, there] = await Promise.all([from.annotations.read(calls), to.annotations.read(calls)]);
  if (here.keys.size === 0) {
    return;
  }
  const snapshots = new Map((await listSnapshots(to.store, calls)).map((key) => [key.id, key]));
  const known = new Set([...[...there.active.values()].flat(), ...there.ended].map(nameOf));
  for (const hold of [...here.active.values()].flat()) {
    const key = snapshots.get(hold.snapshot);
    if (key !== undefined && hold.content !== undefined && !known.has(nameOf(hold))) {
      await placeHold(to, key, hold.id, hold.content, calls).catch(valueIf(isNotTheCopy, undefined));
    }
  }
  for (const { snapshot, id, content } of here.ended) {
    const same = there.active.get(snapshot)?.filter((hold) => hold.id === id) ?? [];
    if (content?.released !== undefined && same.length > 0) {
      await endHolds(to, same, content.released, calls);
    }
  }
  for (const [snapshot, { text: note, by, time }] of here.notes) {
    if (snapshots.has(snapshot) && (there.notes.get(snapshot)?.time ?? '') < time) {
      await writeAnnotation(to, compact({ format: 1 as const, snapshot, note, by, time }), undefined, calls);
    }
  }
}

function nameOf({ snapshot, id }: { snapshot: string; id: string }): string {
  return `${snapshot}.${id}`;
}
