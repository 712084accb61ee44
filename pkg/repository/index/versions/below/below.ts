import { compact } from '../../../../contract/compact.ts';
import type { KindName, ResourceRef } from '../../../../contract/kinds.ts';
import { append } from '../../../../lib/append.ts';
import type { Thing } from '../../generations/thing.ts';
import { sameVersion, type VersionState } from '../files.ts';
import type { ObservationsByCell } from '../observations.ts';
import { placedBelow, type Placed } from './placed.ts';
import type { VersionChange } from '../timeline.ts';

/** Resources whose histories are read together, at least and at most. */
const READ_TOGETHER = [8, 64] as const;
/** The same at most where all that a snapshot shows is wanted: each time, most parts of the index are read. */
const MOST_TOGETHER = 8192;
/** Changes that are kept for a limit that may grow. */
const KEPT_MOST = 16_384;

/** One change of one of several resources. */
export interface ResourceChange {
  ref: ResourceRef;
  change: VersionChange;
  /** The newest change of the resource. */
  newest: VersionChange;
  /** It was not asked for: a folder that was deleted, maybe with others. */
  unasked?: true;
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
  /** Also the other changes of the last snapshot, however many, and the folders that were deleted in those listed. */
  whole?: boolean | undefined;
  /** Whether the changes within the limit suffice: otherwise, the limit grows. Asked only if there are more. */
  isEnough?: ((changes: ResourceChange[]) => Promise<boolean>) | undefined;
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
  /** The last snapshot of those: then only how it differs. */
  until?: string | undefined;
  /** Of what was created again, by kind and UID: the first snapshots after that. */
  returned?: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** Whose. */
  by?: ((one: ResourceChange) => boolean) | undefined;
}

export interface BelowPorts {
  /** Every resource of the organization. */
  placed: readonly Placed[];
  marks: ObservationsByCell;
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
  { folder, kinds, since = '', until, by, returned }: Omit<ChangeFilter, 'org'>,
  { placed: known, marks, read }: BelowPorts,
  part: BelowPart,
): Promise<ChangeList> {
  // What was created again may have been deleted again since.
  const placed = known.map((one) => {
    const [, kind, uid] = one.thing;
    const last = [...(returned?.get(`${kind}/${uid}`) ?? [])].sort().at(-1) ?? '';
    return last > one.last ? { ...one, last } : one;
  });
  const below = folder === undefined ? undefined : placedBelow({ uid: folder }, placed);
  const isIn = below === undefined ? () => true : isInside(folder ?? '', below.folders);
  const isAsked = ([, kind]: Thing): boolean => kinds?.includes(kind) !== false;
  const isFolder = ([, kind]: Thing): boolean => part.whole === true && kind === 'folder';
  const asked = (below?.things ?? placed).filter(({ thing }) => isAsked(thing));
  const all = part.whole === true ? new Set([...asked, ...placed.filter(({ thing }) => isFolder(thing))]) : asked;
  const things = [...all].filter((one) => {
    const { first } = newestOf(one, marks);
    return first > since && first > (marks.firstShown(one.thing) ?? first);
  });
  const isNew = ({ what, snapshots: { first } }: VersionChange): boolean =>
    what !== 'first-seen' && first > since && (until === undefined || first <= until);
  const isWanted: Order['isWanted'] = (thing, change, one) =>
    isNew(change) && isAsked(thing) && isIn(thing, change) && by?.(one) !== false;
  const isContext = (thing: Thing, change: VersionChange): boolean =>
    isFolder(thing) && change.what === 'deleted' && isNew(change);
  const readWindow: BelowPorts['read'] = async (some) =>
    (await read(some)).map((one) => netOf(one, since, until ?? ''));
  return readInOrder(things, { marks, read: until === undefined ? read : readWindow, isWanted, isContext }, part);
}

/**
 * A history in which at most one change lies between two snapshots: how they differ. What was only so in between, as
 * during a restore, is left out.
 */
function netOf(history: VersionChange[], since: string, until: string): VersionChange[] {
  const isBefore = ({ what, snapshots: { first } }: VersionChange): boolean => first <= since || what === 'first-seen';
  const between = history.filter((one) => !isBefore(one) && one.snapshots.first <= until);
  const last = between.at(-1);
  if (last === undefined) {
    return history;
  }
  const start = history.findLast(isBefore);
  const isSame = sameVersion(start?.state ?? 'deleted', last.state ?? 'deleted');
  const net = isSame ? [] : [between.length === 1 ? last : fromStart(last, start)];
  return [...history.filter(isBefore), ...net, ...history.slice(history.indexOf(last) + 1)];
}

/** A change as it is seen from an earlier state. */
function fromStart({ snapshots, state, until }: VersionChange, start: VersionChange | undefined): VersionChange {
  const created = start?.what === 'deleted' ? 'returned' : 'created';
  const what = state === undefined ? 'deleted' : start?.state === undefined ? created : 'changed';
  const before = start?.state ?? start?.before;
  return { what, snapshots, ...compact({ state, before, after: start?.snapshots.last, until }) };
}

