import { isRegularBackup } from '../../contract/manifest.ts';
import { compact } from '../../contract/compact.ts';
import type { SnapshotRow } from '../../contract/api/snapshots.ts';
import type { Annotated } from '../../contract/holds.ts';
import type { Shrunk, Upgrade } from '../../contract/losses/losses.ts';
import type { SnapshotSummary } from '../../contract/manifest.ts';
import { timeOfId } from '../../repository/layout.ts';
import { isOwn, isSince, type Caller } from './caller.ts';

/** What else is known about who asked for a snapshot: the organization, by the run that made it. */
export type AskedFrom = (id: string) => number | undefined;

/** Whether a snapshot is listed for the caller; undefined while only its manifest can show it. */
export function covers(summary: SnapshotSummary, caller: Caller): boolean | undefined {
  return caller.home ? true : holds(summary, caller);
}

/** Whether it has anything of the caller's organization; undefined while only its manifest can show it. */
export function holds({ id: snapshot, held }: SnapshotSummary, caller: Caller): boolean | undefined {
  const found = held?.orgs.find(({ id }) => id === caller.org);
  const isUnnamed = held === undefined || (found !== undefined && found.name === undefined && caller.identity);
  return isUnnamed ? undefined : found !== undefined && isOwn(caller, snapshot, found);
}

/**
 * A snapshot with the numbers of one organization. In the home organization, bytes and problems also count what belongs
 * to the whole server.
 * @param summary - with `held`
 * @returns undefined when the caller has no part in it
 */
export function summaryFor(
  summary: SnapshotSummary,
  caller: Caller,
  askedFrom: AskedFrom,
): SnapshotSummary | undefined {
  const { held, changes, by, shrunk, scope, uncovered, deletions: _, hold, note, ...rest } = summary;
  const isHeld = holds(summary, caller);
  if (held === undefined || isHeld === undefined || (!isHeld && !caller.home)) {
    return undefined;
  }
  const found = isHeld ? held.orgs.find(({ id }) => id === caller.org) : undefined;
  const own = found ?? { resources: 0, bytes: 0, problems: 0 };
  const server = caller.home ? held.server : { resources: 0, bytes: 0, problems: 0 };
  const alone = isHeld && held.orgs.length === 1;
  const changed = alone ? changes : changes?.orgs?.find(({ id }) => isHeld && id === caller.org);
  const problems = own.problems + server.problems;
  const isOwn = askedFrom(rest.id) === caller.org || (alone && caller.home);
  return {
    ...rest,
    ...annotationsFor({ hold, note }, caller),
    status: problems === 0 ? 'complete' : 'partial',
    // As many as the pages show: of the whole server, they show none.
    resources: own.resources,
    bytes: own.bytes + server.bytes,
    problems,
    ...(by === undefined || !isOwn ? {} : { by }),
    ...compact({
      scope: caller.home ? scope : undefined,
      uncovered: caller.home ? uncovered : undefined,
      shrunk: shrunkFor(shrunk, caller),
      changes:
        changed === undefined
          ? undefined
          : { added: changed.added, changed: changed.changed, removed: changed.removed },
    }),
  };
}

/** Holds and notes are for all to see, but only the home organization sees who wrote them. */
export function annotationsFor({ hold, note }: Annotated, caller: Caller): Annotated {
  const { by: _holder, ...held } = hold ?? {};
  const { by: _author, ...noted } = note ?? {};
  const shown = caller.home
    ? { hold, note }
    : { hold: hold && (held as typeof hold), note: note && (noted as typeof note) };
  return compact(shown);
}

/** What is gone, as far as it is the caller's; the home organization decides for all. */
export function shrunkFor(shrunk: Shrunk | undefined, caller: Caller): Shrunk | undefined {
  const isMine = shrunk !== undefined && isSince(caller, timeOfId(shrunk.since).toISOString());
  const isShown = ({ org }: { org?: number | undefined }): boolean => caller.home || (isMine && org === caller.org);
  const losses = shrunk?.losses.filter(isShown) ?? [];
  const overwritten = shrunk?.overwritten?.filter(isShown) ?? [];
  return shrunk === undefined || losses.length + overwritten.length === 0
    ? undefined
    : { since: shrunk.since, losses, ...(overwritten.length === 0 ? {} : { overwritten }) };
}

/** What an upgrade lost, as far as it is the caller's; the home organization sees all. */
export function upgradeFor(upgrade: Upgrade | undefined, caller: Caller): Upgrade | undefined {
  const isMine = upgrade !== undefined && isSince(caller, timeOfId(upgrade.since).toISOString());
  const orgs = upgrade?.orgs?.filter(({ id }) => caller.home || (isMine && id === caller.org)) ?? [];
  return upgrade === undefined || orgs.length === 0 ? undefined : { ...upgrade, orgs };
}

/** A snapshot with the run that made it: a backup's has the same id, others are made on the way of another run. */
export function rowOf(summary: SnapshotSummary): SnapshotRow {
  return isRegularBackup(summary) ? { ...summary, run: summary.id } : summary;
}
