import type { ResourceRef } from '../../contract/kinds.ts';
import type { PlanItem } from '../../contract/plan.ts';

/** Where the resource of an item will be, and under which uid. */
export function targetOf(item: Pick<PlanItem, 'org' | 'kind' | 'uid' | 'targetOrg' | 'targetUid'>): ResourceRef {
  const { org, kind, uid, targetOrg, targetUid } = item;
  return { org: targetOrg ?? org, kind, uid: targetUid ?? uid };
}

/** Names a resource in maps. */
export function keyOf({ org, kind, uid }: ResourceRef): string {
  return `${org}/${kind}/${uid}`;
}
