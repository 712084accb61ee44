import { APPLY_REASONS } from './apply.ts';
import { LOSS_REASONS } from './losses.ts';
import { PLAN_REASONS } from './plan.ts';
import { REFUSAL_REASONS } from './refusals.ts';

/** What a restore plans for a resource, does to it, or refuses. */
export const RESTORE_REASONS = { ...PLAN_REASONS, ...APPLY_REASONS, ...REFUSAL_REASONS, ...LOSS_REASONS } as const;
