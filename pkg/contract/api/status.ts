import * as z from 'zod';
import { Coverage } from '../coverage.ts';
import { KIND_NAMES } from '../kinds.ts';
import { Shrunk, Upgrade } from '../losses/losses.ts';
import { ReasonData } from '../reasons/reason.ts';
import { Problem, Time } from './common.ts';
import { RunSummary } from './runs.ts';
import { ScheduledJob } from './settings.ts';
import { SnapshotRow } from './snapshots.ts';

/**
 * yes: the newest backup is on time and covers everything, except what someone chose to leave out. uncovered: on time,
 * but it leaves out something that no one chose to leave out; `coverage` and `notCovered` name it. partial: on time,
 * but some resources are missing from it. late: none within twice the schedule's interval. failed: the last one failed
 * and none has succeeded since, or no other can run, for example because Grafana refuses the credentials; the newest is
 * still on time. never: none yet. unconfigured: no target or no token. untrusted: the repository is not as the service
 * left it, and no one has accepted that yet. shrunk: on time, but much is missing that the last full one has, and no
 * one has accepted that yet. unreadable: on time, but the private key that is set does not decrypt it; without any
 * private key, this is not tested. unknown: the service has just started, and has not tried its token; it has not read
 * the target yet, or could not since its start, so there may be backups; or Grafana has not said yet which
 * organizations exist.
 */
export const Protection = z.enum([
  'yes',
  'partial',
  'late',
  'failed',
  'never',
  'unconfigured',
  'untrusted',
  'shrunk',
  'uncovered',
  'unreadable',
  'unknown',
]);
export type Protection = z.infer<typeof Protection>;

/**
 * valid; expiring: valid, but near its end and not renewed; invalid: Grafana refuses it; missing: none, and no admin
 * credentials to make one; waiting: bootstrap waits for Grafana; password-wrong: Grafana refuses the admin password of
 * the Secret; failed: bootstrap failed otherwise.
 */
export const TokenState = z.enum([
  'valid',
  'expiring',
  'invalid',
  'missing',
  'waiting',
  'password-wrong',
  'failed',
  'unknown',
]);
export type TokenState = z.infer<typeof TokenState>;

export const ScheduleStatus = z.object({
  job: ScheduledJob,
  expression: z.string(),
  timezone: z.string(),
  /** The next five, without jitter; empty when off. */
  next: z.array(Time),
  intervalSeconds: z.number().optional(),
});
export type ScheduleStatus = z.infer<typeof ScheduleStatus>;

