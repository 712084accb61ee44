import type { KindName } from '../../../contract/kinds.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import { covers, stateOf, type HeadFile, type Scope, type Stated, type VersionState } from './files.ts';
import { keyOf, type Thing } from '../generations/thing.ts';
import { cellsOf, type SnapshotView } from './snapshot-view.ts';

/** What was known of a cell before a snapshot. */
export interface CellBefore {
  /** Of its object ids. */
  scheme: string;
  entries: ReadonlyMap<string, ManifestEntry | VersionState>;
}

/**
 * Takes a snapshot that is newer than all others into the head: what differs from before, and nothing for what does
 * not.
 * @param before - by organization and kind, as the last snapshot that covers it left it; undefined where none does
 */
export function appendSnapshot(
  head: HeadFile,
  view: SnapshotView,
  before: (org: number, kind: KindName) => CellBefore | undefined,
): void {
  const at = head.snapshots.push([view.id, view.scheme, internScope(head, view.scope)]) - 1;
  const unread = new Map(head.unread.map((thing) => [keyOf(thing), thing]));
  const put = (thing: Thing, state: Stated): void => {
    head.changes.push([at, thing, state]);
    if (state === 'unread') {
      unread.set(keyOf(thing), thing);
    } else {
      unread.delete(keyOf(thing));
    }
  };
  const isUnread = (...thing: Thing): boolean => unread.size > 0 && unread.has(keyOf(thing));
  for (const { org, kind } of cellsOf(view.scope)) {
    const old = before(org, kind);
    const entries = view.entries(org, kind);
    for (const [uid, entry] of entries) {
      const same = old?.entries.get(uid);
      if (same === undefined || isUnread(org, kind, uid) || differs(same, entry, old?.scheme === view.scheme)) {
        put([org, kind, uid], stateOf(entry));
      }
    }
    for (const uid of old?.entries.keys() ?? []) {
      const state = entries.has(uid) ? undefined : view.state(org, kind, uid);
      if (typeof state === 'string' && !(state === 'unread' && isUnread(org, kind, uid))) {
        put([org, kind, uid], state);
      }
    }
  }
  const isCovered = ([org, kind]: Thing): boolean => covers(view.scope, org, kind);
  for (const thing of [...unread.values()].filter(isCovered)) {
    if (view.state(...thing) === 'deleted') {
      put(thing, 'deleted');
    }
  }
  for (const thing of view.unread) {
    if (isCovered(thing) && !isUnread(...thing) && view.state(...thing) === 'unread') {
      put(thing, 'unread');
    }
  }
  head.unread = [...unread.values()];
}

/** Organizations that a snapshot before covered, with their last names. */
export function knownOrgs({ base, scopes, snapshots }: HeadFile): Map<number, string> {
  const known = new Map(base?.orgs);
  const used = new Set(snapshots.map(([, , scope]) => scope));
  for (const [id, name] of [...used].flatMap((at) => scopes[at]?.orgs ?? [])) {
    known.set(id, name);
  }
  return known;
}

/** The place of a scope in the list of scopes, at which it is put when it is new. */
export function internScope(file: { scopes: Scope[] }, scope: Scope): number {
  const text = JSON.stringify(scope);
  const found = file.scopes.findIndex((one) => JSON.stringify(one) === text);
  return found < 0 ? file.scopes.push(scope) - 1 : found;
}

/**
 * Whether a resource changed. After encryption was switched on, or its key lost, the same content has another id: then
 * it counts as the same where everything else is.
 */
function differs(one: ManifestEntry | VersionState, other: ManifestEntry, comparable: boolean): boolean {
  if (one === other) {
    return false;
  }
  if (one.folderUid !== other.folderUid) {
    return true;
  }
  if (comparable) {
    return one.object !== other.object;
  }
  const updated = 'updated' in one ? one.updated : 'facts' in one ? one.facts?.['updated'] : undefined;
  return one.bytes !== other.bytes || one.title !== other.title || updated !== other.facts?.['updated'];
}
