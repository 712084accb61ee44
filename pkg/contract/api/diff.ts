import * as z from 'zod';
import { KIND_NAMES } from '../kinds.ts';
import { ResourceProblem } from '../manifest.ts';
import { Progress } from '../runs.ts';
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

const CHANGES = ['added', 'changed', 'removed'] as const;
export const Change = z.enum(CHANGES);
export type Change = z.infer<typeof Change>;

/** `from` and `to` are snapshot ids or `latest`; `to` may also be `live`. */
const Sides = z.object({ from: Identifier, to: Identifier });

/**
 * GET /diff. A comparison with `live` reads Grafana, which takes as long as a backup; it is kept for the pages that
 * follow.
 */
export const DiffQuery = PageQuery.extend(Sides.shape).extend({
  change: commaList(CHANGES).optional(),
  kind: commaList(KIND_NAMES).optional(),
  /** Part of a title, uid or folder path. */
  search: z.string().max(200).optional(),
  /** Compare with live again instead of using what was read a moment ago. */
  refresh: z.enum(['true', 'false']).optional(),
  /**
   * Return immediately what is known so far; see `reading` of the page. Ask again every second: reading ends when
   * nobody has asked for 15 seconds.
   */
  partial: z.enum(['true', 'false']).optional(),
  /** Of what was removed, leave out what restores have brought back since `to` was taken. `counts` stays as it is. */
  hideRestored: z.enum(['true', 'false']).optional(),
  /** `kind` is the default; `newest` lists what was saved last first, and what has no time after that. */
  order: z.enum(['kind', 'newest']).optional(),
});
export type DiffQuery = z.input<typeof DiffQuery>;

/** The restore that saved something, and who started that; absent where no signed record of a restore shows it. */
export const Restored = z.object({ run: z.string(), by: z.string().optional() });

export const DiffEntry = z.object({
  change: Change,
  org: OrgId,
  kind: KindParameter,
  uid: z.string(),
  title: z.string(),
  folder: z.string(),
  /**
   * As Grafana says: when it was saved, and by whom, of what was added or changed between snapshots; of dashboards and
   * folders that were removed, when and by whom they were deleted.
   */
  updated: z.string().optional(),
  updatedBy: z.string().optional(),
  /** Who that was: see the versions of a resource. */
  by: z.string().nullable().optional(),
  restored: Restored.optional(),
  /** It is in another folder, and nothing else changed. */
  moved: z.literal(true).optional(),
  /** Of an annotation that the earlier side contains: the UID of its dashboard. */
  of: z.string().optional(),
});
export type DiffEntry = z.infer<typeof DiffEntry>;

/** Sides that are snapshots which count for nothing here: no trusted key has signed them. */
const ForeignSides = z.array(z.enum(['from', 'to']));

export const DiffPage = pageOf(DiffEntry).extend({
  /** Ids; `live` stays `live`. */
  from: z.string(),
  to: z.string(),
  foreign: ForeignSides,
  /** When live was read. */
  read: Time.optional(),
  counts: z.object({
    added: z.int().nonnegative(),
    changed: z.int().nonnegative(),
    removed: z.int().nonnegative(),
  }),
  /**
   * How many of each, and of `total`, are permissions that were added, moved or removed with what they belong to. All
   * pages leave them out of the number of resources, because people do not count them.
   */
  permissions: z
    .object({
      added: z.int().nonnegative(),
      changed: z.int().nonnegative(),
      removed: z.int().nonnegative(),
      total: z.int().nonnegative(),
    })
    .optional(),
  /**
   * Only with `partial`, while Grafana is read: `items` and `counts` are what was found so far. More may come of the
   * `pending` kinds.
   */
  reading: z.object({ progress: Progress, pending: z.array(z.enum(KIND_NAMES)) }).optional(),
  /** What could not be compared: a difference there would not be seen. */
  errors: z.array(ResourceProblem),
});
export type DiffPage = z.infer<typeof DiffPage>;

/** GET /diff/resource; here `from` may be `live`, too: what going back from there changes. */
export const ResourceDiffQuery = Sides.extend({ org: OrgParameter.default(1), kind: NameableParameter, uid: Uid });
export type ResourceDiffQuery = z.input<typeof ResourceDiffQuery>;

/** What is known of a side of a comparison. */
export const DiffOrigin = z.object({
  /** When its snapshot was taken; absent for live. */
  time: Time.optional(),
  /**
   * As Grafana says: when the resource was saved last, and by whom; on the later side, where it does not exist, when
   * and by whom it was deleted.
   */
  updated: z.string().optional(),
  updatedBy: z.string().optional(),
  /** Who that was: a login, or the name of a service account; null for an account that is gone. */
  by: z.string().nullable().optional(),
  restored: Restored.optional(),
});
export type DiffOrigin = z.infer<typeof DiffOrigin>;

/** One thing that was done to a resource; its text in English is `changeSentence`, the app has its own. */
export const ReadableChange = z.object({
  /** What it does to the thing that it is about. */
  change: Change,
  /** Of the catalogue of changes; one of a later release may be unknown. */
  code: z.string(),
  /** What the text of the code is filled with. Values that are absent or empty are ''. */
  params: z.record(z.string(), z.string()),
  /** Where it is in the JSON. */
  path: z.string().optional(),
  /** What was there and what is, where a sentence has no room for it; long ones are cut and end with …. */
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type ReadableChange = z.infer<typeof ReadableChange>;

export const ResourceDiff = z.object({
  change: z.enum([...CHANGES, 'unchanged']),
  org: OrgId,
  kind: NameableParameter,
  uid: z.string(),
  title: z.string(),
  changes: z.array(ReadableChange),
  /** More differ than `changes` shows. */
  truncated: z.boolean(),
  foreign: ForeignSides,
  from: DiffOrigin,
  to: DiffOrigin,
  /** If `to` is `live`: the last snapshot of the newest version that Grafana has now; absent if it has none of them. */
  sameAs: z.string().optional(),
  /** The whole content on either side; absent where it does not exist. */
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type ResourceDiff = z.infer<typeof ResourceDiff>;