function isInside(root: string, folders: ReadonlySet<string>): (thing: Thing, change: VersionChange) => boolean {
  const isIn = (state: VersionState | undefined): boolean =>
    state?.folderUid !== undefined && folders.has(state.folderUid);
  return ([, kind, uid], { state, before }) => (kind === 'folder' && uid === root) || isIn(state) || isIn(before);
}

interface Order extends Omit<BelowPorts, 'placed'> {
  isFirst?: (thing: Thing) => boolean;
  /** Asked about each change of a resource, oldest first. */
  isWanted: (thing: Thing, change: VersionChange, one: ResourceChange) => boolean;
  /** What is listed with those that are wanted, and not counted. */
  isContext?: (thing: Thing, change: VersionChange) => boolean;
}

async function readInOrder(
  things: readonly Placed[],
  { marks, read, isFirst = () => false, isWanted, isContext = () => false }: Order,
  { after, limit = Infinity, whole = false, isEnough }: BelowPart,
): Promise<ChangeList> {
  const queue = things
    .map((one) => ({ ...one, root: isFirst(one.thing), newest: newestOf(one, marks) }))
    .sort((a, b) => Number(b.root) - Number(a.root) || newestFirst(a.newest, b.newest));
  const [least, most] = READ_TOGETHER;
  let together = Math.min(most, Math.max(least, limit));
  let found: ResourceChange[] = [];
  let end = limit;
  let total = 0;
  let done = 0;
  let isCut = false;
  for (let wanted = limit; ;) {
    const next = queue[done];
    const last = found[end];
    if (next === undefined || (last !== undefined && newestFirst(keyOfChange(last), next.newest) < 0)) {
      const changes = found.slice(0, end);
      if (last === undefined || isCut || isEnough === undefined || (await isEnough(changes))) {
        const unread = queue.slice(done).reduce((sum, one) => sum + one.changes, 0);
        return { changes, more: last !== undefined, total: total + unread };
      }
      wanted = 2 * end;
      end = whole ? endOfSnapshot(found, wanted) : wanted;
      continue;
    }
    const chunk = queue.slice(done, done + together);
    if (whole) {
      const { newest } = chunk.at(-1) ?? next;
      const others = queue.slice(done + together, done + MOST_TOGETHER);
      const different = others.findIndex((one) => one.newest.first !== newest.first);
      append(chunk, different < 0 ? others : others.slice(0, different));
      together = Math.min(MOST_TOGETHER, 2 * together);
    }
    const histories = await read(chunk.map(({ thing }) => thing));
    for (const [place, { thing }] of chunk.entries()) {
      const history = histories[place] ?? [];
      const [org, kind, uid] = thing;
      const inside = history.flatMap((change): ResourceChange[] => {
        const one = { ref: { org, kind, uid }, change, newest: history.at(-1) ?? change };
        return isWanted(thing, change, one) ? [one] : isContext(thing, change) ? [{ ...one, unasked: true }] : [];
      });
      total += inside.filter(({ unasked }) => unasked !== true).length;
      append(found, inside.filter(isAfter(after)));
    }
    found.sort((a, b) => newestFirst(keyOfChange(a), keyOfChange(b)));
    end = whole ? endOfSnapshot(found, wanted) : wanted;
    const kept = found.slice(0, Math.max(end + 1, isEnough === undefined ? 0 : KEPT_MOST));
    isCut ||= kept.length < found.length;
    found = kept;
    done += chunk.length;
  }
}

/** Where the changes end that the snapshot of the last one within the limit shows. */
function endOfSnapshot(found: readonly ResourceChange[], limit: number): number {
  const last = found[limit - 1]?.change.snapshots.first;
  const end = last === undefined ? -1 : found.findIndex(({ change }) => change.snapshots.first < last);
  return end < 0 ? Math.max(limit, found.length) : end;
}

/** The newest that a change of a resource can be. */
function newestOf({ thing, last, deleted }: Placed, marks: ObservationsByCell): ChangeKey {
  const [, kind, uid] = thing;
  return { first: marks.shownAt(last, thing, deleted), kind, uid };
}

function isAfter(after: ChangeKey | undefined): (one: ResourceChange) => boolean {
  return (one) => after === undefined || newestFirst(after, keyOfChange(one)) < 0;
}

function keyOfChange({ ref: { kind, uid }, change }: Pick<ResourceChange, 'ref' | 'change'>): ChangeKey {
  return { first: change.snapshots.first, kind, uid };
}

/** The order of a list of changes. */
export function newestFirst(one: ChangeKey, other: ChangeKey): number {
  if (one.first !== other.first) {
    return one.first < other.first ? 1 : -1;
  }
  if (one.kind !== other.kind) {
    return one.kind < other.kind ? -1 : 1;
  }
  return one.uid === other.uid ? 0 : one.uid < other.uid ? -1 : 1;
}
