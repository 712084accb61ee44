import { compact } from '../../../contract/compact.ts';
import type { ResourceSecurity, SecurityChange } from '../../../contract/plan.ts';
import type { Kind, Restorable, WriteContext } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { keyOf } from '../target.ts';
import { isOwnersDefault } from '../owners-default.ts';
import type { Planning } from './planning.ts';
import type { Plan, PlannedItem } from '../types.ts';

/** What writing something changes about who may see or receive what, as its kind says it. */
export async function securityOf(
  planning: Pick<Planning, 'created' | 'unchanged' | 'earlier'>,
  kind: Kind,
  context: WriteContext,
  { uid, content, live }: Restorable,
): Promise<SecurityChange[]> {
  // What Grafana made by itself is nobody's choice, unless people go by it; an account is somebody's all the same.
  const isNobodys =
    live?.pristine === true && kind.declaration.scope === 'org' && (await kind.isInUse?.(context)) !== true;
  const before = isNobodys ? undefined : live;
  const after = before === undefined ? content : (kind.merge?.(content, before) ?? content);
  const item = compact({ uid, content: after, live: before });
  const changes = kind.securityChanges?.(item, {
    secrets: context.secrets.bind(context),
    keepSecrets: context.keepSecrets,
    creates: ({ kind: of, uid: name }) => planning.created.has(keyOf({ org: context.org.id, kind: of, uid: name })),
  });
  const isFirst = changes?.length && live !== undefined && (await isFirstDefault(planning, kind, context, uid, live));
  return isFirst === true ? [] : (changes ?? []);
}

/**
 * Whether permissions are still those that Grafana gave to a folder or dashboard when an unfinished restore of this
 * snapshot created it: that restore would have replaced them without confirmation, and so may the one that finishes it.
 */
async function isFirstDefault(
  { unchanged, earlier }: Pick<Planning, 'unchanged' | 'earlier'>,
  kind: Kind,
  context: WriteContext,
  uid: string,
  live: Content,
): Promise<boolean> {
  const owner = kind.owner && { org: context.org.id, kind: kind.owner, uid };
  if (owner === undefined || !unchanged.has(keyOf(owner)) || !(await earlier.isAllDone(owner))) {
    return false;
  }
  return isOwnersDefault(kind, context, uid, live, async (made) => {
    return (await earlier.leftOwner(context, kind, uid, made)) !== undefined;
  });
}

/** What comes out of a change; where it starts, and who is there, may differ by what the restore itself has done. */
export function outcomeOf({ code, params }: SecurityChange): string {
  const { before: _, from: __, account: ___, ...rest } = params;
  return `${code} ${JSON.stringify(rest)}`;
}

/** Whether a person has to agree to an item with typed words. */
export function changesSecurity({ action, security }: PlannedItem): boolean {
  return (action === 'create' || action === 'update') && security.length > 0;
}

/** Whether what a change opens is open to accounts only; what is public needs none. */
export function needsAccount({ code }: SecurityChange): boolean {
  return code !== 'public';
}

/** An item with only the changes that widen access even if the restoring account is the only one. */
export function openingSomething(item: PlannedItem): PlannedItem {
  return { ...item, security: item.security.filter((one) => !opensNothing(item, one)) };
}

/** Splits the security changes of a plan into those that need confirmation and the others. */
export function bySecurity({ items, everything }: Plan): { toConfirm: PlannedItem[]; exempt: PlannedItem[] } {
  const toConfirm = everything?.isAlone === true ? items.map(openingSomething) : items;
  const exempt = items.map((item, at) => ({
    ...item,
    security: item.security.filter((change) => toConfirm[at]?.security.includes(change) !== true),
  }));
  return { toConfirm: toConfirm.filter(changesSecurity), exempt: exempt.filter(changesSecurity) };
}

/** Whether a change opens nothing to anyone as long as only the account that restores exists. */
export function opensNothing({ action, kind }: PlannedItem, change: SecurityChange): boolean {
  return (action === 'create' && needsAccount(change)) || kind === 'user' || kind === 'org';
}

/** How often a plan changes who may see or receive what. */
export function countSecurity(items: readonly PlannedItem[]): number {
  return items.filter(changesSecurity).reduce((sum, { security }) => sum + security.length, 0);
}

/** What changes who may see or receive what, first; what a plan leaves as it is, last; each in its order. */
export function securityFirst<T extends Pick<PlannedItem, 'security' | 'action'>>(items: readonly T[]): T[] {
  const rank = ({ security, action }: T): number =>
    security.length > 0 ? 0 : action === 'skip' || action === 'unchanged' ? 2 : 1;
  return [...items].sort((a, b) => rank(a) - rank(b));
}

/** The changes of security of a plan, for the record. */
export function securityRecord(items: readonly PlannedItem[]): ResourceSecurity[] {
  return items
    .filter(changesSecurity)
    .map(({ org, kind, uid, title, security }) => ({ org, kind, uid, title, changes: security }));
}

/** The results with what writing each item changed about security. */
export function withSecurity<T extends { org: number; kind: PlannedItem['kind']; uid: string }>(
  results: readonly T[],
  items: readonly PlannedItem[],
): (T & { security?: SecurityChange[] })[] {
  const byKey = new Map(items.filter(changesSecurity).map((item) => [keyOf(item), item.security]));
  return results.map((result) => {
    const security = byKey.get(keyOf(result));
    return security === undefined ? result : { ...result, security };
  });
}
