import type { ResourceVersion } from '../../../contract/api/versions.ts';
import { followersIn, ownerKind } from '../../../contract/counts/followers.ts';
import type { ResourceChange } from '../../../repository/index/versions/below/below.ts';
import type { VersionState } from '../../../repository/index/versions/files.ts';
import { keyOfChange } from './ask-index.ts';
import type { Owner } from './owners.ts';

/** Of what was restored or deleted together, at most this many are listed. */
const MEMBERS_MOST = 50;
/** The same of all entries of a page, for each that was asked for; each lists one at least. */
const PAGE_MEMBERS = 10;

/** A change in the index, as people see it. */
export interface ListedChange {
  found: ResourceChange;
  version: ResourceVersion;
}

/** What something was in, or belonged to. */
type Home = Pick<Owner, 'kind' | 'uid'>;

/** Everything that was deleted, by the key of its change. */
type Deleted = ReadonlyMap<string, ResourceChange>;

/**
 * Puts together what one restore saved, or what was deleted with one folder or dashboard, of what the same snapshot
 * shows.
 * @param listed - newest first, with all changes of each snapshot
 * @param ownerOf - what something belonged to
 * @returns each entry where its first change was
 */
export function entriesOf(
  listed: readonly ListedChange[],
  ownerOf: (one: ResourceChange) => Owner | undefined = () => undefined,
): ListedChange[][] {
  const deleted: Deleted = new Map(
    listed.flatMap(({ found }): [string, ResourceChange][] =>
      found.change.what === 'deleted' ? [[keyOfChange(found), found]] : [],
    ),
  );
  const asked = listed
    .filter(({ found: { unasked } }) => unasked !== true)
    .map((one) => ({ ...one, head: headOf(one.found, ownerOf(one.found), deleted) }));
  // What something was deleted with is the head of an entry, and part of it.
  const heads = new Map(
    asked.flatMap(({ found, head }) => (head ? [[keyOfChange({ ...found, ref: head }), head]] : [])),
  );
  const entries = new Map<string, ListedChange[]>();
  for (const { found, version, head } of asked) {
    const own = keyOfChange(found);
    const deletedWith = head ?? (version.what === 'deleted' ? heads.get(own) : undefined);
    const one = { found, version: deletedWith === undefined ? version : { ...version, deletedWith } };
    const run = version.restored?.run;
    const together = deletedWith === undefined ? own : keyOfChange({ ...found, ref: deletedWith });
    const key = run === undefined ? together : `${version.snapshots.first} ${run}`;
    const entry = entries.get(key);
    if (entry === undefined) {
      entries.set(key, [one]);
    } else {
      entry.push(one);
    }
  }
  return [...entries.values()];
}

/**
 * The changes that a page lists of its entries, with the number of those that belong together.
 * @param limit - how many entries were asked for
 * @param followed - the keys of the changes that permissions follow
 */
export function shownOf(
  entries: readonly ListedChange[][],
  limit: number,
  followed: ReadonlySet<string> = new Set(),
): ListedChange[] {
  let room = PAGE_MEMBERS * limit;
  return entries.flatMap((entry) => {
    if (entry.length === 1) {
      return entry;
    }
    const { deletedWith: head, restored } = entry[0]?.version ?? {};
    const isHead = ({ found: { ref } }: ListedChange): boolean =>
      restored === undefined && ref.kind === head?.kind && ref.uid === head.uid;
    const ordered = [...entry.filter(isHead), ...entry.filter((one) => !isHead(one))];
    const members = ordered.slice(0, Math.max(1, Math.min(MEMBERS_MOST, room)));
    room -= members.length;
    const permissions = entry.filter(({ found }) => followed.has(keyOfChange(found))).length;
    const counts = { together: entry.length, ...(permissions > 0 ? { permissions } : {}) };
    return members.map(({ found, version }) => ({ found, version: { ...version, ...counts } }));
  });
}

/**
 * The outermost folder that the same snapshot shows to be deleted, and that is or contained what was deleted; without
 * one, what it belonged to.
 */
function headOf(
  { ref, change }: ResourceChange,
  owner: Owner | undefined,
  deleted: Deleted,
): ResourceVersion['deletedWith'] {
  let found: ResourceVersion['deletedWith'];
  if (change.what !== 'deleted') {
    return found;
  }
  let at: Home | undefined = owner ?? ref;
  let folderUid = owner?.folderUid;
  const seen = new Set<string>();
  while (at !== undefined && !seen.has(`${at.kind}/${at.uid}`)) {
    const { kind, uid }: Home = at;
    seen.add(`${kind}/${uid}`);
    const before: VersionState | undefined = deleted.get(keyOfChange({ ref: at, change }))?.change.before;
    if (before !== undefined && (owner !== undefined || kind === 'folder')) {
      found = { kind, uid, title: before.title, folder: before.folder };
    }
    const parent: string = before?.folderUid ?? folderUid ?? '';
    folderUid = undefined;
    at = parent === '' ? undefined : { kind: 'folder', uid: parent };
  }
  return found;
}

/**
 * Leaves out permissions that were created, moved or deleted with their resource: no one changed them. Those of a
 * resource that came back, or that a restore created, must be as before, or as that restore or Grafana left them.
 */
export function withoutFollowers(listed: readonly ListedChange[]): ListedChange[] {
  const followers = followersOf(listed);
  return listed.filter((one) => !followers.has(one));
}

/** The permissions that `withoutFollowers` leaves out. */
function followersOf(listed: readonly ListedChange[]): Set<ListedChange> {
  const restored = new Set(listed.flatMap(({ found, version }) => (version.restored ? keyOfChange(found) : [])));
  const followers = followersIn(listed, ({ found }) => ({
    ...found.ref,
    way: found.unasked !== true && isOnlyPlaced(found) ? found.change.snapshots.first : undefined,
  }));
  for (const one of followers) {
    const { change } = one.found;
    const isAsBefore = change.state?.object === change.before?.object || one.version.restored !== undefined;
    const mayDiffer = change.what !== 'returned' && !restored.has(ownerOf(one));
    if (change.what !== 'deleted' && !isAsBefore && !mayDiffer) {
      followers.delete(one);
    }
  }
  return followers;
}

/** Finds the changes that permissions follow, by their keys. */
export function followedBy(listed: readonly ListedChange[]): Set<string> {
  return new Set([...followersOf(listed)].map(ownerOf));
}

/** The key of the change that permissions follow. */
function ownerOf({ found }: ListedChange): string {
  return keyOfChange({ ...found, ref: { ...found.ref, kind: ownerKind(found.ref.kind) } });
}

/** Whether it exists or is elsewhere, without another content. */
function isOnlyPlaced({ change: { what, state, before } }: ResourceChange): boolean {
  return what !== 'changed' || (state?.object === before?.object && state?.folderUid !== before?.folderUid);
}
