import * as z from 'zod';
import { ReasonData } from '../reasons/reason.ts';
import { ResourceProblem } from '../manifest.ts';
import { ResourceSecurity } from '../plan.ts';
import { Progress, RUN_KINDS, RunKind, RunStatus, Touched } from '../runs.ts';
import { RestoreRequest } from './restores.ts';
import { commaList, Identifier, PageQuery, pageOf, Problem, Time } from './common.ts';

/** A run as lists show it. */
export const RunSummary = z.object({
  id: z.string(),
  kind: RunKind,
  status: RunStatus,
  /** manual, scheduled, safety, drill, undo; catch-up in records of earlier releases, for scheduled. */
  trigger: z.string(),
  /** Who asked, as Grafana said. Information only: it is not proof. */
  by: z.string().optional(),
  /** When it began; while queued, when it was asked for. */
  started: Time,
  finished: Time.optional(),
  /** Milliseconds. */
  duration: z.number().nonnegative().optional(),
  /** The snapshot that it made (backup), or the safety snapshot that undoes it (restore). */
  snapshot: z.string().optional(),
  /** How many resources a restore was to write or delete. */
  planned: z.int().nonnegative().optional(),
  /** The snapshot that a restore brings back. */
  source: z.string().optional(),
  /** The run that this restore took back. */
  undoes: z.string().optional(),
  /** The later run that undid this restore, or finished it. In lists, only of restores that are incomplete. */
  continuedBy: z.string().optional(),
  /** Whether that run undid it. */
  undone: z.literal(true).optional(),
  /** The connection that a restore wrote to. Its snapshots are not in this target. */
  connection: z.string().optional(),
  /** By name: listed, stored, reused, skipped, failed, added, changed, removed, bytes, … Only those that apply. */
  counts: z.record(z.string(), z.number()),
  /** How many single resources failed. */
  problems: z.int().nonnegative(),
  /** What a person should see to although it went well. */
  warnings: z.array(z.string()).optional(),
  /** The warnings as data, in the same order; absent in records of earlier releases. */
  warned: z.array(ReasonData).optional(),
  /** What ended it, when it failed. */
  failure: Problem.optional(),
  /** Only while queued or running. */
  progress: Progress.optional(),
  cancellable: z.boolean(),
  /** A clock that was ahead dated it later than now. */
  future: z.literal(true).optional(),
});
export type RunSummary = z.infer<typeof RunSummary>;

/** GET /runs/:id, and what POST /runs answers. Poll it about once a second while it is queued or running. */
export const Run = RunSummary.extend({
  errors: z.array(ResourceProblem),
  /** What a restore was confirmed to change about who may see or receive what. */
  security: z.array(ResourceSecurity).optional(),
  /**
   * The resources that a restore changed, at most a thousand. `open`: not read back. `title`: that of the restored
   * snapshot, or else of the safety snapshot.
   */
  touched: z.array(Touched.omit({ mark: true, aside: true }).extend({ title: z.string().optional() })).optional(),
  /** What a restore was asked for: POST /restores with it plans the rest, or the same again. */
  request: RestoreRequest.optional(),
  /** The title of the folder that the request selects. */
  folder: z.string().optional(),
  /** The earlier, incomplete run that this one repeated to finish it. Undoing this one keeps what that one changed. */
  finishes: z.string().optional(),
  /** The restore that it applies: see GET /restores/:id. */
  restore: z.string().optional(),
  /** Whether POST /runs/:id/undo can plan the way back, and no later run has undone it. */
  undoable: z.boolean(),
  /** The safety snapshot of a restore no longer exists, so nothing can undo the restore. */
  snapshotGone: z.literal(true).optional(),
  /** The address of the Grafana that a restore wrote to, if that is another one: only there can it be undone. */
  otherGrafana: z.string().optional(),
});
export type Run = z.infer<typeof Run>;

/**
 * POST /runs. Send an `Idempotency-Key` header (any text up to 200 characters): the same key and body from the same
 * organization within a day give the same run.
 */
export const RunRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('backup'), full: z.boolean().optional(), acceptLoss: Identifier.optional() }),
  z.strictObject({
    kind: z.literal('verify'),
    /** Also read and hash every object, not only look whether it exists. */
    readData: z.boolean().optional(),
    /** One snapshot only; absent = all. */
    snapshot: Identifier.optional(),
  }),
  /** Forget what the retention no longer keeps. */
  z.strictObject({ kind: z.literal('forget') }),
  z.strictObject({
    kind: z.literal('prune'),
    /** Needed when more than half of all objects would go: the word that the refusal asks for. */
    confirm: z.string().max(200).optional(),
  }),
  z.strictObject({ kind: z.literal('drill'), snapshot: Identifier.optional() }),
  /** To the second target of the deployment. */
  z.strictObject({
    kind: z.literal('copy'),
    /** Also prune the copy, and read back everything in it. */
    readData: z.boolean().optional(),
  }),
]);
export type RunRequest = z.infer<typeof RunRequest>;

/** GET /runs */
export const RunsQuery = PageQuery.extend({
  kind: commaList(RUN_KINDS).optional(),
  status: commaList(RunStatus.options).optional(),
  trigger: z.string().max(100).optional(),
  /** Started at or after, before. */
  from: Time.optional(),
  to: Time.optional(),
  /** Part of an id, of who asked, or of a failure. */
  search: z.string().max(200).optional(),
});
export type RunsQuery = z.input<typeof RunsQuery>;

/** Newest first. */
export const RunPage = pageOf(RunSummary);
export type RunPage = z.infer<typeof RunPage>;
