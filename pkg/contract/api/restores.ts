import * as z from 'zod';
import { Coverage } from '../coverage.ts';
import { ReasonData } from '../reasons/reason.ts';
import { KIND_NAMES, REPLACEABLE } from '../kinds.ts';
import { Progress } from '../runs.ts';
import { ApplyOutcome, ApplyResult, PlanAction, PlanItem } from '../plan.ts';
import {
  commaList,
  Identifier,
  KindParameter,
  NameableParameter,
  OrgId,
  OrgParameter,
  PageQuery,
  pageOf,
  Time,
  Uid,
} from './common.ts';
import { ResourceDiff } from './diff.ts';
import { Replacements } from './mappings.ts';

const ConnectionName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);

/** Other Grafanas that the deployment names; empty for all organizations except the home organization. */
export const Connections = z.object({ connections: z.array(z.object({ name: ConnectionName, url: z.string() })) });
export type Connections = z.infer<typeof Connections>;

/** What is to be restored. */
export const RestoreSelection = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('everything') }),
  z.strictObject({ type: z.literal('kinds'), kinds: z.array(KindParameter).min(1).max(KIND_NAMES.length) }),
  /** A folder with everything below it: folders, dashboards, library panels, permissions, alert rules. */
  z.strictObject({ type: z.literal('folder'), org: OrgId, uid: Uid }),
  z.strictObject({
    type: z.literal('resources'),
    resources: z
      .array(z.strictObject({ org: OrgId, kind: NameableParameter, uid: Uid }))
      .min(1)
      .max(5000),
  }),
  /** What a later snapshot lacks; with `overwrite` or `promote` also what it has in an earlier version or changed. */
  z.strictObject({ type: z.literal('lost'), in: Identifier }),
]);
export type RestoreSelection = z.infer<typeof RestoreSelection>;

export const RestoreOptions = z.strictObject({
  /** Also update what exists and differs. Without it only what is missing is created. */
  overwrite: z.boolean().optional(),
  /** Also delete what is live and not in the snapshot, within the selection. */
  deleteExtra: z.boolean().optional(),
  /** Also restore what the selection needs and the target lacks (see `dependencies` of the plan). */
  withDependencies: z.boolean().optional(),
  /** Also write what Grafana reports as managed by files, Git Sync or Terraform. */
  includeManaged: z.boolean().optional(),
  /** Where an address changes, leave the secrets that are stored with it: Grafana will send them to the new address. */
  keepSecrets: z.boolean().optional(),
  /** Read everything now, also permissions that the last backup read within a day. Takes a request for each. */
  readEverything: z.boolean().optional(),
  /** As copies with new uids, beside what exists. */
  copy: z
    .strictObject({
      /** Live folder of that org to put them in; absent = where they were. */
      folderUid: Uid.optional(),
      org: OrgId.optional(),
      /** Put behind each title. */
      suffix: z.string().max(100).optional(),
    })
    .optional(),
  /** Restores into another Grafana; see GET /connections. Not with `copy`. */
  to: z
    .strictObject({
      connection: ConnectionName,
      /** Instead of `overwrite`: update only what earlier runs wrote there and no one has changed since. */
      promote: z.boolean().optional(),
      /** Creates resources under new UIDs and updates references. */
      newUids: z.boolean().optional(),
      pauseRules: z.boolean().optional(),
      /** UIDs in the snapshot, with the UIDs in the other Grafana that replace them. */
      replace: Replacements.optional(),
    })
    .optional(),
  /** Uid in the snapshot → uid of a live data source. Wins over what is found by uid, name and type. */
  dataSources: z.record(Uid, Uid).optional(),
});
export type RestoreOptions = z.infer<typeof RestoreOptions>;

/** POST /restores → RestorePlan. Reads only. */
export const RestoreRequest = z.strictObject({
  snapshot: Identifier,
  selection: RestoreSelection,
  options: RestoreOptions.optional(),
});
export type RestoreRequest = z.infer<typeof RestoreRequest>;

