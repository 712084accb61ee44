import * as z from 'zod';
import { ReasonData } from './reasons/reason.ts';
import { KIND_NAMES } from './kinds.ts';
import { problemCount, ResourceProblem } from './manifest.ts';
import { ResourceSecurity } from './plan.ts';

export const RUN_KINDS = [
  'backup',
  'restore',
  'verify',
  'forget',
  'prune',
  'repair',
  'drill',
  'copy',
  'import',
] as const;
export const RunKind = z.enum(RUN_KINDS);
export type RunKind = z.infer<typeof RunKind>;

export const RunStatus = z.enum(['queued', 'running', 'complete', 'partial', 'failed', 'cancelled', 'interrupted']);
export type RunStatus = z.infer<typeof RunStatus>;

/** What a run with several steps is at now. `done` and `total` are those of the step, and never go back. */
export const ProgressStep = z.object({
  /** As `phase`: saving, restoring; reading, permissions, checking, publishing; comparing, planning. */
  name: z.string(),
  number: z.int().positive(),
  of: z.int().positive(),
  done: z.int().nonnegative(),
  /** Absent while it is not known. */
  total: z.int().nonnegative().optional(),
  /** Absent until it can be said. */
  secondsLeft: z.number().nonnegative().optional(),
});
export type ProgressStep = z.infer<typeof ProgressStep>;

/** How far a run has come; counts per kind, so that a page can show them. */
export const Progress = z.object({
  phase: z.string(),
  done: z.int().nonnegative(),
  /** Undefined until the listings have ended. */
  total: z.int().nonnegative().optional(),
  kinds: z.partialRecord(
    z.enum(KIND_NAMES),
    z.object({ done: z.int().nonnegative(), total: z.int().nonnegative().optional(), failed: z.int().nonnegative() }),
  ),
  /** Resources per second over the last seconds. */
  rate: z.number().nonnegative().optional(),
  secondsLeft: z.number().nonnegative().optional(),
  /** Seconds in which the whole run ends at most, by its own pace and that of the last ones. */
  endsWithin: z.number().nonnegative().optional(),
  step: ProgressStep.optional(),
});
export type Progress = z.infer<typeof Progress>;

/** Progress as the service keeps it. */
export interface WholeProgress extends Progress {
  /** The part of each organization, while several are backed up; id 0 is what belongs to the whole server. */
  orgs?: (Pick<Progress, 'done' | 'total' | 'kinds' | 'step'> & { id: number })[];
}

/** One resource that a restore wrote or deleted: what undoing it needs to know. */
export const Touched = z.object({
  org: z.int().positive(),
  kind: z.enum(KIND_NAMES),
  /** The uid that it has, or had, in Grafana. */
  uid: z.string(),
  did: z.enum(['created', 'updated', 'deleted']),
  /** Opaque; changes with the content and the folder that the restore left there. Absent when it was deleted. */
  mark: z.string().optional(),
  /** Whether it was written, and as what, was not read back: the restore ended before. */
  open: z.literal(true).optional(),
  /** The plan deleted it by itself, not only with the resource that Grafana deletes it with. */
  alone: z.literal(true).optional(),
  /** It was deleted with its dashboard and was to come back as it was; the restore ended before. */
  aside: z.literal(true).optional(),
  /** It was written, but incompletely: the mark is that of its state after the restore. */
  differs: z.literal(true).optional(),
  /** The ID that Grafana gave to an organization. */
  id: z.int().positive().optional(),
});
export type Touched = z.infer<typeof Touched>;

/** An account that a restore of everything makes an Admin of organizations, with its roles there before. */
export const Entered = z.object({
  id: z.int().positive(),
  login: z.string(),
  /** By ID; without a role it was no member. Organizations that the restore creates are not listed. */
  orgs: z.array(z.object({ id: z.int().positive(), role: z.string().optional() })),
});
export type Entered = z.infer<typeof Entered>;

/** The same with the roles that it has there since, where the restore left them. */
export const Gave = Entered.extend({
  orgs: z.array(z.object({ id: z.int().positive(), role: z.string().optional(), given: z.string() })),
});
export type Gave = z.infer<typeof Gave>;

