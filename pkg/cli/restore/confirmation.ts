import { requireConfirmation } from '../../engine/restore/plan/confirmation.ts';
import { bySecurity } from '../../engine/restore/plan/security.ts';
import type { Plan } from '../../engine/restore/types.ts';
import { groupBy } from '../../lib/group-by.ts';
import { askOnTerminal } from '../prompt.ts';
import { printable } from '../output/printable.ts';
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
  for (const line of securityLines(bySecurity(plan).toConfirm)) {
    context.stderr.write(`${printable(line)}\n`);
  }
  for (const line of writeCounts(plan.items)) {
    context.stderr.write(`${line}\n`);
  }
  const asks = confirm === undefined && json !== true;
  const typed = asks ? await askOnTerminal(context, `Type '${printable(plan.confirm)}' to continue: `) : confirm;
  requireConfirmation(plan, typed);
  return { confirm: plan.confirm };
}

/** What applying a plan writes, such as `update: 3 (folder: 1, dashboard: 2)`: a line for each action. */
function writeCounts(items: Plan['items']): string[] {
  const byAction = groupBy(items, ({ action }) => action);
  return (['create', 'update', 'delete'] as const).flatMap((action) => {
    const written = byAction.get(action) ?? [];
    const kinds = [...groupBy(written, ({ kind }) => kind)].map(([kind, { length }]) => `${kind}: ${length}`);
    return written.length === 0 ? [] : [`${action}: ${written.length} (${kinds.join(', ')})`];
  });
}
