import type { RestorePlan } from '../../../../pkg/contract/api/restores.ts';
import { RULE, type NamedRef } from '../../../../pkg/contract/kinds.ts';
import type { PlanItem } from '../../../../pkg/contract/plan.ts';
import { plural } from '../../../lib/i18n.ts';

/**
 * What an item replaces: the resource of the same uid in the same organization, or the only one of its rules; undefined
 * where there is no one thing that could be compared.
 */
export function comparedBy({ org, kind, uid, rules, ...item }: PlanItem): NamedRef | undefined {
  const { action, targetUid, targetOrg, newOrg } = item;
  if (action !== 'update' || targetUid !== undefined || targetOrg !== undefined || newOrg !== undefined) {
    return undefined;
  }
  const [rule, ...others] = rules ?? [];
  return rule === undefined ? { org, kind, uid } : others.length > 0 ? undefined : { org, kind: RULE, uid: rule.uid };
}

/** Whether a plan overwrites one resource, and does nothing else. */
export function isOneOverwrite({ counts }: Pick<RestorePlan, 'counts'>): boolean {
  const { create = 0, update = 0, delete: gone = 0, blocked = 0 } = counts;
  return update === 1 && create === 0 && gone === 0 && blocked === 0;
}

/** How a plan is confirmed: by the button alone, by a dialog, or by typing `phrase` there. */
export type Confirmation = { by: 'button' } | { by: 'dialog' } | { by: 'typing'; phrase: string };

/**
 * The button is enough where nothing that is live is touched, or where one resource is overwritten whose difference is
 * on the page, and nothing is lost by that. Not where the snapshot is known to lack something, nor where somebody gets
 * to see or receive more.
 * @param shown - the item whose difference is in front of the user
 */
export function confirmationOf(plan: RestorePlan, shown: PlanItem | undefined): Confirmation {
  const { counts, confirm, notFull, security = 0, warnings } = plan;
  const { update = 0, delete: gone = 0 } = counts;
  if (security > 0 && gone === 0) {
    const phrase = plural('confirm.security', security, '{{number}} security change', '{{number}} security changes');
    return { by: 'typing', phrase };
  }
  if (confirm === undefined) {
    return { by: 'button' };
  }
  if (notFull !== undefined && gone === 0) {
    return { by: 'typing', phrase: confirm };
  }
  if (shown !== undefined && isOneOverwrite(plan)) {
    return { by: warnings.length === 0 && shown.losses.length === 0 ? 'button' : 'dialog' };
  }
  const isMany = gone === 0 && update > 1;
  const phrase = isMany ? plural('confirm.resources', update, '{{number}} resource', '{{number}} resources') : confirm;
  return { by: 'typing', phrase };
}
