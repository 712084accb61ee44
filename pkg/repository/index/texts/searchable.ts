import { compact } from '../../../contract/compact.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import type { IndexWait, Searchable } from '../../repository.types.ts';
import type { SnapshotIndex } from '../snapshots.ts';
import { ownNames } from '../versions/own-names.ts';
import type { VersionIndex } from '../versions/version-index.ts';
import type { TextIndex } from './text-index.ts';

export interface SearchedIndexes {
  index: SnapshotIndex;
  versionIndex: VersionIndex;
  textIndex: TextIndex;
}

/** Takes up what is not indexed yet, and gives what a search is made from. */
export async function openSearch(
  { index, versionIndex, textIndex }: SearchedIndexes,
  { within, onProgress, signal, isSameOrg }: IndexWait,
): Promise<Searchable> {
  const calls = compact({ signal });
  const summaries = await index.read(calls);
  const update = async (): Promise<void> => {
    await versionIndex.update(summaries, calls);
    await textIndex.update(summaries, compact({ onProgress, signal }));
  };
  // A part that is found damaged is lost then, and made again by the second update.
  const updating = update().catch((error: unknown) => (isDamaged(error) ? update() : Promise.reject(error)));
  await Promise.race([updating, ...(within === undefined ? [] : [within])]);
  // What goes on behind this call fails into the next one.
  updating.catch(() => undefined);
  const { indexed, pending, unreadable } = await versionIndex.ofMany([], summaries, calls);
  let names: ReturnType<typeof ownNames> | undefined;
  const own = () => (names ??= ownNames(versionIndex, async () => summaries, { ...calls, isSameOrg, whole: true }));
  const missing = Math.max(pending, (await textIndex.pending(summaries, calls)) - unreadable);
  return {
    searched: textIndex.flavor === 'texts' ? 'content' : 'titles',
    indexed: indexed + pending - missing,
    pending: missing,
    unreadable,
    things: () => textIndex.things(calls),
    histories: async (refs) => {
      const found = await versionIndex.ofMany(refs, summaries, { ...calls, isSameOrg });
      if (found.pending > missing) {
        throw new DashkeepError('DK_INTEGRITY', 'a part of the index of versions is damaged');
      }
      return found.changes;
    },
    everSeen: async () => {
      const seen = (await own()).names;
      return seen.map(([[org, kind, uid], title, deleted]) => ({ org, kind, uid, title, deleted }));
    },
    areShared: async () => (await own()).areShared,
    snapshots: new Map(summaries.map((one) => [one.id, one])),
  };
}

function isDamaged(error: unknown): boolean {
  return error instanceof DashkeepError && error.code === 'DK_INTEGRITY';
}
