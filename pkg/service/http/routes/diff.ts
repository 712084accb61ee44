import { compact } from '../../../contract/compact.ts';
import type { DiffEntry, DiffOrigin } from '../../../contract/api/diff.ts';
import { followersInDiff } from '../../../contract/counts/followers.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import type { NamedRef } from '../../../contract/kinds.ts';
import { folderNames } from '../../../engine/changes/folder-names.ts';
import { isOf, type Caller } from '../../organizations/caller.ts';
import { pageOfList } from '../../pagination.ts';
import { matchesSearch } from '../../text-filter.ts';
import { timeOfId } from '../../../repository/layout.ts';
import { newestFirst, type Comparison } from '../../repository/comparisons.ts';
import { leftByRestores, withRestores, withUndos } from '../../repository/restored.ts';
import { resourceDiff } from '../../repository/resource-diff.ts';
import { foreignSides, originOf, Sides } from '../../repository/sides.ts';
import type { ServiceParts } from '../../parts.ts';
import { goneSignal } from './gone-signal.ts';
import { route, type Api } from '../api.ts';

type Parts = Pick<
  ServiceParts,
  'authors' | 'repositoryCache' | 'snapshots' | 'history' | 'comparisons' | 'guard' | 'clock' | 'signal' | 'versions'
>;

type Compared = Pick<Comparison, 'from' | 'to' | 'foreign' | 'read'>;

/** Registers the routes that compare. */
export function diffRoutes(api: Api, parts: Parts): void {
  const config = { access: 'organization', uses: ['repository', 'grafana', 'concurrency'] } as const;
  const { authors, repositoryCache, snapshots, history, comparisons, guard, clock, signal, versions } = parts;

  /** What is removed and stays listed, although a restore may have brought it back since. */
  async function notRestored(
    query: { to: string; hideRestored?: string },
    caller: Caller,
  ): Promise<(entry: DiffEntry) => boolean> {
    if (query.hideRestored !== 'true' || query.to === 'live') {
      return () => true;
    }
    const { started } = await snapshots.manifest(query.to, caller, signal);
    const deletedSince = (moment: string) => authors.deletedSince(caller, moment);
    const isLeft = await leftByRestores(history, started, signal, deletedSince);
    return (entry) => entry.change !== 'removed' || isLeft(entry)?.isThere !== true;
  }

  /** With who saved or deleted each. @param isGone - whether the later side lacks what the earlier one has */
  async function saved<T extends DiffOrigin>(
    found: readonly T[],
    refOf: (one: T) => NamedRef,
    isGone: (one: T) => boolean,
    { from, to, foreign, read }: Compared,
    caller: Caller,
  ): Promise<T[]> {
    const restored = await withRestores(found, refOf, history, caller, signal);
    const period = { after: timeOfId(from), before: read ?? timeOfId(to) };
    if (foreign.length > 0) {
      return authors.named(restored, caller);
    }
    const goneOf = (one: T) => (isGone(one) ? { ...refOf(one), ...period } : undefined);
    return withUndos(await authors.named(restored, caller, goneOf), isGone, refOf, history, caller, signal);
  }

  route(api, 'GET /diff', config, async (request, reply) => {
    const { query, caller } = request;
    const refresh = query.refresh === 'true' && query.cursor === undefined;
    const all =
      query.partial === 'true'
        ? await comparisons.look(caller, query, refresh)
        : await comparisons.compare(caller, query, refresh, goneSignal(reply));
    const { entries, read, ...comparison } = all;
    const isListed = await notRestored(query, caller);
    const found = entries.filter((entry) => {
      const { change, kind, title, uid, folder } = entry;
      return (
        (query.change === undefined || query.change.includes(change)) &&
        (query.kind === undefined || query.kind.includes(kind)) &&
        matchesSearch(query.search, title, uid, folder) &&
        isListed(entry)
      );
    });
    const ordered = query.order === 'newest' ? newestFirst(found) : found;
    const page = pageOfList(ordered, ({ org, kind, uid }) => `${org}/${kind}/${uid}`, query);
    const isGone = ({ change }: DiffEntry): boolean => change === 'removed';
    const items = await saved(page.items, (entry) => entry, isGone, all, caller);
    const permissions = { ...comparison.permissions, total: followersInDiff(found).size };
    return { ...page, items, ...comparison, permissions, ...compact({ read: read?.toISOString() }) };
  });

  const sides = new Sides(repositoryCache, snapshots, signal);

  route(api, 'GET /diff/resource', config, (request) =>
    guard.run(request, async () => {
      const { query, caller } = request;
      const { from, to, org, kind, uid } = query;
      const ref = { org, kind, uid };
      const nothing = new DashkeepError('DK_NOT_FOUND', `neither side contains that ${kind}`);
      if (!isOf(caller, ref)) {
        throw nothing;
      }
      const [before, after] = await sides.both(from, to, ref, caller);
      if (before.found === undefined && after.found === undefined) {
        throw nothing;
      }
      const manifests = [before, after].flatMap(({ snapshot }) => snapshot?.manifest ?? []);
      const diff = resourceDiff(ref, before.found, after.found, folderNames(manifests, org));
      const foreign = foreignSides(before.snapshot, after.snapshot);
      const origins: (DiffOrigin & { isGone?: boolean })[] = [
        originOf(before),
        { ...originOf(after), isGone: after.found === undefined },
      ];
      const isGone = (one: { isGone?: boolean }): boolean => one.isGone === true;
      const [fromId = from, toId = to] = [before, after].map(({ snapshot }) => snapshot?.manifest.id);
      const compared = { from: fromId, to: toId, foreign, read: to === 'live' ? clock.now() : undefined };
      const live = to === 'live' ? after.found : undefined;
      const isSame = diff.change === 'unchanged';
      const sameAs = live && (isSame ? fromId : await versions.holding(ref, live, caller, signal));
      const [origin, { isGone: _, ...current } = {}] = await saved(origins, () => ref, isGone, compared, caller);
      return {
        ...diff,
        foreign,
        from: origin ?? {},
        to: current,
        ...compact({ sameAs }),
      };
    }),
  );
}
