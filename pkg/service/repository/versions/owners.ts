import type { KindName } from '../../../contract/kinds.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import { goesWith, kindOf } from '../../../grafana/kinds/registry.ts';
import type { ResourceChange } from '../../../repository/index/versions/below/below.ts';
import { folderFinder } from '../tree.ts';

/** What a resource belonged to when it was deleted, and the folder of that. */
export interface Owner {
  kind: KindName;
  uid: string;
  folderUid?: string | undefined;
}

/** Snapshots that are read for one answer: annotations that others had are listed by themselves. */
const SNAPSHOTS_MOST = 3;

/**
 * Finds what deleted annotations, links and permissions belonged to. Which dashboard an annotation is on, and in which
 * folder that was, only the last snapshot with it says; that is read if the next one lacks a dashboard or folder, too.
 * @param changes - newest first
 * @param read - undefined for a snapshot that can't be read
 */
export async function ownersOf(
  changes: readonly ResourceChange[],
  read: (snapshot: string) => Promise<Manifest | undefined>,
): Promise<(one: ResourceChange) => Owner | undefined> {
  const gone = changes.filter(({ change }) => change.what === 'deleted');
  const isHome = ({ ref: { kind } }: ResourceChange): boolean => kind === 'dashboard' || kind === 'folder';
  const shrunk = new Set(gone.filter(isHome).map(({ change }) => change.snapshots.first));
  const notes = gone.filter(({ ref, change }) => ref.kind === 'annotation' && shrunk.has(change.snapshots.first));
  const owners = new Map<string, Owner>();
  for (const id of [...new Set(notes.map(lastWith))].slice(0, SNAPSHOTS_MOST)) {
    const wanted = new Set(notes.filter((one) => lastWith(one) === id).map(({ ref }) => keyOf(ref)));
    const manifest = await read(id);
    const folderOf = manifest && folderFinder(manifest);
    for (const entry of manifest?.resources ?? []) {
      const uid = String(entry.facts?.['of'] ?? '');
      if (entry.kind === 'annotation' && uid !== '' && wanted.has(keyOf(entry))) {
        owners.set(`${id} ${keyOf(entry)}`, { kind: 'dashboard', uid, folderUid: folderOf?.(entry) });
      }
    }
  }
  return (one) => {
    const kind = goesWith(kindOf(one.ref.kind));
    const owner = kind && { kind, uid: one.ref.uid };
    return owner ?? owners.get(`${lastWith(one)} ${keyOf(one.ref)}`);
  };
}

/** The last snapshot that has it. */
function lastWith({ change: { had, after = '' } }: ResourceChange): string {
  return had ?? after;
}

/** By kind and UID: all are of one organization, whatever its number is in a snapshot. */
function keyOf({ kind, uid }: { kind: string; uid: string }): string {
  return `${kind}/${uid}`;
}
