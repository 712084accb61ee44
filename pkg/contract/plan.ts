import * as z from 'zod';
import { KIND_NAMES } from './kinds.ts';
import type { ResourceProblem } from './manifest.ts';
import { ReasonData } from './reasons/reason.ts';

export const PlanAction = z.enum(['create', 'update', 'unchanged', 'skip', 'blocked', 'delete']);
export type PlanAction = z.infer<typeof PlanAction>;

/** What a change of security is about; a kind says which of them writing a resource brings. */
const SECURITY_CODES = [
  /**
   * Requests, or alerts, go somewhere else: `field`, `before`, `after`; `secrets` that are stored, and whether it
   * `keeps` them.
   */
  'address',
  /** The same where the address is a secret, which nobody shows: `field`. */
  'hidden-address',
  /** The same, but a person supplied the value: `field`. */
  'supplied-address',
  /** People are led somewhere else: `field`, `before`, `after`. */
  'link',
  /** Grafana passes on more of what identifies people, or checks less whom it talks to: `field`, `before`, `after`. */
  'forwarding',
  /** A person becomes a server admin: `after`. */
  'server-admin',
  /** An account is made: `email`, `roles`. */
  'account',
  /** E-mail of an account, to which new passwords are sent: `before`, `after`. */
  'email',
  /** Role of an account in the organization `org`: `before` is absent if it joins, `after` if it leaves. */
  'org-role',
  /** Role of a service account, whose tokens go on working: `before`, `after`. */
  'role',
  /** A service account that was disabled can be used again: `before`, `after`. */
  'enabled',
  /** An app that was disabled can be used again, with its stored secrets. */
  'app-enabled',
  /** More is permitted to a `subject` (role, user, team, serviceAccount) of that `name`: `before`, `after`. */
  'permission',
  /**
   * It moves `from` a folder `to` another one, with its `contents` if it is a folder, which gives more to a `subject`
   * of that `name`: `before`, `after`. The root is empty.
   */
  'moved',
  /** The same where the permissions of the new folder cannot be read: `from`, `to`. */
  'moved-unread',
  /** It is created in a folder that gives more than when the snapshot was taken: as `moved`, without `from`. */
  'placed',
  /**
   * With others, it is created at the root without its permissions, which the snapshot lacks: Grafana gives it to all
   * Viewers and Editors. On the first of them only: their `count`, and `titles` of some.
   */
  'placed-unread',
  /**
   * What is written over it was not for a `subject` of that `name` when the snapshot was taken, who can see it now:
   * `after`.
   */
  'audience',
  /** The same for those outside the organization: the dashboard is shared now, and was not, or with fewer. */
  'audience-shared',
  /** Number of further subjects that gain something in the same way: `count`. */
  'more-gain',
  /**
   * Permissions go to a team that only has the `name` of the one in the snapshot: `after`, and the `members` that the
   * former one did not have.
   */
  'team-replaced',
  /** Somebody gets into a team, or becomes its admin: `login`, `before`, `after`. */
  'team-member',
  /**
   * Who gets into a team, or is permitted something, had another e-mail address in the snapshot: `login`, `before`,
   * `after`.
   */
  'member-email',
  /** What an organization has in the snapshot goes to one with another ID that has its `name`: `before`, `after`. */
  'org-maybe-renamed',
  'org-taken',
  /** Anybody who has the link sees more: `field`, `before`, `after`. */
  'public',
  /**
   * A data source has another account, way to log in, database, or other setting that may decide what it reads:
   * `field`, `before`, `after`.
   */
  'source-account',
  /** Queries that name no data source, and new panels, go to another one: `before`, `after`. */
  'default-source',
  /** Alerts without a matching rule go to another contact point: `before`, `after`. */
  'receiver',
  /** Some alerts go to a contact point that got none from here: `after`. */
  'receiver-added',
  /** The label `field` of an alert `rule`, by which policies decide where alerts go: `before`, `after`. */
  'rule-label',
  /** The contact point `name`, which gets alerts from here, gets others as well: those with the `matchers`. */
  'receiver-wider',
] as const;
export type SecurityCode = (typeof SECURITY_CODES)[number];