/** GET /status: answered from memory, cheap to poll. */
export const Status = z.object({
  version: z.string(),
  /** Which replica answers. */
  instance: z.string(),
  /**
   * For which organization this is answered (its token decides), and whether it is the home one, which decides for all.
   */
  caller: z.object({ org: z.int().nonnegative(), home: z.boolean() }),
  /** Whether the deployment names installations for GET /fleet; for the home organization only. */
  fleet: z.literal(true).optional(),
  started: Time,
  now: Time,
  protection: Protection,
  grafana: z.object({
    url: z.string(),
    reachable: z.boolean(),
    version: z.string().optional(),
    edition: z.string().optional(),
    problem: Problem.optional(),
  }),
  token: z.object({
    state: TokenState,
    /** bootstrap: made by Dashkeep; environment: given by the deployment. */
    source: z.enum(['bootstrap', 'environment', 'none']),
    /** The end that comes first when there are several orgs; absent = never ends, or not known. */
    expires: Time.optional(),
    orgs: z.array(z.object({ id: z.int().positive(), state: TokenState, expires: Time.optional() })),
    /** The last time since its start that the service replaced tokens which Grafana refused before they expired. */
    replaced: z.object({ time: Time, orgs: z.array(z.int().positive()) }).optional(),
    problem: Problem.optional(),
  }),
  /** Organizations that exist in Grafana and that no backup of this service covers, where it can know. */
  notCovered: z.array(z.object({ id: z.int().positive(), name: z.string() })).optional(),
  target: z.object({
    configured: z.boolean(),
    /** For people: `s3://bucket/prefix at https://…`. */
    description: z.string(),
    /** Absent until it was tried. */
    reachable: z.boolean().optional(),
    /** Since when it answers, or does not, as far as this replica has seen. */
    since: Time.optional(),
    /** Whether new snapshots are encrypted. */
    encrypted: z.boolean().optional(),
    /** Whether the newest one is. */
    newestEncrypted: z.boolean().optional(),
    problem: Problem.optional(),
  }),
  /** The second target, where the deployment sets one; for the home organization. */
  copy: z
    .object({
      /** For people, as that of the target. */
      description: z.string(),
      /** Absent until it was tried. */
      reachable: z.boolean().optional(),
      /** Whether it has the newest complete backup. */
      current: z.boolean(),
      /** Whether it has lacked the newest backups for too long. */
      overdue: z.boolean(),
      problem: Problem.optional(),
    })
    .optional(),
  schedules: z.array(ScheduleStatus),
  /** The newest end of each: absent when there was none. */
  lastBackup: RunSummary.optional(),
  lastSuccess: Time.optional(),
  lastVerify: RunSummary.optional(),
  lastDrill: RunSummary.optional(),
  lastCopy: RunSummary.optional(),
  lastRestore: RunSummary.optional(),
  /** What runs now, and what waits behind it. */
  running: RunSummary.optional(),
  queued: RunSummary.optional(),
  newest: SnapshotRow.optional(),
  /** What the newest snapshot covers; for the home organization. */
  coverage: Coverage.optional(),
  /** What is missing from the newest snapshot: all of it for the home organization, its own part for another one. */
  shrunk: Shrunk.optional(),
  /** Where the newest snapshot is partial or shrunk: the last one that is neither. */
  lastFull: z.string().optional(),
  /** What the last upgrade of Grafana lost, until the snapshot before it is released; by organization, as `shrunk`. */
  upgrade: Upgrade.optional(),
  /** What the newest snapshot holds. */
  content: z.partialRecord(z.enum(KIND_NAMES), z.int().nonnegative()),
  snapshots: z.int().nonnegative().optional(),
  leader: z.object({
    /** Whether several replicas share the work at all. */
    elected: z.boolean(),
    leading: z.boolean(),
    holder: z.string().optional(),
  }),
  warnings: z.array(Problem),
});
export type Status = z.infer<typeof Status>;

/** One backup as a point of the small charts. */
export const TrendPoint = z.object({
  time: Time,
  snapshot: z.string().optional(),
  status: z.string(),
  resources: z.int().nonnegative().optional(),
  bytes: z.int().nonnegative().optional(),
  /** Milliseconds. */
  duration: z.number().nonnegative().optional(),
});
export type TrendPoint = z.infer<typeof TrendPoint>;

/** GET /trends?points= : the newest backups, oldest first. */
export const TrendsQuery = z.object({ points: z.coerce.number().int().min(1).max(500).default(60) });
export type TrendsQuery = z.input<typeof TrendsQuery>;
export const Trends = z.object({ points: z.array(TrendPoint) });
export type Trends = z.infer<typeof Trends>;

export const DoctorCheck = z.object({
  /** What was checked, in English. */
  name: z.string(),
  /** The same as data. */
  subject: ReasonData,
  status: z.enum(['ok', 'warning', 'failed', 'skipped']),
  /** What was found, in English. */
  detail: z.string(),
  /** The same as data. */
  findings: z.array(ReasonData),
  /** What to do, in English; empty when there is nothing to do. */
  hint: z.string(),
  /** The same as data. */
  hints: z.array(ReasonData),
  /** Of the target: what was resolved, and where each part came from. No key, no secret. */
  resolved: z.array(z.object({ name: z.string(), value: z.string(), source: z.string() })).optional(),
});
export type DoctorCheck = z.infer<typeof DoctorCheck>;

/** GET /doctor: everything that can be tried, tried now. */
export const Doctor = z.object({ ok: z.boolean(), checks: z.array(DoctorCheck) });
export type Doctor = z.infer<typeof Doctor>;
