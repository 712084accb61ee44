import { isRegularBackup } from '../../contract/manifest.ts';
import { compact } from '../../contract/compact.ts';
import type { SnapshotRow } from '../../contract/api/snapshots.ts';
import type { Shrunk, SnapshotSummary } from '../../contract/manifest.ts';
import type { Caller } from './caller.ts';

/** What else is known about who asked for a snapshot: the organization, by the run that made it. */
export type AskedFrom = (id: string) => number | undefined;

/** Whether a snapshot is listed for the caller; undefined while only its manifest can show it. */
export function covers({ held }: SnapshotSummary, caller: Caller): boolean | undefined {
  return caller.home ? true : held?.orgs.some(({ id }) => id === caller.org);
}

/**
 * A snapshot with the numbers of one organization. The home organization also counts what belongs to the whole server.
 * @param summary - with `held`
 * @returns undefined when the caller has no part in it
 */
export function summaryFor(
  summary: SnapshotSummary,
  caller: Caller,
  askedFrom: AskedFrom,
): SnapshotSummary | undefined {
  const { held, changes, by, shrunk, scope, ...rest } = summary;
  if (held === undefined || covers(summary, caller) !== true) {
    return undefined;
  }
  const own = held.orgs.find(({ id }) => id === caller.org) ?? { resources: 0, bytes: 0, problems: 0 };
  const server = caller.home ? held.server : { resources: 0, bytes: 0, problems: 0 };
  const alone = held.orgs.every(({ id }) => id === caller.org);
  const changed = alone ? changes : changes?.orgs?.find(({ id }) => id === caller.org);
  const problems = own.problems + server.problems;
  const isOwn = askedFrom(rest.id) === caller.org || (alone && caller.home);
  return {
    ...rest,
    status: problems === 0 ? 'complete' : 'partial',
    resources: own.resources + server.resources,
    bytes: own.bytes + server.bytes,
    problems,
    ...(by === undefined || !isOwn ? {} : { by }),
    ...compact({
      scope: caller.home ? scope : undefined,
      shrunk: shrunkFor(shrunk, caller),
      changes:
        changed === undefined
          ? undefined
          : { added: changed.added, changed: changed.changed, removed: changed.removed },
    }),
  };
}

/** What is gone, as far as it is the caller's; the home organization decides for all. */
export function shrunkFor(shrunk: Shrunk | undefined, caller: Caller): Shrunk | undefined {
  const losses = shrunk?.losses.filter(({ org }) => caller.home || org === caller.org) ?? [];
  return shrunk === undefined || losses.length === 0 ? undefined : { ...shrunk, losses };
}

/** A snapshot with the run that made it: a backup's has the same id, others are made on the way of another run. */
export function rowOf(summary: SnapshotSummary): SnapshotRow {
  return isRegularBackup(summary) ? { ...summary, run: summary.id } : summary;
}