/**
 * Query of POST /restores and POST /runs/:id/undo. `wait=false`: immediately return a plan whose state is `planning`.
 * Ask for it every second: it is given up when nobody has asked for 15 seconds.
 */
export const PlanQuery = z.object({ wait: z.enum(['true', 'false']).optional() });
export type PlanQuery = z.input<typeof PlanQuery>;

/** GET /folders: where copies can be put, as it is live in one org. */
export const FoldersQuery = z.object({ org: OrgParameter });
export type FoldersQuery = z.input<typeof FoldersQuery>;

export const LiveFolder = z.object({
  uid: z.string(),
  title: z.string(),
  /** Absent at the root. */
  parentUid: z.string().optional(),
});
export type LiveFolder = z.infer<typeof LiveFolder>;

export const LiveFolders = z.object({ folders: z.array(LiveFolder) });
export type LiveFolders = z.infer<typeof LiveFolders>;

const LiveDataSource = z.object({ uid: z.string(), name: z.string(), type: z.string() });

/** How one data source that the selection uses is found at the target. */
export const DataSourceMatch = z.object({
  /** As the snapshot knows it; name and type are empty when only a uid is known. */
  from: LiveDataSource,
  to: LiveDataSource.optional(),
  /** none: nothing fits, so panels will show an error until one is chosen. restored: it is part of this restore. */
  by: z.enum(['uid', 'name', 'choice', 'restored', 'none']),
  /** With none: the snapshot holds all data sources and not this one, so it was missing when the snapshot was made. */
  alreadyMissing: z.boolean().optional(),
});
export type DataSourceMatch = z.infer<typeof DataSourceMatch>;

/** A resource that the other Grafana lacks or that is sent there, with possible replacements. */
export const Counterpart = z.object({
  kind: z.enum(REPLACEABLE),
  uid: z.string(),
  title: z.string(),
  /** The chosen replacement; see `replace`. */
  to: z.string().optional(),
  choices: z.array(z.object({ uid: z.string(), title: z.string() })),
});
export type Counterpart = z.infer<typeof Counterpart>;

/** The account of the other Grafana for a user in permissions or teams of the selection. */
export const UserMatch = z.object({
  login: z.string(),
  /** In the snapshot. */
  email: z.string().optional(),
  /**
   * login: the account with that login. other-email: that account has another email address, so it may belong to
   * another person. none: no account, so the user is left out. left-out: someone chose to leave the user out.
   */
  by: z.enum(['login', 'other-email', 'choice', 'none', 'left-out']),
  /** The chosen login; empty if the user is left out. See `replace`. */
  to: z.string().optional(),
  /** The login with the same email address. Used only if someone chooses it, because email addresses can change. */
  sameEmail: z.string().optional(),
});
export type UserMatch = z.infer<typeof UserMatch>;

const RestoreState = z.enum(['planning', 'planned', 'expired', 'applying', 'applied', 'failed']);
export type RestoreState = z.infer<typeof RestoreState>;

const PlanCounts = z.record(PlanAction, z.int().nonnegative());

