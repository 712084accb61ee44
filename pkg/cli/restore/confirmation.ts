import { followersInPlan } from '../../contract/counts/followers.ts';
import { requireConfirmation } from '../../engine/restore/plan/confirmation.ts';
import { bySecurity } from '../../engine/restore/plan/security.ts';
import type { Plan } from '../../engine/restore/types.ts';
import { groupBy } from '../../lib/group-by.ts';
import { askOnTerminal, isTerminal } from '../prompt.ts';
import { countPlan } from '../output/counts.ts';
import { printable } from '../output/printable.ts';
import { printPlanned } from './output.ts';
import { securityLines } from './security-lines.ts';
import type { CliContext } from '../context.ts';

/**
 * What was typed to confirm a plan: with `--confirm`, or on the terminal when it is asked for there.
 * @throws DK_CONFIRMATION when the plan asks for words and others, or none, were typed.
 */
export async function confirmPlan(
  context: CliContext,
  plan: Plan,
  { confirm, json }: { confirm?: string; json?: boolean },
): Promise<{ confirm?: string }> {
  if (plan.confirm === undefined || confirm === plan.confirm) {
    return confirm === undefined ? {} : { confirm };
  }
  const asks = confirm === undefined && json !== true;
  if (asks && isTerminal(context)) {
    printPlanned({ ...context, stdout: context.stderr }, plan);
  }
  for (const line of securityLines(bySecurity(plan).toConfirm)) {
    context.stderr.write(`${printable(line)}\n`);
  }
  for (const line of writeCounts(plan.items)) {
    context.stderr.write(`${line}\n`);
  }
  const typed = asks ? await askOnTerminal(context, `Type '${printable(plan.confirm)}' to continue: `) : confirm;
  requireConfirmation(plan, typed);
  return { confirm: plan.confirm };
}

/**
 * What applying a plan writes, such as `create: 3 (folder: 1, dashboard: 2) and the permissions of 2 of them`: a line
 * for each action.
 */
function writeCounts(items: Plan['items']): string[] {
  const followers = followersInPlan(items);
  const counts = new Map(countPlan(items, ({ action }) => action).map(([action, ...rest]) => [action, rest]));
  const byAction = groupBy(items, ({ action }) => action);
  return (['create', 'update', 'delete'] as const).flatMap((action) => {
    const [count = 0, more = ''] = counts.get(action) ?? [];
    const own = (byAction.get(action) ?? []).filter((item) => !followers.has(item));
    const kinds = [...groupBy(own, ({ kind }) => kind)].map(([kind, { length }]) => `${kind}: ${length}`);
    return count === 0 ? [] : [`${action}: ${count} (${kinds.join(', ')})${more}`];
  });
}
