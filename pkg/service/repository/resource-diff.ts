import type { ResourceDiff } from '../../contract/api/diff.ts';
import { isWholeResource, type NamedRef } from '../../contract/kinds.ts';
import { resourceChanges, type ResourceChanges, type Version } from '../../engine/changes/changes.ts';
import { parseJson } from '../../lib/json/json.ts';

/** A resource on one side of a comparison. */
export interface Side {
  /** The JSON as it is stored. */
  text: string;
  title: string | undefined;
  /** Uid of the folder that it is in. */
  folderUid: string | undefined;
  /** When and by whom it was saved last. */
  saved?: { updated?: string; updatedBy?: string };
}

/**
 * What differs in one resource; a side that does not hold it is undefined.
 * @param folderName - the path of a folder by its uid
 */
export function resourceDiff(
  ref: NamedRef,
  before: Side | undefined,
  after: Side | undefined,
  folderName: (uid: string) => string,
): Omit<ResourceDiff, 'foreign' | 'from' | 'to'> {
  const { org, kind, uid } = ref;
  const { changes, truncated } =
    before === undefined || after === undefined
      ? { changes: [], truncated: false }
      : changesOf(ref, versionOf(before, folderName), versionOf(after, folderName));
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

/** Of a single rule what changes its group, if the group held nothing else. */
function changesOf(ref: NamedRef, before: Version, after: Version): ResourceChanges {
  if (isWholeResource(ref)) {
    return resourceChanges(ref.kind, before, after);
  }
  const inGroup = ({ body, ...version }: Version): Version => ({ ...version, body: { rules: [body] } });
  return resourceChanges('alert-rule-group', inGroup(before), inGroup(after));
}

function versionOf({ text, folderUid }: Side, folderName: (uid: string) => string): Version {
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
