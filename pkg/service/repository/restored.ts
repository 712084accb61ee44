import type { DiffOrigin } from '../../contract/api/diff.ts';
import type { ResourceVersion } from '../../contract/api/versions.ts';
import { compact } from '../../contract/compact.ts';
import type { ResourceRef } from '../../contract/kinds.ts';
import { isRegularBackup, type SnapshotSummary } from '../../contract/manifest.ts';
import { runLine, type RunLine, type Touched } from '../../contract/runs.ts';
import { mapConcurrently } from '../../lib/concurrency/each-at-once.ts';
import type { Caller } from '../organizations/caller.ts';
import { runFor } from '../organizations/run-view.ts';
import { matchesSearch } from '../text-filter.ts';
import { eligibleSnapshotIds } from '../../repository/index/versions/version-index.ts';
import { timeOfId } from '../../repository/layout.ts';
import type { History } from './history.ts';

/** Grafana gives the time of a save or deletion in whole seconds, by its own clock. */
export const APART_MS = 5_000;
const RESTORES_MOST = 50;
const READS_AT_ONCE = 2;

/** What the last restore that touched a resource did to it, and when that restore ended. */
export interface LeftByRestore {
  isThere: boolean;
  at: string;
}

/**
 * Decides whether the restores since a moment, or since a later one, have left a resource in Grafana, as the last of
 * them that touched it did; undefined for what none has touched.
 * @param deletedSince - which resources Grafana lists as deleted, read after a moment
 */
export async function leftByRestores(
  history: History,
  since: string,
  signal: AbortSignal,
  deletedSince: (moment: string) => Promise<(resource: ResourceRef, after: string) => boolean>,
): Promise<(resource: ResourceRef, later?: string) => LeftByRestore | undefined> {
  const left = new Map<string, LeftByRestore>();
  const ended = (run: RunLine): boolean => run.kind === 'restore' && (run.finished ?? '') > since;
  // Anyone who can write to the target can add records: the newest are enough for a hint.
  const newest = (await history.since(since, ended, signal)).slice(0, RESTORES_MOST).reverse();
  for (const run of await mapConcurrently(READS_AT_ONCE, newest, ({ id }) => history.find(id, signal), signal)) {
    const at = run?.finished ?? since;
    run?.touched?.forEach((one) => left.set(keyOf(one), { isThere: one.did !== 'deleted', at }));
  }
  const last = [...left.values()].reduce((latest, { at }) => (at > latest ? at : latest), since);
  const isGone = left.size === 0 ? () => false : await deletedSince(last);
  return (resource, later = since) => {
    const found = left.get(keyOf(resource));
    return found === undefined || found.at < later
      ? undefined
      : { ...found, isThere: found.isThere && !isGone(resource, found.at) };
  };
}

/**
 * What the newest restores created in Grafana, by kind and UID, and the backups that were the first to be started after
 * that. A safety snapshot may have copied from an earlier snapshot what its restore does not write.
 */
export async function createdByRestores(
  history: History,
  snapshots: readonly SnapshotSummary[],
  { org }: Caller,
  signal: AbortSignal,
): Promise<Map<string, Set<string>>> {
  const isHere = ({ kind, finished, connection }: RunLine): boolean =>
    kind === 'restore' && finished !== undefined && connection === undefined;
  const newest = (await history.since('', isHere, signal)).slice(0, RESTORES_MOST);
  const created = new Map<string, Set<string>>();
  const sorted = eligibleSnapshotIds(snapshots.filter(isRegularBackup)).sort();
  for (const run of await mapConcurrently(READS_AT_ONCE, newest, ({ id }) => history.find(id, signal), signal)) {
    const next = sorted.find((id) => timeOfId(id).toISOString() >= (run?.finished ?? ''));
    for (const one of run?.touched ?? []) {
      if (next !== undefined && one.did === 'created' && one.org === org) {
        const key = `${one.kind}/${one.uid}`;
        created.set(key, (created.get(key) ?? new Set()).add(next));
      }
    }
  }
  return created;
}

const PERMISSIONS = /-permissions$/;
const DAY_MS = 24 * 60 * 60_000;
/** How Grafana names a service account that saved something; before version 12, by its login. */
const SERVICE_ACCOUNT = /^(service-account:|sa-)/;

/** A version, or what a comparison says of one. */
type SavedFacts = DiffOrigin & Partial<Pick<ResourceVersion, 'after' | 'comment' | 'what'>>;

/** What a version is one of. */
export interface VersionRef {
  org: number;
  kind: string;
  uid: string;
  /** The mark of its content, as in the record of a restore. It counts where Grafana doesn't say who saved it. */
  mark?: string | undefined;
  /** Whether no person can have set it; asked only where a restore created it, or what it belongs to. */
  isGiven?: (() => Promise<boolean>) | undefined;
}

/**
 * Adds to versions, changes, or the sides of a comparison, which restore saved them, and who started it: Grafana only
 * knows the account of the service. A restore counts if it ran when the version was saved, and its record, which a
 * trusted key signed, lists the resource. Where Grafana doesn't say who saved it, as with permissions, the content must
 * be what that restore left.
 */
