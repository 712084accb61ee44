import type { ResourceRef } from '../../contract/kinds.ts';

/** Where the resource of an item will be, and under which uid. */
export function targetOf({
  org,
  kind,
  uid,
  targetOrg,
  targetUid,
}: ResourceRef & { targetOrg?: number | undefined; targetUid?: string | undefined }): ResourceRef {
  return { org: targetOrg ?? org, kind, uid: targetUid ?? uid };
}

/** Names a resource in maps. */
export function keyOf({ org, kind, uid }: ResourceRef): string {
  return `${org}/${kind}/${uid}`;
}
