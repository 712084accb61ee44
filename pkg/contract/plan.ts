import * as z from 'zod';
import { KIND_NAMES } from './kinds.ts';

export const PlanAction = z.enum(['create', 'update', 'unchanged', 'skip', 'blocked', 'delete']);
export type PlanAction = z.infer<typeof PlanAction>;

/** What a restore would do with one resource. */
export const PlanItem = z.object({
  org: z.int().positive(),
  kind: z.enum(KIND_NAMES),
  uid: z.string(),
  title: z.string(),
  folder: z.string(),
  action: PlanAction,
  reason: z.string(),
  /** What will be lost or must be entered again: secrets, numeric ids, authorship. */
  losses: z.array(z.string()),
  /** The uid it will have at the target, when that is another one. */
  targetUid: z.string().optional(),
  targetOrg: z.int().positive().optional(),
  /** Name of the organization that it goes to, when the restore has to create that first. */
  newOrg: z.string().optional(),
});
export type PlanItem = z.infer<typeof PlanItem>;

export const ApplyOutcome = z.enum(['verified', 'differs', 'failed', 'deleted', 'skipped']);
export type ApplyOutcome = z.infer<typeof ApplyOutcome>;

/** What became of one item of the plan. */
export const ApplyResult = z.object({
  org: z.int().positive(),
  kind: z.enum(KIND_NAMES),
  uid: z.string(),
  title: z.string(),
  outcome: ApplyOutcome,
  reason: z.string(),
});
export type ApplyResult = z.infer<typeof ApplyResult>;

/** One difference between two snapshots, or a snapshot and what is live. */
export interface DiffItem {
  org: number;
  kind: (typeof KIND_NAMES)[number];
  uid: string;
  title: string;
  folder: string;
}

export interface Diff {
  added: DiffItem[];
  changed: DiffItem[];
  removed: DiffItem[];
}
