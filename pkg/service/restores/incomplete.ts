import { compact } from '../../contract/compact.ts';
import type { ApplyResult, PlanItem } from '../../contract/plan.ts';

/**
 * Results for unchanged resources that lack something: a plan that finishes an interrupted restore does not write what
 * that one restored, but a person still has to enter its secrets.
 */
export function incompleteResults(items: readonly PlanItem[]): ApplyResult[] {
  return items
    .filter(({ action, losses }) => action === 'unchanged' && losses.length > 0)
    .map(({ org, kind, uid, title, reason, code, params, losses, lost, targetOrg = org, targetUid = uid }) =>
      compact({
        org,
        kind,
        uid,
        title,
        outcome: 'skipped' as const,
        reason,
        code,
        params,
        losses,
        lost,
        found: { org: targetOrg, uid: targetUid },
      }),
    );
}
