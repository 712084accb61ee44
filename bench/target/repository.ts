import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Completeness } from '../types.ts';

/**
 * Counts the dashboards of the newest snapshot from the files of the repository alone: an entry counts when its object
 * is there and its content hashes to its name.
 */
export function inRepository(directory: string, uids: readonly string[]): Completeness {
  const newest = snapshotsIn(directory).at(-1);
  const manifest =
    newest === undefined
      ? { resources: [] }
      : (JSON.parse(gunzipSync(readFileSync(join(directory, 'snapshots', newest))).toString()) as {
          resources: { kind: string; uid: string; object: string }[];
        });
  const objects = new Map(manifest.resources.filter(({ kind }) => kind === 'dashboard').map((one) => [one.uid, one]));
  return count(uids, (uid) => {
    const object = objects.get(uid)?.object;
    return (
      object !== undefined &&
      isKindComplete(join(directory, 'objects', object.slice(0, 2), `${object}.json.gz`), object)
    );
  });
}

/** Names of the manifests, oldest first. */
export function snapshotsIn(directory: string): string[] {
  try {
    return readdirSync(join(directory, 'snapshots')).sort();
  } catch {
    return [];
  }
}

export function count(uids: readonly string[], isStored: (uid: string) => boolean): Completeness {
  const stored = uids.filter(isStored).length;
  return { expected: uids.length, stored, lost: uids.length - stored };
}

function isKindComplete(path: string, id: string): boolean {
  try {
    return (
      createHash('sha256')
        .update(gunzipSync(readFileSync(path)))
        .digest('hex') === id
    );
  } catch {
    return false;
  }
}
