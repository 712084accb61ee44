import type { KindName, ResourceRef } from '../../../../contract/kinds.ts';
import { append } from '../../../../lib/append.ts';
import type { Thing } from '../../generations/thing.ts';
import type { VersionState } from '../files.ts';
import type { MarksByCell } from '../marks.ts';
import { placedBelow, type Placed } from './placed.ts';
import type { VersionChange } from '../timeline.ts';

/** Resources whose histories are read together, at least and at most. */
const READ_TOGETHER = [8, 64] as const;

/** One change of one of several resources. */
export interface ResourceChange {
  ref: ResourceRef;
  change: VersionChange;
}

/** Names a change in a list, newest first. */
export interface ChangeKey {
  /** The first snapshot that shows it. */
  first: string;
  kind: string;
  uid: string;
}

/** Which part of the list is wanted: all of it, unless said otherwise. */
export interface BelowPart {
  /** What follows this change, whether it is still there or not. */
  after?: ChangeKey | undefined;
  limit?: number | undefined;
}

export interface ChangeList {
  /** Newest first. */
  changes: ResourceChange[];
  /** Whether there are more behind them. */
  more: boolean;
  /** Of all changes; about, as long as there are more. */
  total: number;
}

export interface Below extends ChangeList {
  /** The last change of the folder itself. */
  own?: VersionChange | undefined;
}

/** Which changes of an organization are wanted. What the oldest snapshots show already never is one. */
export interface ChangeFilter {
  org: number;
  /** UID of a folder: its own changes, and those of all that is or was below it. */
  folder?: string | undefined;
  kinds?: readonly KindName[] | undefined;
  /** A snapshot: only what newer ones show. */
  since?: string | undefined;
  /** By whom, as Grafana names an account. Of a deletion, Grafana says nothing. */
  by?: ((author: string) => boolean) | undefined;
}

export interface BelowPorts {
  /** Every resource of the organization. */
  placed: readonly Placed[];
  marks: MarksByCell;
  /** What became of some resources. */
  read: (things: readonly Thing[]) => Promise<VersionChange[][]>;
}

/**
 * What became of a folder and of what is below it, newest first. Of what was moved in or out, only the changes
 * meanwhile count, and the moves themselves. Histories are read in the order of their last changes, and no more of them
 * than the part takes.
 */
export async function readBelow(
  folder: ResourceRef,
  { placed, marks, read }: BelowPorts,
  { after, limit = Infinity }: BelowPart,
): Promise<Below> {
  const { folders, things } = placedBelow(folder, placed);
  const isIn = isInside(folder.uid, folders);
  const isRoot = ([, kind, uid]: Thing): boolean => kind === 'folder' && uid === folder.uid;
  let own: VersionChange | undefined;
  const wanted = (thing: Thing, change: VersionChange): boolean => {
    own = isRoot(thing) ? change : own;
    return isIn(thing, change);
  };
  // The folder itself first: its title is wanted in any case.
  const found = await readInOrder(things, { marks, read, isFirst: isRoot, isWanted: wanted }, { after, limit });
  return { ...found, own };
}

/** What became of the resources of an organization, newest first; read as above. */
export function readChanges(
  { folder, kinds, since = '', by }: Omit<ChangeFilter, 'org'>,
  { placed, marks, read }: BelowPorts,
  part: BelowPart,
): Promise<ChangeList> {
  const below = folder === undefined ? undefined : placedBelow({ uid: folder }, placed);
  const isIn = below === undefined ? () => true : isInside(folder ?? '', below.folders);
  const things = (below?.things ?? placed).filter((one) => {
    const { first } = newestOf(one, marks);
    return kinds?.includes(one.thing[1]) !== false && first > since && first > (marks.firstShown(one.thing) ?? first);
  });
  const isWanted = (thing: Thing, change: VersionChange): boolean =>
    change.what !== 'first-seen' &&
    change.snapshots.first > since &&
    by?.(change.state?.updatedBy ?? '') !== false &&
    isIn(thing, change);
  return readInOrder(things, { marks, read, isWanted }, part);
}

function isInside(root: string, folders: ReadonlySet<string>): (thing: Thing, change: VersionChange) => boolean {
  const isIn = (state: VersionState | undefined): boolean =>
    state?.folderUid !== undefined && folders.has(state.folderUid);
  return ([, kind, uid], { state, before }) => (kind === 'folder' && uid === root) || isIn(state) || isIn(before);
}

interface Order extends Omit<BelowPorts, 'placed'> {
  isFirst?: (thing: Thing) => boolean;
  /** Asked about each change of a resource, oldest first. */
  isWanted: (thing: Thing, change: VersionChange) => boolean;
}

async function readInOrder(
  things: readonly Placed[],
  { marks, read, isFirst = () => false, isWanted }: Order,
  { after, limit = Infinity }: BelowPart,
): Promise<ChangeList> {
  const queue = things
    .map((one) => ({ ...one, root: isFirst(one.thing), newest: newestOf(one, marks) }))
    .sort((a, b) => Number(b.root) - Number(a.root) || newestFirst(a.newest, b.newest));
  const [least, most] = READ_TOGETHER;
  const together = Math.min(most, Math.max(least, limit));
  let found: ResourceChange[] = [];
  let total = 0;
  let done = 0;
  for (let next = queue[0]; next !== undefined; next = queue[done]) {
    const last = found[limit];
    if (last !== undefined && newestFirst(keyOfChange(last), next.newest) < 0) {
      break;
    }
    const chunk = queue.slice(done, done + together);
    const histories = await read(chunk.map(({ thing }) => thing));
    for (const [place, { thing }] of chunk.entries()) {
      const inside = (histories[place] ?? []).filter((change) => isWanted(thing, change));
      const [org, kind, uid] = thing;
      total += inside.length;
      append(found, inside.map((change) => ({ ref: { org, kind, uid }, change })).filter(isAfter(after)));
    }
    found = found.sort((a, b) => newestFirst(keyOfChange(a), keyOfChange(b))).slice(0, limit + 1);
    done += chunk.length;
  }
  total += queue.slice(done).reduce((sum, { changes }) => sum + changes, 0);
  return { changes: found.slice(0, limit), more: found.length > limit, total };
}

/** The newest that a change of a resource can be. */
function newestOf({ thing, last, deleted }: Placed, marks: MarksByCell): ChangeKey {
  const [, kind, uid] = thing;
  return { first: marks.shownAt(last, thing, deleted), kind, uid };
}

function isAfter(after: ChangeKey | undefined): (one: ResourceChange) => boolean {
  return (one) => after === undefined || newestFirst(after, keyOfChange(one)) < 0;
}

function keyOfChange({ ref: { kind, uid }, change }: ResourceChange): ChangeKey {
  return { first: change.snapshots.first, kind, uid };
}

function newestFirst(one: ChangeKey, other: ChangeKey): number {
  if (one.first !== other.first) {
    return one.first < other.first ? 1 : -1;
  }
  if (one.kind !== other.kind) {
    return one.kind < other.kind ? -1 : 1;
  }
  return one.uid === other.uid ? 0 : one.uid < other.uid ? -1 : 1;
}
