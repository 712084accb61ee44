import * as z from 'zod';
import { KIND_NAMES } from '../kinds.ts';
import { ReasonData } from '../reasons/reason.ts';
import { Time } from './common.ts';

/** What a recovery depends on, in the order in which pages and commands show it. */
const READINESS_CODES = [
  'backup',
  'coverage',
  'signatures',
  'verification',
  'restore-test',
  'target',
  'second-copy',
  'private-key',
  'secrets',
  'plugins',
  'grafana',
  'schedule',
] as const;
export const ReadinessCode = z.enum(READINESS_CODES);
export type ReadinessCode = z.infer<typeof ReadinessCode>;

/** Those that only a person can know. */
export const CONFIRMABLE = ['second-copy', 'private-key', 'secrets'] as const;
export type Confirmable = (typeof CONFIRMABLE)[number];

/** bad: a recovery would fail or lose something; warning: it may; unknown: nothing shows that it would work. */
export const ReadinessLevel = z.enum(['ok', 'warning', 'bad', 'unknown']);
export type ReadinessLevel = z.infer<typeof ReadinessLevel>;

/** One resource that a line names. */
const ReadinessItem = z.object({
  org: z.int().positive(),
  kind: z.enum(KIND_NAMES),
  uid: z.string(),
  title: z.string(),
  /** The field of a secret, or the version of a plugin. */
  detail: z.string(),
});
export type ReadinessItem = z.infer<typeof ReadinessItem>;

export const ReadinessLine = z.object({
  code: ReadinessCode,
  level: ReadinessLevel,
  /** Since when the evidence exists: when it was backed up, verified, tested, confirmed. */
  at: Time.optional(),
  /** What it is about. */
  subject: ReasonData,
  /** The evidence, in English. */
  detail: z.string(),
  /** The same as data. */
  findings: z.array(ReasonData),
  /** What to do, in English; empty when there is nothing to do. */
  hint: z.string(),
  /** The same as data. */
  hints: z.array(ReasonData),
  items: z.array(ReadinessItem).optional(),
  /** Whether the caller can confirm it. */
  confirmable: z.literal(true).optional(),
});
export type ReadinessLine = z.infer<typeof ReadinessLine>;

/** GET /readiness: whether a recovery would work today, with evidence. */
export const Readiness = z.object({
  /** ready: every line is ok; not-ready: at least one is bad. */
  level: z.enum(['ready', 'attention', 'not-ready']),
  time: Time,
  evidence: z.array(ReadinessLine),
});
export type Readiness = z.infer<typeof Readiness>;

/** POST /readiness/confirmations: a person confirms what only a person can know. */
export const ConfirmationRequest = z.strictObject({ line: z.enum(CONFIRMABLE) });
export type ConfirmationRequest = z.infer<typeof ConfirmationRequest>;

export const REPORT_FORMATS = ['html', 'csv'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** GET /readiness/report: what happened from `from` until just before `to`. */
export const ReportQuery = z.object({
  format: z.enum(REPORT_FORMATS).default('html'),
  from: Time,
  to: Time,
});
export type ReportQuery = z.input<typeof ReportQuery>;

/** A file to save. It is part of a JSON document, so that no browser ever shows it as a page of Grafana. */
export const SavedFile = z.object({
  name: z.string(),
  /** Its media type. */
  type: z.string(),
  text: z.string(),
});
export type SavedFile = z.infer<typeof SavedFile>;

const ReadinessReason = ReasonData.extend({ level: Readiness.shape.level, reason: z.string() });

/** An installation, as its repository shows it. */
export const Installation = z.object({
  target: z.string(),
  /** unknown: the repository could not be read. */
  state: z.enum(['ok', 'attention', 'unknown']),
  /** Seconds since the newest full snapshot began; absent where a clock that is behind cannot tell. */
  age: z.number().optional(),
  /** Of the newest snapshot, in bytes. */
  size: z.number().optional(),
  resources: z.number().optional(),
  /** Version of Grafana at the newest snapshot. */
  grafana: z.string().optional(),
  /**
   * Whether a recovery would work, as far as its snapshots show, with the reason in English and as data; absent where
   * they could not be read. They do not show verifications and restore tests.
   */
  readiness: ReadinessReason.optional(),
  /** Problems, in English and as data. */
  alarms: z.array(ReasonData.extend({ reason: z.string() })),
});
export type Installation = z.infer<typeof Installation>;

/** GET /fleet: the installations that the deployment names. */
export const Fleet = z.object({
  installations: z.array(Installation),
});
export type Fleet = z.infer<typeof Fleet>;