export async function withRestores<T extends SavedFacts>(
  versions: readonly T[],
  refOf: (version: T) => VersionRef,
  history: History,
  caller: Caller,
  signal: AbortSignal,
): Promise<T[]> {
  const known = versions.flatMap((version) => savedWithin(version, refOf(version)) ?? []);
  if (known.length === 0) {
    return [...versions];
  }
  const since = new Date(Math.min(...known.map(({ from }) => from))).toISOString();
  const lines = await history.since(since, (run) => known.some((period) => ranWithin(run, period)), signal);
  const restoredBy = await restoreFinder(lines, history, caller, signal);
  const attributed = async (version: T): Promise<T> => {
    const ref = refOf(version);
    const given = restoredBy(version, ref) ?? restoredBy(version, ref, true);
    const restored = restoredBy(version, ref) ?? ((await (given && ref.isGiven?.())) === true ? given : undefined);
    return restored === undefined ? version : { ...version, restored };
  };
  return mapConcurrently(READS_AT_ONCE, versions, attributed, signal);
}

/**
 * Adds to deletions which undo they were part of. An undo counts only for what it deleted; which account deleted it has
 * to be known by now.
 */
export async function withUndos<T extends DiffOrigin>(
  shown: readonly T[],
  isGone: (one: T) => boolean,
  refOf: (one: T) => VersionRef,
  history: History,
  caller: Caller,
  signal: AbortSignal,
): Promise<T[]> {
  const gone = shown.filter(isGone);
  const deletions = gone.map(({ updated, updatedBy }, at) =>
    compact({ at, what: 'deleted' as const, updated, updatedBy }),
  );
  const refOfDeletion = ({ at }: { at: number }): VersionRef => refOf(gone[at] as T);
  const found = await withRestores<SavedFacts & { at: number }>(deletions, refOfDeletion, history, caller, signal);
  return shown.map((one) => (isGone(one) ? compact({ ...one, restored: found.shift()?.restored }) : one));
}

/** Finds the restore that saved a version, among those that someone started whose name holds these words. */
export async function restoresBy(
  person: string,
  history: History,
  caller: Caller,
  signal: AbortSignal,
): Promise<RestoreFinder> {
  const isTheirs = (run: RunLine): boolean =>
    run.kind === 'restore' && run.by !== undefined && matchesSearch(person, run.by);
  return restoreFinder(await history.since('', isTheirs, signal), history, caller, signal);
}

/** @param isGiven - a restore that created it, or its owner, suffices */
type RestoreFinder = (version: SavedFacts, ref: VersionRef, isGiven?: boolean) => SavedFacts['restored'] | undefined;

async function restoreFinder(
  lines: readonly RunLine[],
  history: History,
  caller: Caller,
  signal: AbortSignal,
): Promise<RestoreFinder> {
  // The index of runs, which nobody signs, only finds them: what counts is the record. A forged one may be large.
  const found = lines.slice(0, RESTORES_MOST);
  const records = await mapConcurrently(READS_AT_ONCE, found, ({ id }) => history.find(id, signal), signal);
  const restores = records.flatMap((record) => {
    const line = record === undefined ? undefined : runFor(runLine(record), caller);
    const touched = record?.touched?.map((one): [string, Touched] => [keyOf(one), one]);
    return line === undefined || touched === undefined ? [] : [{ line, touched: new Map(touched) }];
  });
  return (version, ref, isGiven = false) => {
    const period = savedWithin(version, ref);
    const owner = { ...ref, kind: ref.kind.replace(PERMISSIONS, '') };
    const isIts = (touched: ReadonlyMap<string, Touched>): boolean => {
      const one = touched.get(keyOf(ref));
      if (isGiven) {
        return (one === undefined || one.open === true) && (one ?? touched.get(keyOf(owner)))?.did === 'created';
      }
      const isSameKind = one !== undefined && (one.did === 'deleted') === (version.what === 'deleted');
      return isSameKind && (period?.mark === undefined || one.mark === period.mark);
    };
    const restore = restores.find(
      ({ line, touched }) => period !== undefined && ranWithin(line, period) && isIts(touched),
    );
    return restore && compact({ run: restore.line.id, by: restore.line.by });
  };
}

/** When a service account saved a version, in milliseconds, and from which snapshot, where its comment says that. */
interface Saved {
  from: number;
  to: number;
  source?: string | undefined;
  /** Of a version that anyone can have saved. */
  mark?: string | undefined;
}

/** Undefined for what anyone else saved. */
function savedWithin(version: SavedFacts, { mark }: VersionRef): Saved | undefined {
  const { updatedBy = '', updated = '', after = '', time = '', comment } = version;
  if (mark !== undefined && updatedBy === '' && after !== '') {
    return { from: Date.parse(after), to: Date.parse(time), mark };
  }
  if (!SERVICE_ACCOUNT.test(updatedBy)) {
    return undefined;
  }
  const at = Date.parse(updated);
  if (!Number.isNaN(at)) {
    return { from: at - APART_MS, to: at + APART_MS };
  }
  // Grafana does not say when something was saved that was only created, and safety snapshots do not read all again: an
  // earlier restore counts if the comment names its source, or the content is what it left.
  const source = /\bfrom snapshot (\S+)$/.exec(comment ?? '')?.[1];
  const from = Date.parse(after) - (source === undefined && mark === undefined ? 0 : DAY_MS);
  return Number.isNaN(from)
    ? undefined
    : { from, to: Date.parse(time), source, ...(source === undefined && mark !== undefined ? { mark } : {}) };
}

function ranWithin(run: RunLine, { from, to, source = run.source }: Saved): boolean {
  const { kind, started, finished, connection } = run;
  const isHere = kind === 'restore' && connection === undefined && run.source === source;
  return isHere && finished !== undefined && Date.parse(started) <= to && Date.parse(finished) >= from;
}

const keyOf = ({ org, kind, uid }: { org: number; kind: string; uid: string }): string => `${org}/${kind}/${uid}`;
