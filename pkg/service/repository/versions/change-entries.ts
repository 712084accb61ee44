import type { ResourceVersion } from '../../../contract/api/versions.ts';
import type { ResourceChange } from '../../../repository/index/versions/below/below.ts';
import { keyOfChange } from './ask-index.ts';

/** Of what was restored or deleted together, at most this many are listed. */
const MEMBERS_MOST = 50;
/** The same of all entries of a page, each of which lists one at least. */
const PAGE_MEMBERS_MOST = 500;

/** A change in the index, as people see it. */
export interface ListedChange {
  found: ResourceChange;
  version: ResourceVersion;
}

/**
 * Puts together what one restore saved, or what was deleted with one folder, of what the same snapshot shows.
 * @param listed - newest first, with all changes of each snapshot
 * @returns each entry where its first change was
 */
export function entriesOf(listed: readonly ListedChange[]): ListedChange[][] {
  const folders = new Map(
    listed.flatMap(({ found }): [string, ResourceChange][] =>
      found.change.what === 'deleted' && found.ref.kind === 'folder' ? [[keyOfChange(found), found]] : [],
    ),
  );
  const entries = new Map<string, ListedChange[]>();
  for (const { found, version } of listed.filter(({ found: { unasked } }) => unasked !== true)) {
    const deletedFolder = outermost(found, folders);
    const one = { found, version: deletedFolder === undefined ? version : { ...version, deletedFolder } };
    const together = version.restored?.run ?? deletedFolder?.uid;
    const key = together === undefined ? keyOfChange(found) : `${version.snapshots.first} ${together}`;
    const entry = entries.get(key);
    if (entry === undefined) {
      entries.set(key, [one]);
    } else {
      entry.push(one);
    }
  }
  return [...entries.values()];
}

/** The changes that a page lists of its entries, with the number of those that belong together. */
export function shownOf(entries: readonly ListedChange[][]): ListedChange[] {
  let room = PAGE_MEMBERS_MOST;
  return entries.flatMap((entry) => {
    if (entry.length === 1) {
      return entry;
    }
    const { deletedFolder, restored } = entry[0]?.version ?? {};
    const isFolder = ({ found: { ref } }: ListedChange): boolean =>
      restored === undefined && ref.kind === 'folder' && ref.uid === deletedFolder?.uid;
    const ordered = [...entry.filter(isFolder), ...entry.filter((one) => !isFolder(one))];
    const members = ordered.slice(0, Math.max(1, Math.min(MEMBERS_MOST, room)));
    room -= members.length;
    return members.map(({ found, version }) => ({ found, version: { ...version, together: entry.length } }));
  });
}

/** The outermost folder that the same snapshot shows to be deleted, and that is or contained what was deleted. */
function outermost(
  { ref, change }: ResourceChange,
  folders: ReadonlyMap<string, ResourceChange>,
): ResourceVersion['deletedFolder'] {
  let uid = ref.kind === 'folder' ? ref.uid : change.before?.folderUid;
  let found: ResourceVersion['deletedFolder'];
  const seen = new Set<string>();
  while (change.what === 'deleted' && uid !== undefined && uid !== '' && !seen.has(uid)) {
    seen.add(uid);
    const before = folders.get(keyOfChange({ ref: { kind: 'folder', uid }, change }))?.change.before;
    found = before === undefined ? found : { uid, title: before.title };
    uid = before?.folderUid;
  }
  return found;
}

/** Leaves out permissions that were created, moved or deleted with their resource: no one changed them. */
export function withoutFollowers(changes: readonly ResourceChange[]): ResourceChange[] {
  const placed = new Set(changes.filter((one) => one.unasked !== true && isOnlyPlaced(one)).map(keyOfChange));
  return changes.filter((one) => {
    const { kind } = one.ref;
    const owner = { ...one, ref: { ...one.ref, kind: kind.replace(/-permissions$/, '') } };
    return owner.ref.kind === kind || !isOnlyPlaced(one) || !placed.has(keyOfChange(owner));
  });
}

/** Whether it exists or is elsewhere, without another content. */
function isOnlyPlaced({ change: { what, state, before } }: ResourceChange): boolean {
  return what !== 'changed' || (state?.object === before?.object && state?.folderUid !== before?.folderUid);
}