/** One execution, kept in the repository under runs/ whatever its end was. */
export const RunRecord = z.object({
  id: z.string(),
  kind: RunKind,
  status: RunStatus,
  trigger: z.string(),
  by: z.string().optional(),
  /** SHA-256 of the organization, the request and its key, so that a repeated request is recognized after a restart. */
  idempotencyKey: z.string().optional(),
  started: z.iso.datetime(),
  finished: z.iso.datetime().optional(),
  /** Milliseconds. */
  duration: z.number().nonnegative().optional(),
  snapshot: z.string().optional(),
  /**
   * The organization that asked; a restore is of that one alone. Absent: the schedule, the command line, an earlier
   * release.
   */
  org: z.int().positive().optional(),
  /** What a backup did in each organization. */
  orgs: z
    .array(
      z.object({ id: z.int().positive(), counts: z.record(z.string(), z.number()), problems: z.int().nonnegative() }),
    )
    .optional(),
  counts: z.record(z.string(), z.number()),
  errors: z.array(ResourceProblem),
  /** What went well but for something that a person should see to. */
  warnings: z.array(z.string()).optional(),
  /** The warnings as data, in the same order; absent in records of earlier releases. */
  warned: z.array(ReasonData).optional(),
  /** What a restore changed in Grafana, however it ended; without it the restore cannot be undone. */
  touched: z.array(Touched).optional(),
  /** What a restore was confirmed to change about who may see or receive what. */
  security: z.array(ResourceSecurity).optional(),
  /** Accounts that have more roles than before until a restore of everything ends; none once it has ended. */
  entered: z.array(Entered).optional(),
  /** Accounts with the roles that such a restore left them, as in its snapshot, and their roles before. */
  gave: z.array(Gave).optional(),
  /** How many resources a restore was to write or delete. */
  planned: z.int().nonnegative().optional(),
  /** The snapshot that a restore brings back. */
  source: z.string().optional(),
  /** The Grafana that a restore wrote to: its address, and the keys that identify it. Earlier releases name none. */
  grafana: z.object({ url: z.string(), keys: z.array(z.object({ id: z.string(), x: z.string() })) }).optional(),
  /** The plan of the service that a restore applies, and what was asked for; see RestoreRequest of the API. */
  restore: z.string().optional(),
  request: z.record(z.string(), z.unknown()).optional(),
  /** The command that restores the same once more, for a restore of the command line. */
  finish: z.string().optional(),
  /** The run that this restore undoes. */
  undoes: z.string().optional(),
  /**
   * The connection that a restore wrote to; earlier releases named it only in the service's own record. The record in
   * the repository of the connection lists the touched resources.
   */
  connection: z.string().optional(),
  /**
   * What ended the run, when it failed. `why` and `advice` are message and hint as data, where they say more than the
   * code does; records of earlier releases lack them.
   */
  failure: z
    .object({
      code: z.string(),
      message: z.string(),
      hint: z.string(),
      why: ReasonData.optional(),
      advice: ReasonData.optional(),
    })
    .optional(),
});
export type RunRecord = z.infer<typeof RunRecord>;

/** Whether accounts still have roles that a restore of everything gave them in organizations that existed before. */
export function hasRoles({ entered = [] }: { entered?: readonly Entered[] | undefined }): boolean {
  return entered.some(({ orgs }) => orgs.length > 0);
}

/** Whether a restore changed anything in Grafana, as far as its record says, so that it can be undone. */
export function hasChanges({ touched = [], entered, gave }: Pick<RunRecord, 'touched' | 'entered' | 'gave'>): boolean {
  return touched.length > 0 || hasRoles({ entered }) || hasRoles({ entered: gave });
}

/** A record without its lists of single problems and resources: a line of the history of runs. */
export const RunLine = RunRecord.omit({
  errors: true,
  touched: true,
  security: true,
  entered: true,
  gave: true,
  request: true,
  grafana: true,
  finish: true,
}).extend({
  /** How many single resources failed. */
  problems: z.int().nonnegative(),
});
export type RunLine = z.infer<typeof RunLine>;

/** @returns a record without its lists, with the number of its problems instead */
export function runLine({
  errors,
  touched: _touched,
  security: _security,
  entered: _entered,
  gave: _gave,
  request: _request,
  grafana: _grafana,
  finish: _finish,
  ...rest
}: RunRecord): RunLine {
  // A record that was shortened says itself how many there were.
  return { ...rest, problems: Math.max(problemCount(errors), rest.counts['failures'] ?? 0) };
}

/** Whether a run says something about all snapshots: a verification of one, or of none, does only if it fails. */
export function isOfAll({
  kind,
  status,
  snapshot,
  counts,
}: Pick<RunLine, 'kind' | 'status' | 'snapshot' | 'counts'>): boolean {
  return kind !== 'verify' || status !== 'complete' || (snapshot === undefined && counts['snapshots'] !== 0);
}

/** Added to twice the interval, for the run itself. */
const GRACE_SECONDS = 10 * 60;

/** @returns the age in seconds at which the newest backup is overdue: two intervals and a grace period */
export function lateAfterSeconds(intervalSeconds: number): number {
  return 2 * intervalSeconds + GRACE_SECONDS;
}
