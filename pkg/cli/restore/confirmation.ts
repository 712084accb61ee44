import { requireConfirmation } from '../../engine/restore/plan/confirmation.ts';
import { bySecurity } from '../../engine/restore/everything/plan.ts';
import type { Plan } from '../../engine/restore/types.ts';
import { askOnTerminal } from '../prompt.ts';
import { printable } from '../output/printable.ts';
import { securityLines } from './security-lines.ts';
import type { CliContext } from '../context.ts';

/**
 * What was typed to confirm a plan: with `--confirm`, or on the terminal when it is asked for there.
 * @throws DK_CONFIRMATION when the plan asks for words and others, or none, were typed.
 */
export async function confirmed(
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
  const asks = confirm === undefined && json !== true;
  const typed = asks ? await askOnTerminal(context, `Type '${printable(plan.confirm)}' to continue: `) : confirm;
  requireConfirmation(plan, typed);
  return { confirm: plan.confirm };
}
