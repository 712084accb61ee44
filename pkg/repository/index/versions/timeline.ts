import { sameVersion, type Stated, type VersionState } from './files.ts';

export type VersionEvent = 'first-seen' | 'created' | 'changed' | 'deleted' | 'returned';

/** The snapshots that show something, oldest and newest, and how many there are. */
export interface Held {
  first: string;
  last: string;
  count: number;
  /** The newest full backup of them, where the last one is none. */
  full?: string;
}

/** One change of one resource. */
export interface VersionChange {
  what: VersionEvent;
  /** The snapshots that hold this version; of a deletion those that lack the resource. */
  snapshots: Held;
  /** Undefined for a deletion. */
  state?: VersionState;
  /** The version before, if there is one. */
  before?: VersionState;
  /** The snapshot before in which it was still otherwise: it changed between that one and `snapshots.first`. */
  after?: string;
  /** Of what was deleted again: the last snapshot that has it. */
  had?: string;
  /** The first snapshot in which it is otherwise again; absent for what is so in the newest. */
  until?: string;
}

/** A snapshot that is indexed and covers the resource, oldest first; `is` when something was put down there. */
export interface Observation {
  snapshot: string;
  /** Whether the snapshot is there and counts: what was forgotten says how things went on, and is not shown. */
  shown: boolean;
  /** Whether it covers the organization and kind. */
  covers: boolean;
  /** Whether it is a backup that is known to lack nothing, and not the safety snapshot of a restore. */
  full: boolean;
  /** Whether nothing follows from it that the snapshot lacks the resource. */
  incomplete: boolean;
  /** Whether it proves nothing unless it differs from what was known before: it may be a copy of that. */
  copied: boolean;
  is?: Stated;
}

/**
 * What became of one resource over the snapshots that there are, oldest first; pure.
 * @param returned - snapshots before which it was created again: without it, they show that it was deleted again
 */
export function timelineOf(marks: Iterable<Observation>, returned?: ReadonlySet<string>): VersionChange[] {
  const changes: VersionChange[] = [];
  let now: Stated = 'deleted';
  let open: VersionChange | undefined;
  let version: VersionState | undefined;
  let wasAbsent = false;
  let last: string | undefined;
  let lastFull: string | undefined;
  let had: string | undefined;
  let hasReturned = false;
  for (const { snapshot, shown, covers, full, incomplete, copied, is } of marks) {
    now = is ?? now;
    hasReturned ||= returned?.has(snapshot) === true;
    if (!shown || !covers || now === 'unread' || (incomplete && now === 'deleted')) {
      continue;
    }
    if (copied && sameVersion(open?.state ?? 'deleted', now)) {
      continue;
    }
    const isAgain = hasReturned && now === 'deleted' && open?.what === 'deleted';
    const isSame = open !== undefined && sameVersion(open.state ?? 'deleted', now) && !isAgain;
    hasReturned = false;
    if (isSame && open !== undefined) {
      lastFull = full ? snapshot : lastFull;
      const { first, count } = open.snapshots;
      const isLast = lastFull === undefined || lastFull === snapshot;
      open.snapshots = { first, last: snapshot, count: count + 1, ...(isLast ? {} : { full: lastFull }) };
    } else if (now === 'deleted' && version === undefined) {
      wasAbsent = true;
    } else {
      const what = eventOf(now, open, wasAbsent);
      if (open !== undefined && !isAgain) {
        open.until = snapshot;
      }
      open = {
        what,
        snapshots: { first: snapshot, last: snapshot, count: 1 },
        ...(now === 'deleted' ? {} : { state: now }),
        ...(version === undefined ? {} : { before: version }),
        ...(last === undefined ? {} : { after: last }),
        ...(isAgain && had !== undefined ? { had } : {}),
      };
      changes.push(open);
      lastFull = full ? snapshot : undefined;
      version = now === 'deleted' ? version : now;
    }
    last = snapshot;
    had = now === 'deleted' ? had : snapshot;
  }
  return changes;
}

function eventOf(now: Stated, open: VersionChange | undefined, wasAbsent: boolean): VersionEvent {
  if (now === 'deleted') {
    return 'deleted';
  }
  if (open === undefined) {
    return wasAbsent ? 'created' : 'first-seen';
  }
  return open.what === 'deleted' ? 'returned' : 'changed';
}
