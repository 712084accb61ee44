import type { DiffEntry } from '../../pkg/contract/api/diff.ts';
import type { RestoreSelection } from '../../pkg/contract/api/restores.ts';
import type { SnapshotRow } from '../../pkg/contract/api/snapshots.ts';
import type { KindName } from '../../pkg/contract/kinds.ts';
import { refOf } from './routes.ts';

/** Something that a snapshot holds and that is not there any more. */
export interface Gone {
  entry: DiffEntry;
  /** How many resources were deleted together, and of how many the permissions; absent where that is not known. */
  together?: { count: number; permissions: number };
  /** The snapshot that holds it. */
  from: string;
  /** When that was taken, where the page does not say it for all. */
  seen?: string;
  /** Brings it back with all that went with it. */
  selection: RestoreSelection;
}

/** What people miss by its name; annotations and the like come back with everything else. */
const MISSED: ReadonlySet<KindName> = new Set([
  'team',
  'data-source',
  'folder',
  'library-panel',
  'dashboard',
  'playlist',
  'notification-template',
  'mute-timing',
  'contact-point',
  'notification-policy',
  'alert-rule-group',
]);

const pathOf = ({ folder, title }: DiffEntry): string => (folder === '' ? title : `${folder} / ${title}`);

/**
 * Of what is gone, the outermost: a folder represents everything in it, a dashboard its permissions and annotations.
 * @param isCut - whether `entries` are only the first ones
 */
export function outermost(entries: DiffEntry[], from: string, isCut = false): Gone[] {
  const folders = entries.filter((entry) => entry.kind === 'folder');
  const byKey = new Map(entries.map((entry) => [keyOf(entry), entry]));
  const isIn = (entry: DiffEntry, folder: DiffEntry) =>
    entry !== folder && entry.org === folder.org && `${entry.folder} / `.startsWith(`${pathOf(folder)} / `);
  return entries
    .filter((entry) => MISSED.has(entry.kind) && !folders.some((folder) => isIn(entry, folder)))
    .map((entry) => {
      const isFolder = entry.kind === 'folder';
      const all = entries.filter((other) => {
        const home = byKey.get(keyOf({ ...other, kind: 'dashboard', uid: other.of ?? '' })) ?? other;
        return home === entry || (isFolder ? isIn(home, entry) : belongs(other, entry));
      });
      const { uid, org } = entry;
      // As `followersInDiff` counts: what permissions belong to was deleted, too.
      const count = all.filter(({ kind }) => !kind.endsWith('-permissions')).length;
      return {
        entry,
        from,
        selection: isFolder ? { type: 'folder', org, uid } : { type: 'resources', resources: all.map(refOf) },
        ...(isCut ? {} : { together: { count, permissions: all.length - count } }),
      };
    });
}

/** Names a resource in a list. */
export function keyOf({ org, kind, uid }: Pick<DiffEntry, 'org' | 'kind' | 'uid'>): string {
  return `${org}/${kind}/${uid}`;
}

/** Whether it hangs on the other one: permissions of a dashboard, and that it is shared. */
function belongs({ org, kind, uid }: DiffEntry, owner: DiffEntry): boolean {
  return org === owner.org && uid === owner.uid && [`${owner.kind}-permissions`, `public-${owner.kind}`].includes(kind);
}

/**
 * Of snapshots, newest first, the backups after which something was deleted, up to the newest backup. What was taken
 * before a restore or for a drill covers other things, and says nothing about what people deleted.
 * @param newest - the id of the newest backup
 * @param since - milliseconds; deletions that were seen earlier are left out
 */
export function beforeDeletions(rows: SnapshotRow[], newest: string, since: number): SnapshotRow[] {
  const upToNewest = backupsUpTo(rows, newest);
  return upToNewest.flatMap((row, index) => {
    const before = upToNewest[index + 1];
    const { added, removed } = row.changes ?? { added: 0, removed: 0 };
    // A service that trusted no earlier snapshot has compared with none: all is added, and nothing counts as removed.
    const mayLack = row.status === 'complete' && (removed > 0 || added >= row.resources);
    return mayLack && before !== undefined && Date.parse(row.time) >= since ? [before] : [];
  });
}

/** Of snapshots, newest first, the trusted backups up to the newest one, which comes first. */
export function backupsUpTo(rows: SnapshotRow[], newest: string): SnapshotRow[] {
  const backups = rows.filter(
    ({ trigger, foreign }) => foreign !== true && (trigger === 'manual' || trigger === 'scheduled'),
  );
  return backups.slice(
    Math.max(
      0,
      backups.findIndex(({ id }) => id === newest),
    ),
  );
}
