import type { ResourceDiff } from '../../contract/api/diff.ts';
import type { ResourceRef } from '../../contract/kinds.ts';
import { resourceChanges } from '../../engine/changes/changes.ts';
import { parseJson } from '../../lib/json/json.ts';

/** A resource on one side of a comparison. */
export interface Side {
  /** The JSON as it is stored. */
  text: string;
  title: string | undefined;
  /** Uid of the folder that it is in. */
  folderUid: string | undefined;
}

/**
 * What differs in one resource; a side that does not hold it is undefined.
 * @param folderName - the path of a folder by its uid
 */
export function resourceDiff(
  { org, kind, uid }: ResourceRef,
  before: Side | undefined,
  after: Side | undefined,
  folderName: (uid: string) => string,
): ResourceDiff {
  const { changes, truncated } =
    before === undefined || after === undefined
      ? { changes: [], truncated: false }
      : resourceChanges(kind, versionOf(before, folderName), versionOf(after, folderName));
  return {
    change: kindOfChange(before, after),
    org,
    kind,
    uid,
    title: after?.title ?? before?.title ?? uid,
    changes,
    truncated,
    ...(before === undefined ? {} : { before: JSON.parse(before.text) as unknown }),
    ...(after === undefined ? {} : { after: JSON.parse(after.text) as unknown }),
  };
}

function versionOf(
  { text, folderUid }: Side,
  folderName: (uid: string) => string,
): Parameters<typeof resourceChanges>[1] {
  return { body: parseJson(text), folder: folderUid === undefined ? '' : folderName(folderUid) };
}

function kindOfChange(before: Side | undefined, after: Side | undefined): ResourceDiff['change'] {
  if (before === undefined) {
    return 'added';
  }
  if (after === undefined) {
    return 'removed';
  }
  return before.text === after.text && before.folderUid === after.folderUid ? 'unchanged' : 'changed';
}
