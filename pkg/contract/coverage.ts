import * as z from 'zod';
import type { KindName } from './kinds.ts';
import type { Shrunk, Upgrade } from './losses/losses.ts';
import type { KindReport, ResourceProblem, SnapshotStatus } from './manifest.ts';
import { ReasonData } from './reasons/reason.ts';

const Part = z.object({
  read: z.int().nonnegative(),
  /** Absent where it is not known how many exist. */
  existing: z.int().nonnegative().optional(),
});

/** What a snapshot covers of its Grafana: every place that says so shows this. */
export const Coverage = z.object({
  orgs: Part,
  kinds: Part.required(),
  /** Whether nothing is or may be left out, except what someone chose to leave out, and nothing failed. */
  whole: z.boolean(),
  /** One line in English. */
  text: z.string(),
  /** Its parts as data, in the same order. */
  parts: z.array(ReasonData),
  /** What to do about what no one chose to leave out. */
  advice: z.array(ReasonData),
});
export type Coverage = z.infer<typeof Coverage>;

/** What `dashkeep backup` reports. */
export interface BackupReport {
  snapshot: string;
  status: SnapshotStatus;
  kinds: Partial<Record<KindName, KindReport>>;
  errors: ResourceProblem[];
  coverage: Coverage;
  shrunk?: Shrunk;
  accepted?: string;
  lastFull?: string;
  upgrade?: Upgrade;
}
