import type { ApplyResult } from '../../../contract/plan.ts';
import { because, type Reason } from '../../../contract/reasons/reason.ts';
import type { PlannedItem } from '../types.ts';

/** The result of an item, with its reason. */
export function resultOf(
  { org, kind, uid, title }: PlannedItem,
  outcome: ApplyResult['outcome'],
  why: Reason,
): ApplyResult {
  return { org, kind, uid, title, outcome, ...because(why) };
}
