import { DashkeepError } from '../../../contract/errors.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { isDeletion } from '../app-dashboards.ts';
import { targetOf } from '../target.ts';
import { bySecurity, countSecurity } from './security.ts';
import type { Plan, PlannedItem, PlanRequest } from '../types.ts';

/**
 * What must be typed before a plan is applied; undefined when nothing is deleted and nobody gets to see or receive
 * more.
 * @param folders - the titles of the live folders to which deleting is limited.
 */
export function confirmationFor(
  request: Pick<PlanRequest, 'instance'>,
  items: readonly PlannedItem[],
  folders?: readonly string[],
): string | undefined {
  const parts = [deletion(request, items, folders), securityWords(countSecurity(items))].filter(
    (part) => part !== undefined,
  );
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** What must be typed for that many changes of security; undefined for none. */
function securityWords(count: number): string | undefined {
  return count === 0 ? undefined : `${count} security ${count === 1 ? 'change' : 'changes'}`;
}

/** For deletions: the titles of the folders, or the names of the orgs. */
function deletion(
  { instance }: Pick<PlanRequest, 'instance'>,
  items: readonly PlannedItem[],
  folders: readonly string[] | undefined,
): string | undefined {
  const deleting = items.filter(isDeletion);
  if (deleting.length === 0) {
    return undefined;
  }
  const orgs = instance.orgs.filter(({ id }) => deleting.some((item) => targetOf(item).org === id));
  return (folders ?? orgs.map(({ name }) => name)).join(', ');
}

/** At most this many resources are named in the error. */
const NAMED = 5;

/** @throws DK_CONFIRMATION unless what the plan asks for was typed, letter for letter. */
export function requireConfirmation(plan: Plan, typed: string | undefined): void {
  if (plan.confirm === undefined || plan.confirm === typed) {
    return;
  }
  const deleting = plan.items.filter(isDeletion);
  const count = deleting.length;
  const isExtra = plan.undoes === undefined && deleting.every(({ app }) => app === undefined);
  const extra = isExtra ? ` that ${count === 1 ? 'is' : 'are'} not in the snapshot` : '';
  const deletes = `deletes ${count} ${count === 1 ? 'resource' : 'resources'}${extra}`;
  const changed = bySecurity(plan).toConfirm.map(({ kind, uid }) => `${kind} ${uid}`);
  const more = changed.length > NAMED ? ` and ${changed.length - NAMED} more` : '';
  const changes = `changes access or data destinations: ${changed.slice(0, NAMED).join(', ')}${more}`;
  const parts = [...(count > 0 ? [deletes] : []), ...(changed.length > 0 ? [changes] : [])];
  throw new DashkeepError('DK_CONFIRMATION', `this ${parts.join(', and ')}`, {
    advice: reason('type-confirmation', { confirm: plan.confirm }),
  });
}
