import { ReasonData } from '../reasons/reason.ts';
import * as z from 'zod';
import { KIND_NAMES } from '../kinds.ts';
import { line, Problem, Time } from './common.ts';
import { S3_PRESET_NAMES } from './presets.ts';

/** Who sets a value: the deployment (chart, environment) wins over the UI, which wins over the default. */
const SettingOwner = z.enum(['deployment', 'ui', 'default']);
export type SettingOwner = z.infer<typeof SettingOwner>;

export const TargetSettings = z.object({
  /** `s3://bucket/prefix` or `file:///directory`; empty = none yet. */
  url: line(1000),
  preset: z.enum(S3_PRESET_NAMES),
  /** Empty = from the shared AWS files, or AWS's own. */
  endpoint: line(500),
  region: line(100),
  /** null = whatever suits the endpoint. */
  forcePathStyle: z.boolean().nullable(),
  /** Profile in the shared AWS files; empty = the default one. */
  profile: line(100),
  objectLock: z.object({
    mode: z.enum(['none', 'governance', 'compliance']),
    /** Counts only when mode is not 'none'. */
    days: z.int().min(0).max(36500),
  }),
});
export type TargetSettings = z.infer<typeof TargetSettings>;

export const SCHEDULED_JOBS = ['backup', 'verify', 'prune', 'drill'] as const;
export const ScheduledJob = z.enum(SCHEDULED_JOBS);
export type ScheduledJob = z.infer<typeof ScheduledJob>;

/**
 * Cron expressions of five fields (or six, with seconds first); empty = never. Prune also forgets by the retention
 * first.
 */
const ScheduleSettings = z.object({
  backup: line(200),
  verify: line(200),
  prune: line(200),
  drill: line(200),
  /** IANA name, such as Europe/Paris. */
  timezone: line(100),
  /** Each start is put off by up to that many seconds, so that a hundred clusters don't start together. */
  jitterSeconds: z.int().min(0).max(3600),
});
export type ScheduleSettings = z.infer<typeof ScheduleSettings>;

export const ScopeSettings = z.object({
  /** `token`: the org of the token alone; `all`: every org, which needs admin credentials. */
  orgs: z.enum(['token', 'all']),
  /** Kinds that are left out. */
  excludeKinds: z.array(z.enum(KIND_NAMES)).max(KIND_NAMES.length),
  /** Plain `dashboard-<uid>.json` beside the repository; auto = when encryption is off. */
  plainCopies: z.enum(['auto', 'on', 'off']),
  /** Everything is read again every n-th backup, whatever the listings say. */
  fullReadEvery: z.int().min(1).max(1000),
});
export type ScopeSettings = z.infer<typeof ScopeSettings>;

const keep = z.int().min(0).max(100_000);

/** How many snapshots of each sort stay; all 0 and keepWithin empty = everything stays. */
export const RetentionSettings = z.object({
  keepLast: keep,
  keepHourly: keep,
  keepDaily: keep,
  keepWeekly: keep,
  keepMonthly: keep,
  keepYearly: keep,
  /** Everything younger stays: `48h`, `30d`, `8w`, `6m`, `1y`; empty = not used. */
  keepWithin: z
    .string()
    .max(40)
    .regex(/^([0-9]{1,5}[hdwmy])*$/, 'numbers with h, d, w, m or y, such as 30d or 1y6m'),
});
export type RetentionSettings = z.infer<typeof RetentionSettings>;

const EncryptionSettings = z.object({
  /** age public keys (`age1…`). Empty = not encrypted. Only counts when a repository is made. */
  recipients: z.array(line(3000)).max(50),
});
export type EncryptionSettings = z.infer<typeof EncryptionSettings>;

export const NOTIFICATION_EVENTS = [
  'failed',
  'partial',
  'shrunk',
  'mass-change',
  'upgraded',
  'late',
  'recovered',
  'repository',
  'changes',
] as const;
export const NotificationEvent = z.enum(NOTIFICATION_EVENTS);
export type NotificationEvent = z.infer<typeof NotificationEvent>;

/** One address, without a name. */
export const MailAddress = z
  .string()
  .max(254)
  .regex(/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$/, 'an address such as grafana@example.com');

/** Who gets notifications by email; without a host or a recipient, no one does. The password is `smtpPassword`. */
export const EmailSettings = z.object({
  host: line(253),
  port: z.int().min(1).max(65_535),
  /** `none` encrypts nothing, so it is never used with a user name. */
  security: z.enum(['starttls', 'tls', 'none']),
  /** Empty = no login. */
  user: line(320),
  from: MailAddress.or(z.literal('')),
  to: z.array(MailAddress).max(20),
});
export type EmailSettings = z.infer<typeof EmailSettings>;

/** The address of the webhook is the secret `webhookUrl`: anyone who knows a Slack address can post to it. */
export const NotificationSettings = z.object({
  format: z.enum(['generic', 'slack', 'teams']),
  /** By webhook and email alike. */
  events: z.array(NotificationEvent).max(NOTIFICATION_EVENTS.length),
  /** When the event `changes` is sent, if anything changed: after each backup, or after the first one of a day. */
  changes: z.enum(['backup', 'daily']),
  email: EmailSettings,
});
export type NotificationSettings = z.infer<typeof NotificationSettings>;

export const SettingsValues = z.object({
  target: TargetSettings,
  schedule: ScheduleSettings,
  scope: ScopeSettings,
  retention: RetentionSettings,
  encryption: EncryptionSettings,
  notifications: NotificationSettings,
});
export type SettingsValues = z.infer<typeof SettingsValues>;

