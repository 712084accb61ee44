import type { KindName } from '../contract/kinds.ts';
import type { KindReport, Manifest, ManifestEntry } from '../contract/manifest.ts';
import type { ReasonCode } from '../contract/reasons/catalogue.ts';

const NOT_ASKED_FOR = 'not-asked-for' satisfies ReasonCode;
const NOT_SHOWN = 'needs-server-admin' satisfies ReasonCode;

/** What a comparison needs of a snapshot. */
export type Compared = Pick<Manifest, 'orgs' | 'kinds' | 'resources'>;

/**
 * Of entries, those of organizations and kinds that both snapshots cover: what only one of them looked at was neither
 * added nor removed. An organization that one of them covers and the other saw not to exist counts as covered by both.
 */
export function scopeOfBoth(one: Compared, other: Compared): (entry: ManifestEntry) => boolean {
  const orgs = new Set(
    [...one.orgs, ...other.orgs].flatMap((org) => (knows(one, org) && knows(other, org) ? [org.id] : [])),
  );
  const kinds = new Map<KindName, boolean>();
  return ({ org, kind }) => {
    if (!kinds.has(kind)) {
      kinds.set(kind, wasSeen(one, kind) && wasSeen(other, kind));
    }
    return orgs.has(org) && kinds.get(kind) === true;
  };
}

function knows({ orgs, kinds, resources }: Compared, { id, name }: Manifest['orgs'][number]): boolean {
  if (orgs.some((org) => org.id === id)) {
    return true;
  }
  const listed = kinds.org !== undefined && kinds.org.reason === undefined;
  return listed && !resources.some(({ kind, uid }) => kind === 'org' && uid === name);
}

function wasSeen({ kinds }: Compared, kind: KindName): boolean {
  const report = kinds[kind];
  return report !== undefined && !isNotAskedFor(report) && report.code !== NOT_SHOWN;
}

/** Whether the caller of the backup left a kind out. Manifests of earlier releases only have the sentence. */
export function isNotAskedFor({ code, reason }: KindReport): boolean {
  return (code ?? (reason === 'not asked for' ? NOT_ASKED_FOR : undefined)) === NOT_ASKED_FOR;
}
