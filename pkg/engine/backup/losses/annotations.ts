import type { Manifest, ManifestEntry } from '../../../contract/manifest.ts';
import { idOf, ownerOf } from '../../../grafana/kinds/dashboards/annotation/revision.ts';
import { groupBy } from '../../../lib/group-by.ts';
import { keyOf } from '../../restore/target.ts';

/** If all annotations are gone, the fewest that did not merely expire. */
const LEAST_OF_ALL = 10;

type Snapshot = Pick<Manifest, 'resources'>;

/**
 * Annotations of an earlier snapshot that a later one lacks, and that did not merely expire. Grafana keeps annotations
 * until someone limits their age or number; it then removes the oldest first, of dashboards and of the organization
 * separately. Those of a dashboard that is gone, too, belong to its loss.
 * @param twin - the organization in the later snapshot
 * @returns keys in the earlier snapshot
 */
export function lostAnnotations(
  before: Snapshot,
  now: Snapshot,
  twin: (org: number) => number | undefined = (org) => org,
): Set<string> {
  const earlier = groupBy(before.resources.filter(isAnnotation), ({ org }) => org);
  const later = now.resources.filter(({ kind }) => kind === 'annotation' || kind === 'dashboard');
  const uids = new Set(later.map(keyOf));
  const ids = new Set(later.flatMap((entry) => (isAnnotation(entry) ? [`${entry.org} ${idOf(entry.revision)}`] : [])));
  const boards = new Set(before.resources.flatMap((entry) => (entry.kind === 'dashboard' ? [keyOf(entry)] : [])));
  const lost = new Set<string>();
  for (const [id, all] of earlier) {
    const org = twin(id) ?? id;
    const isThere = (entry: ManifestEntry): boolean =>
      uids.has(keyOf({ ...entry, org })) ||
      // Someone who edits an annotation changes its UID.
      (idOf(entry.revision) !== undefined && ids.has(`${org} ${idOf(entry.revision)}`));
    const own = all.filter((entry) => {
      const dashboard = { kind: 'dashboard', uid: boardOf(entry) } as const;
      return !boards.has(keyOf({ ...dashboard, org: id })) || uids.has(keyOf({ ...dashboard, org }));
    });
    const ofBoards = own.filter((entry) => boardOf(entry) !== '');
    const ofOrg = own.filter((entry) => boardOf(entry) === '');
    const groups = own.some(isThere) ? [ofBoards, ofOrg] : [own];
    const deleted = groups.flatMap((group) => notExpired(group, isThere));
    const gone = own.filter((entry) => !isThere(entry));
    // Where most did not expire, whatever deleted them took the oldest along.
    (deleted.length * 2 >= gone.length ? gone : deleted).forEach((entry) => lost.add(keyOf(entry)));
  }
  return lost;
}

function isAnnotation({ kind }: ManifestEntry): boolean {
  return kind === 'annotation';
}

/** UID of its dashboard; empty for those of the organization. */
function boardOf({ revision, facts }: ManifestEntry): string {
  return ownerOf(revision) ?? String(facts?.['of'] ?? '');
}

function notExpired(group: readonly ManifestEntry[], isThere: (entry: ManifestEntry) => boolean): ManifestEntry[] {
  const gone = group.filter((entry) => !isThere(entry));
  if (gone.length === group.length) {
    return gone.length < LEAST_OF_ALL ? [] : gone;
  }
  const idsLeft = group.filter(isThere).flatMap(({ revision }) => idOf(revision) ?? []);
  const oldest = idsLeft.reduce((least, id) => Math.min(least, id), Number.POSITIVE_INFINITY);
  return gone.filter(({ revision }) => (idOf(revision) ?? 0) > oldest);
}