/** Typed once, kept in the Secret or the state directory, never given out again. */
export const SECRET_NAMES = [
  's3AccessKeyId',
  's3SecretAccessKey',
  's3SessionToken',
  'ageIdentity',
  'webhookUrl',
  'smtpPassword',
] as const;
export const SecretName = z.enum(SECRET_NAMES);
export type SecretName = z.infer<typeof SecretName>;

export const SettingOrigin = z.object({
  owner: SettingOwner,
  /** Where it comes from when the deployment set it: `DASHKEEP_SCHEDULE`, a file, … Never a value. */
  source: z.string().optional(),
  /** Why a page cannot change it, although the deployment does not set it. */
  locked: ReasonData.optional(),
  /** What the deployment requires: a page can only make it stricter, whatever the owner. */
  minimum: ReasonData.optional(),
});
export type SettingOrigin = z.infer<typeof SettingOrigin>;

/** GET /settings. What the deployment owns is shown read-only. */
export const Settings = z.object({
  /**
   * Also the ETag. Send it back (If-Match, or `revision` in the body) so that nobody's change is overwritten unseen.
   */
  revision: z.string(),
  values: SettingsValues,
  /** By dotted path into values: `schedule.backup`, `target.objectLock.days`. Every leaf is named. */
  owners: z.record(z.string(), SettingOrigin),
  secrets: z.record(
    SecretName,
    z.object({
      set: z.boolean(),
      owner: SettingOwner,
      source: z.string().optional(),
      locked: ReasonData.optional(),
    }),
  ),
  /** False where settings can't be kept (no Secret, no state directory); then everything is read-only. */
  writable: z.boolean(),
  readOnlyReason: z.string().optional(),
  /** The same reason as data. */
  readOnlyWhy: ReasonData.optional(),
});
export type Settings = z.infer<typeof Settings>;

const SecretChanges = z.partialRecord(
  SecretName,
  /** null removes it; absent keeps it. */
  z.string().min(1).max(20_000).nullable(),
);

/** PUT /settings. Absent sections and secrets stay as they are; a section that is present is taken whole. */
export const SettingsUpdate = z.strictObject({
  revision: z.string().max(200).optional(),
  values: SettingsValues.partial().optional(),
  secrets: SecretChanges.optional(),
});
export type SettingsUpdate = z.infer<typeof SettingsUpdate>;

/** POST /settings/check and /notifications/test: tries what is given on top of what is stored, and stores nothing. */
export const SettingsCandidate = z.strictObject({
  values: SettingsValues.partial().optional(),
  secrets: SecretChanges.optional(),
});
export type SettingsCandidate = z.infer<typeof SettingsCandidate>;

export const CHECK_STEPS = ['resolve', 'clock', 'write', 'read', 'list', 'delete', 'repository'] as const;

/** One step of a check, in the order of CHECK_STEPS. After a step has failed those that need it are skipped. */
export const CheckStep = z.object({
  step: z.enum(CHECK_STEPS),
  status: z.enum(['ok', 'warning', 'failed', 'skipped']),
  /** Of the catalogue, when it failed: `DK_…`. */
  code: z.string().optional(),
  /** What was found, in English. */
  detail: z.string(),
  /** The same as data. */
  findings: z.array(ReasonData).optional(),
  /** What to do; empty when there is nothing to do. Names the missing right where one is missing. */
  hint: z.string(),
  /** The same as data. */
  hints: z.array(ReasonData).optional(),
  milliseconds: z.number().nonnegative().optional(),
});
export type CheckStep = z.infer<typeof CheckStep>;

export const SettingsCheck = z.object({
  ok: z.boolean(),
  steps: z.array(CheckStep),
  /** What was resolved, and where each part came from. No key, no secret. */
  resolved: z.array(z.object({ name: z.string(), value: z.string(), source: z.string() })),
});
export type SettingsCheck = z.infer<typeof SettingsCheck>;

/** GET /schedule/preview?expression=&timezone= */
export const SchedulePreviewQuery = z.object({
  expression: z.string().min(1).max(200),
  timezone: z.string().max(100).default('UTC'),
  count: z.coerce.number().int().min(1).max(20).default(5),
});
export type SchedulePreviewQuery = z.input<typeof SchedulePreviewQuery>;

export const SchedulePreview = z.object({
  /** In UTC; show them in the user's zone. Fewer than asked for when the expression ends. */
  next: z.array(Time),
  /** Seconds between the first two; undefined when there are fewer. */
  intervalSeconds: z.number().optional(),
});
export type SchedulePreview = z.infer<typeof SchedulePreview>;

/** POST /retention/preview: what these rules would keep and forget now. Nothing is changed. */
export const RetentionPreviewRequest = z.strictObject({ retention: RetentionSettings.optional() });
export type RetentionPreviewRequest = z.infer<typeof RetentionPreviewRequest>;

const RetentionDecision = z.object({
  id: z.string(),
  time: Time,
  reasons: z.array(z.string()),
  why: z.array(ReasonData).optional(),
});
export type RetentionDecision = z.infer<typeof RetentionDecision>;

export const RetentionPreview = z.object({
  /** Newest first, each with the rules that keep it. */
  kept: z.array(RetentionDecision),
  forgotten: z.array(RetentionDecision),
});
export type RetentionPreview = z.infer<typeof RetentionPreview>;

/** POST /notifications/test */
export const NotificationTest = z.object({
  delivered: z.boolean(),
  /** HTTP status of the receiver, when it answered. */
  status: z.int().optional(),
  milliseconds: z.number().nonnegative(),
  problem: Problem.optional(),
});
export type NotificationTest = z.infer<typeof NotificationTest>;
