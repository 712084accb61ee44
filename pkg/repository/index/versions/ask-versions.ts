import type { SnapshotSummary } from '../../../contract/manifest.ts';
import type { IndexWait, ListedChanges, Versions } from '../../repository.types.ts';
import type { SnapshotIndex } from '../snapshots.ts';
import type { BelowPart, ChangeFilter } from './below/below.ts';
import type { AskedFor } from './observations.ts';
import type { IndexedPart, VersionIndex } from './version-index.ts';

interface Indexes {
  index: SnapshotIndex;
  versionIndex: VersionIndex;
}

/** Which part of the list is wanted; whether it suffices may hang on the snapshots. */
export interface ChangePart extends Omit<BelowPart, 'isEnough'> {
  isEnough?: ((found: Pick<ListedChanges, 'changes' | 'snapshots'>) => Promise<boolean>) | undefined;
}

/** What became of the resources of an organization, newest first. */
export function listChanges(
  indexes: Indexes,
  filter: ChangeFilter,
  { after, limit, whole, isEnough, ...wait }: IndexWait & ChangePart = {},
): Promise<ListedChanges> {
  return askVersions(indexes, wait, (summaries, calls) => {
    const snapshots = byId(summaries);
    const suffices: BelowPart['isEnough'] = isEnough && ((changes) => isEnough({ changes, snapshots }));
    const part = { after, limit, whole, isEnough: suffices };
    return indexes.versionIndex.changes(filter, summaries, { ...calls, ...part });
  });
}

/** An answer of the index of versions, after it took up what is new. */
export async function askVersions<Found extends IndexedPart>(
  { index, versionIndex }: Indexes,
  { within, ...calls }: IndexWait,
  ask: (summaries: SnapshotSummary[], calls: AskedFor) => Promise<Found>,
): Promise<Found & Pick<Versions, 'snapshots'>> {
  const summaries = await index.read(calls);
  const updating = versionIndex.update(summaries, calls);
  await Promise.race([updating, ...(within === undefined ? [] : [within])]);
  // What goes on behind this call fails into the next one.
  updating.catch(() => undefined);
  let found = await ask(summaries, calls);
  if (found.pending > 0 && within === undefined) {
    // A part that this answer needed was damaged.
    await versionIndex.update(summaries, calls);
    found = await ask(summaries, calls);
  }
  return { ...found, snapshots: byId(summaries) };
}

function byId(summaries: readonly SnapshotSummary[]): ListedChanges['snapshots'] {
  return new Map(summaries.map((one) => [one.id, one]));
}
