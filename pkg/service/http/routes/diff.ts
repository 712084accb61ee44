import { compact } from '../../../contract/compact.ts';
import type { DiffEntry, DiffOrigin } from '../../../contract/api/diff.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import type { NamedRef } from '../../../contract/kinds.ts';
import { folderNames } from '../../../engine/changes/folder-names.ts';
import { isOf, type Caller } from '../../organizations/caller.ts';
import { holds, pageOfList } from '../../pagination.ts';
import { newestFirst } from '../../repository/comparisons.ts';
import { leftByRestores, withRestores } from '../../repository/restored.ts';
import { resourceDiff } from '../../repository/resource-diff.ts';
import { foreignSides, originOf, Sides } from '../../repository/sides.ts';
import type { ServiceParts } from '../../parts.ts';
import { goneSignal } from './gone-signal.ts';
import { route, type Api } from '../api.ts';

type Parts = Pick<
  ServiceParts,
  'authors' | 'repositoryCache' | 'snapshots' | 'history' | 'comparisons' | 'guard' | 'signal'
>;

/** Registers the routes that compare. */
export function diffRoutes(api: Api, parts: Parts): void {
  const config = { access: 'organization', uses: ['repository', 'grafana', 'concurrency'] } as const;
  const { authors, repositoryCache, snapshots, history, comparisons, guard, signal } = parts;

  /** What is removed and stays listed, although a restore may have brought it back since. */
  async function notRestored(
    query: { to: string; hideRestored?: string },
    caller: Caller,
  ): Promise<(entry: DiffEntry) => boolean> {
    if (query.hideRestored !== 'true' || query.to === 'live') {
      return () => true;
    }
    const { started } = await snapshots.manifest(query.to, caller, signal);
    const isLeft = await leftByRestores(history, started, signal);
    return (entry) => entry.change !== 'removed' || isLeft(entry) !== true;
  }

  /** With who saved each. */
  async function saved<T extends DiffOrigin>(
    found: readonly T[],
    refOf: (one: T) => NamedRef,
    caller: Caller,
  ): Promise<T[]> {
    return withRestores(await authors.named(found, caller), refOf, history, caller, signal);
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
        holds(query.search, title, uid, folder) &&
        isListed(entry)
      );
    });
    const ordered = query.order === 'newest' ? newestFirst(found) : found;
    const page = pageOfList(ordered, ({ org, kind, uid }) => `${org}/${kind}/${uid}`, query);
    const items = await saved(page.items, (entry) => entry, caller);
    return { ...page, items, ...comparison, ...compact({ read: read?.toISOString() }) };
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
      const [origin, current] = await saved([originOf(before), originOf(after)], () => ref, caller);
      return {
        ...diff,
        foreign: foreignSides(before.snapshot, after.snapshot),
        from: origin ?? {},
        to: current ?? {},
      };
    }),
  );
}
