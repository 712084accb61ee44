import { reasonOf } from '../../../contract/errors.ts';
import { countsNow, isFull, isRegularBackup, type Manifest, type SnapshotSummary } from '../../../contract/manifest.ts';
import type { Log } from '../../../contract/ports.ts';
import type { Repository } from '../../../repository/repository.ts';
import { assertCounts } from '../../../repository/signing/acceptance.ts';
import { shrunkSince } from './shrunk.ts';

/** How many of the newest snapshots are tried to find a readable one. */
export const LOOK_BACK = 5;

/** What reading earlier snapshots takes. */
export interface EarlierPorts {
  repository: Repository;
  log: Log;
  signal: AbortSignal;
}

/** Undefined for one that was removed, or is damaged, or does not count: what is stored now matters more. */
export async function readable({ repository, signal, log }: EarlierPorts, id: string): Promise<Manifest | undefined> {
  try {
    const stored = await repository.stored(id, { signal });
    assertCounts(repository.trust, stored);
    return stored.manifest;
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ snapshot: id, reason: reasonOf(error) }, 'this backup cannot be compared with an earlier one');
    return undefined;
  }
}

/** A snapshot with what it was asked for and what its credentials reached. */
export type Reaching = Pick<Manifest, 'scope' | 'orgs'> | Pick<SnapshotSummary, 'scope' | 'held'>;

/** Whether one was asked for as much as another, with credentials that reach as much. Earlier releases do not say. */
export function coversAsMuch(one: Reaching, other: Reaching): boolean {
  const [its, wanted] = [one.scope, other.scope];
  if (its === undefined || wanted === undefined) {
    return true;
  }
  return (
    its.orgs === wanted.orgs &&
    its.serverAdmin === wanted.serverAdmin &&
    (its.orgs !== 'chosen' || orgsOf(other).every((id) => orgsOf(one).includes(id))) &&
    (its.unselected ?? []).every((kind) => wanted.unselected?.includes(kind) === true)
  );
}

function orgsOf(one: Reaching): number[] {
  return ('orgs' in one ? one.orgs : (one.held?.orgs ?? [])).map(({ id }) => id);
}

/**
 * The last full backup before a snapshot where a person trusted the keys of all earlier ones only after it was made, so
 * that it was compared with none: a new service found the repository of a lost one. Undefined where any counted then,
 * where its own key was trusted only later, for then its writer compared it, and where losses since were reported.
 */
export async function trustedSince(ports: EarlierPorts, snapshot: Manifest): Promise<Manifest | undefined> {
  const { repository, signal } = ports;
  const { keys = [] } = (await repository.trust.keys.state?.trusted()) ?? {};
  const late = new Set(keys.filter(({ since }) => since > snapshot.started).map(({ fingerprint }) => fingerprint));
  if (late.size === 0) {
    return undefined;
  }
  const isLate = ({ signer = '' }: SnapshotSummary): boolean => late.has(signer);
  const backups = (await repository.snapshots({ signal })).filter(
    (one) => isRegularBackup(one) && countsNow(one) && one.id <= snapshot.id,
  );
  const first = backups.findIndex(isLate);
  const before = backups.slice(first);
  if (first < 1 || !before.every(isLate) || backups.slice(0, first).some(({ shrunk }) => shrunk !== undefined)) {
    return undefined;
  }
  const full = before.filter(isFull);
  // As for any first backup: one of the same reach if there is one.
  const preferred = [...full.filter((one) => coversAsMuch(one, snapshot)), ...full];
  for (const { id } of preferred.slice(0, LOOK_BACK)) {
    const found = await readable(ports, id);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** A snapshot with its losses since earlier ones, which its manifest lacks if those were trusted only later. */
export async function judgedAgain(ports: EarlierPorts, snapshot: Manifest): Promise<Manifest> {
  const isJudged = snapshot.shrunk !== undefined || !isRegularBackup(snapshot);
  const before = isJudged ? undefined : await trustedSince(ports, snapshot);
  const shrunk = before && shrunkSince(before, snapshot);
  return shrunk === undefined ? snapshot : { ...snapshot, shrunk, lastFull: before?.id };
}
