import * as z from 'zod';
import { Annotated } from '../holds.ts';
import { NOTE_MAX } from '../note-max.ts';
import { KIND_NAMES } from '../kinds.ts';
import {
  ChangeCounts,
  KindReport,
  ManifestEntry,
  ResourceProblem,
  SNAPSHOT_TRIGGERS,
  SnapshotSummary,
} from '../manifest.ts';
import {
  commaList,
  KindParameter,
  line,
  NameableParameter,
  OrgId,
  OrgParameter,
  PageQuery,
  pageOf,
  Time,
  Uid,
} from './common.ts';

/** A line of the history, with the numbers of the organization that asks. */
export const SnapshotRow = SnapshotSummary.omit({ held: true }).extend({
  changes: ChangeCounts.omit({ orgs: true }).optional(),
  /** The run that made it. */
  run: z.string().optional(),
});
export type SnapshotRow = z.infer<typeof SnapshotRow>;

/** GET /snapshots */
export const SnapshotsQuery = PageQuery.extend({
  status: commaList(['complete', 'partial']).optional(),
  trigger: commaList(SNAPSHOT_TRIGGERS).optional(),
  from: Time.optional(),
  to: Time.optional(),
  /** On hold, or with a note. */
  marked: commaList(['hold', 'note']).optional(),
  /** Part of an id or of who asked. */
  search: z.string().max(200).optional(),
});
export type SnapshotsQuery = z.input<typeof SnapshotsQuery>;

/** Newest first. */
export const SnapshotPage = pageOf(SnapshotRow);
export type SnapshotPage = z.infer<typeof SnapshotPage>;

/** GET /snapshots/:id: the manifest without its resources. `latest` is an id too. */
export const SnapshotDetail = SnapshotRow.extend({
  started: Time,
  finished: Time,
  dashkeep: z.string(),
  grafana: z.object({ version: z.string(), url: z.string(), edition: z.string().optional() }),
  orgs: z.array(z.object({ id: OrgId, name: z.string() })),
  kinds: z.partialRecord(z.enum(KIND_NAMES), KindReport),
  /** Set where only what a restore was about to overwrite was read: the rest is as in that snapshot. */
  basedOn: z.object({ id: z.string(), started: Time }).optional(),
  errors: z.array(ResourceProblem),
  skipped: z.array(ResourceProblem),
  /** How many resources there are of each kind. */
  content: z.partialRecord(z.enum(KIND_NAMES), z.int().nonnegative()),
  /** The snapshots beside it in time. */
  previous: z.string().optional(),
  next: z.string().optional(),
  encrypted: z.boolean(),
  /** How many other organizations it holds resources of; only for the home organization, which can delete it. */
  otherOrganizations: z.int().nonnegative().optional(),
});
export type SnapshotDetail = z.infer<typeof SnapshotDetail>;

/** DELETE /snapshots/:id?confirm=<the same id, typed>. Its objects go with a later prune. */
export const SnapshotDeleteQuery = z.object({ confirm: z.string().max(200) });
export const SnapshotDeleted = z.object({ deleted: z.string() });
export type SnapshotDeleted = z.infer<typeof SnapshotDeleted>;

/** PUT /snapshots/:id/hold: nothing removes the snapshot until then, or until someone releases it. */
export const HoldRequest = z.strictObject({ note: line(NOTE_MAX).default(''), until: Time.optional() });
export type HoldRequest = z.input<typeof HoldRequest>;

/** PUT /snapshots/:id/note; an empty text removes it. */
export const NoteRequest = z.strictObject({ note: line(NOTE_MAX) });
export type NoteRequest = z.infer<typeof NoteRequest>;

/** A snapshot as it is marked afterwards. */
export const SnapshotMarks = Annotated.extend({ snapshot: z.string() });
export type SnapshotMarks = z.infer<typeof SnapshotMarks>;

/** One folder of the tree; the root of an org is not listed: it is what has no parent. */
export const TreeFolder = z.object({
  org: OrgId,
  uid: z.string(),
  title: z.string(),
  /** Absent at the root, and when the parent is not in the snapshot. */
  parentUid: z.string().optional(),
  /** Resources directly in it. */
  direct: z.int().nonnegative(),
  /**
   * The folder, resources in it and in everything below it, and annotations and public dashboards of their dashboards.
   */
  total: z.int().nonnegative(),
});
export type TreeFolder = z.infer<typeof TreeFolder>;

/** GET /snapshots/:id/tree: all folders, parents before children, in the order of titles; and what is in no folder. */
export const SnapshotTree = z.object({
  orgs: z.array(z.object({ id: OrgId, name: z.string(), root: z.int().nonnegative(), total: z.int().nonnegative() })),
  folders: z.array(TreeFolder),
});
export type SnapshotTree = z.infer<typeof SnapshotTree>;

/** GET /snapshots/:id/resources */
export const ResourcesQuery = PageQuery.extend({
  kind: commaList(KIND_NAMES).optional(),
  org: OrgParameter.optional(),
  /** Directly in this folder; empty = in none. */
  folder: z.string().max(512).optional(),
  /** In this folder or anywhere below it, with annotations and public dashboards of the dashboards there. */
  under: z.string().max(512).optional(),
  /** Part of a title, uid or folder path; case doesn't matter. */
  search: z.string().max(200).optional(),
  sort: z.enum(['kind', 'title', 'size']).default('kind'),
});
export type ResourcesQuery = z.input<typeof ResourcesQuery>;

export const ResourcePage = pageOf(ManifestEntry);
export type ResourcePage = z.infer<typeof ResourcePage>;

/** Names one resource. In the query and not in the path: a uid may hold a slash, and proxies decode those. */
export const ResourceQuery = z.object({ org: OrgParameter.default(1), kind: NameableParameter, uid: Uid });
export type ResourceQuery = z.input<typeof ResourceQuery>;

/** GET /snapshots/:id/resource: one resource with its content. */
export const ResourceBody = z.object({
  /** Of a single alert rule, that of its group. */
  entry: ManifestEntry,
  /** Which rule it is, where a single one was asked for. */
  rule: z.object({ uid: z.string(), title: z.string() }).optional(),
  /** Login of who created it, or name of a service account; null when it is gone, absent when it is not known. */
  createdBy: z.string().nullable().optional(),
  /** The same for who last saved it. */
  updatedBy: z.string().nullable().optional(),
  /** Exactly what is stored: the JSON of the resource, or of the rule. */
  body: z.unknown(),
  /** Its snapshot counts for nothing here: no trusted key has signed it. */
  foreign: z.literal(true).optional(),
  /** What it needs to work, and whether the same snapshot holds that. */
  references: z.array(
    z.object({ kind: KindParameter, uid: z.string(), title: z.string().optional(), held: z.boolean() }),
  ),
});
export type ResourceBody = z.infer<typeof ResourceBody>;

/**
 * GET /snapshots/:id/download: the JSON alone, as a file. `dashboard` is what Grafana's "Import dashboard" takes
 * (dashboards only); `body` is what is stored.
 */
export const DownloadQuery = ResourceQuery.extend({ format: z.enum(['body', 'dashboard']).default('body') });
export type DownloadQuery = z.input<typeof DownloadQuery>;