/** What a restore would do. Kept until `expires`; the items are read by GET /restores/:id/items. */
export const RestorePlan = z.object({
  id: z.string(),
  state: RestoreState,
  snapshot: z.string(),
  selection: RestoreSelection,
  options: RestoreOptions,
  created: Time,
  expires: Time,
  counts: PlanCounts,
  /** How many of them are permissions that are created, deleted or left with what they belong to. */
  permissions: z.partialRecord(PlanAction, z.int().nonnegative()).optional(),
  /** How many of the items lose something. */
  losing: z.int().nonnegative(),
  /** How many changes to who may see or receive what are in it: see `security` of its items, which come first. */
  security: z.int().nonnegative(),
  /** Needed by the selection, missing at the target and not part of it, but held by the snapshot. */
  dependencies: z.array(z.object({ org: OrgId, kind: KindParameter, uid: z.string(), title: z.string() })),
  /**
   * How many items are unchanged as far as the last backup knows, mostly permissions, and when it read the oldest of
   * them. Absent where all was read now; see `readEverything`.
   */
  asRead: z.object({ count: z.int().positive(), oldest: Time }).optional(),
  dataSources: z.array(DataSourceMatch),
  /** What could be chosen for them. */
  liveDataSources: z.array(LiveDataSource),
  /** Only for another Grafana. */
  counterparts: z.array(Counterpart).optional(),
  /** Only for another Grafana, in order of urgency. Absent if its users cannot be listed. */
  users: z
    .object({
      matches: z.array(UserMatch),
      /** Logins there. */
      choices: z.array(z.string()),
    })
    .optional(),
  /**
   * What must be typed to apply it: where something is deleted, the title of the folder or the names of the
   * organizations; where it changes who may see or receive what, how often, such as `2 security changes` (both, joined
   * by `, `); where something is overwritten otherwise, its title, or how many resources, such as `12 resources`.
   * Where the snapshot is `notFull`, its ID takes the place of the last two. Absent when nothing live is touched.
   */
  confirm: z.string().optional(),
  /**
   * Set where everything is restored from a snapshot that is known to lack something: a partial one, one that is much
   * smaller than the one before, or the latest one if less was selected for it. With the last full one, if any.
   */
  notFull: z.object({ lastFull: z.string().optional() }).optional(),
  /** What the snapshot covers; absent where a restore is undone. */
  coverage: Coverage.optional(),
  /** How far it is, while its state is `planning`; everything else is empty then. */
  progress: Progress.optional(),
  warnings: z.array(z.string()),
  /** The warnings as data, in the same order. */
  warned: z.array(ReasonData).optional(),
  /** The run that it takes back; then the run says what is in it, not the selection. */
  undoes: z.string().optional(),
  /** Set once it was applied. */
  run: z.string().optional(),
  safetySnapshot: z.string().optional(),
  /** Counts of what became of the items. */
  outcomes: z.partialRecord(ApplyOutcome, z.int().nonnegative()).optional(),
  /** How many of them are of permissions that became the same as what they belong to. */
  permissionOutcomes: z.partialRecord(ApplyOutcome, z.int().nonnegative()).optional(),
});
export type RestorePlan = z.infer<typeof RestorePlan>;

/** GET /restores/:id/items */
export const PlanItemsQuery = PageQuery.extend({
  action: commaList(PlanAction.options).optional(),
  kind: commaList(KIND_NAMES).optional(),
  /** Only what changes who may see or receive what. */
  security: z.enum(['true', 'false']).optional(),
  search: z.string().max(200).optional(),
});
export type PlanItemsQuery = z.input<typeof PlanItemsQuery>;

export const PlanItemPage = pageOf(PlanItem).extend({
  /** How many of `total` are permissions that are created, deleted or left with what they belong to. */
  permissions: z.int().nonnegative().optional(),
});
export type PlanItemPage = z.infer<typeof PlanItemPage>;

/**
 * GET /restores/:id/changes: of an item that overwrites, or of a conflict. Reads it again, also in another Grafana, and
 * returns no more of it than these changes.
 */
export const ItemChangesQuery = z.object({ org: OrgParameter.default(1), kind: KindParameter, uid: Uid });
export type ItemChangesQuery = z.input<typeof ItemChangesQuery>;

export const ItemChanges = ResourceDiff.pick({ changes: true, truncated: true });
export type ItemChanges = z.infer<typeof ItemChanges>;

/** POST /restores/:id/apply → 202 Run (kind restore) */
export const ApplyRequest = z.strictObject({ confirm: z.string().max(500).optional() });
export type ApplyRequest = z.infer<typeof ApplyRequest>;

/**
 * GET /restores/:id/results, once its run has ended: also unchanged resources that lack something, as skipped, with
 * their `losses`.
 */
export const ResultsQuery = PageQuery.extend({
  outcome: commaList(ApplyOutcome.options).optional(),
  search: z.string().max(200).optional(),
});
export type ResultsQuery = z.input<typeof ResultsQuery>;

export const ResultPage = pageOf(ApplyResult).extend({
  /** How many of `total` are of permissions that became the same as what they belong to. */
  permissions: z.int().nonnegative().optional(),
});
export type ResultPage = z.infer<typeof ResultPage>;
