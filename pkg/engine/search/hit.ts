import type { FoundText, SearchHit } from '../../contract/api/search.ts';
import { compact } from '../../contract/compact.ts';
import type { ResourceRef } from '../../contract/kinds.ts';
import type { SnapshotSummary } from '../../contract/manifest.ts';
import { shortId } from '../../repository/index/texts/files.ts';
import type { VersionChange } from '../../repository/index/versions/timeline.ts';
import type { Match } from './candidates.ts';
import { excerpt, type SearchWords } from './query.ts';

/** Texts of one resource that are listed. */
const MOST_TEXTS = 10;

/**
 * A resource in which something was found, with the times of its versions.
 * @param changes - what became of it, oldest first
 * @returns undefined when no snapshot that is there holds any of it
 */
export function hitOf(
  ref: ResourceRef,
  matches: readonly Match[],
  changes: readonly VersionChange[],
  { snapshots, words }: { snapshots: ReadonlyMap<string, SnapshotSummary>; words: SearchWords },
): SearchHit | undefined {
  const timeOf = (id: string): string => snapshots.get(id)?.time ?? '';
  const last = changes.findLast(({ state }) => state !== undefined);
  if (last?.state === undefined) {
    return undefined;
  }
  const found = matches.flatMap((match): FoundText[] => {
    const span = lastSpan(changes, match.objects());
    if (span === undefined) {
      return [];
    }
    const { first, until, snapshot } = span;
    const text = compact({
      where: match.where,
      text: excerpt(words, match.text),
      panel: match.within === '' ? undefined : match.within,
      now: until === undefined,
      since: timeOf(first),
      lastSeen: timeOf(snapshot),
      until: until === undefined ? undefined : timeOf(until),
      snapshot,
    });
    return [text];
  });
  if (found.length === 0) {
    return undefined;
  }
  // What is there now answers the question better than what was there.
  const newest = last.snapshots.last;
  const sorted = [...found.filter(({ now }) => now), ...found.filter(({ now }) => !now)];
  return {
    ...ref,
    title: last.state.title,
    folder: last.state.folder,
    deleted: changes.at(-1)?.what === 'deleted',
    lastSeen: timeOf(newest),
    ...(snapshots.get(newest)?.foreign === true ? {} : { snapshot: newest }),
    found: sorted.slice(0, MOST_TEXTS),
    more: Math.max(0, sorted.length - MOST_TEXTS),
  };
}

/** The last time that one of these versions was there: the first and last snapshot, and the first one without. */
function lastSpan(
  changes: readonly VersionChange[],
  objects: ReadonlySet<string> | undefined,
): { first: string; snapshot: string; until: string | undefined } | undefined {
  const holds = ({ state }: VersionChange): boolean =>
    state !== undefined && (objects === undefined || objects.has(shortId(state.object)));
  const end = changes.findLastIndex(holds);
  const newest = changes[end];
  if (newest === undefined) {
    return undefined;
  }
  let start = end;
  for (let before = changes[start - 1]; before !== undefined && holds(before); before = changes[start - 1]) {
    start--;
  }
  const first = changes[start]?.snapshots.first ?? newest.snapshots.first;
  return { first, snapshot: newest.snapshots.last, until: newest.until };
}