/** One change to who may see or receive what. Values are as Grafana has them; secrets are never among them. */
export const SecurityChange = z.object({
  code: z.enum(SECURITY_CODES),
  params: z.record(z.string(), z.string()),
});
export type SecurityChange = z.infer<typeof SecurityChange>;

/** What a restore would do with one resource. */
export const PlanItem = z.object({
  org: z.int().positive(),
  kind: z.enum(KIND_NAMES),
  uid: z.string(),
  title: z.string(),
  folder: z.string(),
  action: PlanAction,
  /** Why, in English. */
  reason: z.string(),
  /** The same as data: `code` and `params`. */
  ...ReasonData.shape,
  /** What will be lost or must be entered again: secrets, numeric ids, authorship. */
  losses: z.array(z.string()),
  /** The same as data, in the same order. */
  lost: z.array(ReasonData).optional(),
  /** What it changes about who may see or receive what; what has any comes first, and asks for typed words. */
  security: z.array(SecurityChange),
  /** Of a group of alert rules: the only ones that are restored. Absent = all of it. */
  rules: z.array(z.object({ uid: z.string(), title: z.string() })).optional(),
  /** The uid it will have at the target, when that is another one. */
  targetUid: z.string().optional(),
  targetOrg: z.int().positive().optional(),
  /** Name of the organization that it goes to, when the restore has to create that first. */
  newOrg: z.string().optional(),
});
export type PlanItem = z.infer<typeof PlanItem>;

export const ApplyOutcome = z.enum(['verified', 'differs', 'failed', 'deleted', 'skipped']);
export type ApplyOutcome = z.infer<typeof ApplyOutcome>;

/** A field in which a restored resource differs from what was to be written. Values that may be secret are absent. */
export const FieldDifference = z.object({
  /** Path in the body of the resource, such as `rules.0.for`; `folder` for the folder it is in. */
  path: z.string(),
  /** The value to be written, shortened; absent where the field was to be missing. */
  wanted: z.string().optional(),
  /** The value that Grafana has, shortened; absent where the field is missing. */
  found: z.string().optional(),
});
export type FieldDifference = z.infer<typeof FieldDifference>;

/** What became of one item of the plan. */
export const ApplyResult = z.object({
  org: z.int().positive(),
  kind: z.enum(KIND_NAMES),
  uid: z.string(),
  title: z.string(),
  outcome: ApplyOutcome,
  /** More about the outcome, in English; empty where there is nothing to add. */
  reason: z.string(),
  /** The same as data: `code` and `params`. */
  ...ReasonData.shape,
  /** What it lacks, or what a person has to see to, as the plan said: secrets to enter again. Absent = nothing. */
  losses: z.array(z.string()).optional(),
  /** The same as data, in the same order. */
  lost: z.array(ReasonData).optional(),
  /**
   * Where it was in Grafana when it was read back: a copy has its own UID and may be in another organization. Absent
   * where nothing was found.
   */
  found: z.object({ org: z.int().positive(), uid: z.string() }).optional(),
  /** What writing it changed about who may see or receive what. */
  security: z.array(SecurityChange).optional(),
  /** The fields in which it differs, if it does. */
  differences: z.array(FieldDifference).optional(),
});
export type ApplyResult = z.infer<typeof ApplyResult>;

/** The changes of security in a plan or record, resource by resource. */
export const ResourceSecurity = z.object({
  org: z.int().positive(),
  kind: z.enum(KIND_NAMES),
  uid: z.string(),
  title: z.string(),
  changes: z.array(SecurityChange),
});
export type ResourceSecurity = z.infer<typeof ResourceSecurity>;

/** One difference between two snapshots, or a snapshot and what is live. */
export interface DiffItem {
  org: number;
  kind: (typeof KIND_NAMES)[number];
  uid: string;
  title: string;
  folder: string;
  /** When and by whom Grafana says it was saved; only if it was added or changed since the snapshot. */
  updated?: string;
  updatedBy?: string;
  /** It is in another folder, and nothing else changed. */
  moved?: true;
  /** Of an annotation: the UID of its dashboard. */
  of?: string;
}

export interface Diff {
  added: DiffItem[];
  changed: DiffItem[];
  removed: DiffItem[];
  /** Kinds that could not be listed, in which nothing counts as removed. */
  errors?: ResourceProblem[];
}
