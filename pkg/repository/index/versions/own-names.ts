import type { SnapshotSummary } from '../../../contract/manifest.ts';
import type { AskedFor } from './observations.ts';
import type { Name, VersionIndex } from './version-index.ts';

/**
 * Every resource that was ever seen, without what only another organization with the same ID had: where there is one,
 * histories say which that is.
 * @param options.whole - as of `names`
 */
export async function ownNames(
  index: VersionIndex,
  summaries: () => Promise<readonly SnapshotSummary[]>,
  { isSameOrg, ...options }: AskedFor & { whole?: boolean },
): Promise<{ names: Name[]; areShared: boolean }> {
  const names = await index.names(options);
  const shared = isSameOrg === undefined ? new Set<number>() : await index.sharedOrgs(isSameOrg, options);
  if (shared.size === 0) {
    return { names, areShared: false };
  }
  const doubtful = names.filter(([[org]]) => shared.has(org));
  const refs = doubtful.map(([[org, kind, uid]]) => ({ org, kind, uid }));
  const { changes } = await index.ofMany(refs, await summaries(), { ...options, isSameOrg });
  const own = doubtful.flatMap(([thing], place): Name[] => {
    const last = changes[place]?.at(-1);
    const title = (last?.state ?? last?.before)?.title;
    return last === undefined || title === undefined ? [] : [[thing, title, last.what === 'deleted']];
  });
  return { names: [...names.filter(([[org]]) => !shared.has(org)), ...own], areShared: true };
}
