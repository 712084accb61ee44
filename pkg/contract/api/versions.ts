import * as z from 'zod';
import { Cursor, KindParameter, NameableParameter, OrgId, OrgParameter, pageOf, Time, Uid } from './common.ts';
import { ReadableChange, Restored } from './diff.ts';

/**
 * GET /resources/:org/:kind/:uid/versions. A uid is percent-encoded; slashes in it may also come as they are, for
 * Grafana's proxy decodes them.
 */
export const VersionsParams = z.object({ org: OrgParameter, kind: NameableParameter, uid: Uid });

export const VersionsQuery = z.object({
  cursor: Cursor.optional(),
  /** At most this many. Fewer than in other lists, because the contents of each are read to say what changed. */
  limit: z.coerce.number().int().min(1).max(100).default(20),
  /** Whether to say what changed in each version; that takes reading them. */
  changes: z.enum(['true', 'false']).default('true'),
  /** Of a folder: also the changes of all that is, or was, in it or below it. */
  below: z.enum(['true', 'false']).default('false'),
});
export type VersionsQuery = z.input<typeof VersionsQuery>;

/** `first-seen`: it is in the oldest snapshot that looked for it, so it may be older. */
const VERSION_EVENTS = ['first-seen', 'created', 'changed', 'deleted', 'returned'] as const;

/** Why nothing is said about what changed. */
const UNTOLD = ['no-identity', 'too-large', 'not-readable'] as const;

/** One change of one resource, and how long it stayed so. */
export const ResourceVersion = z.object({
  /** Which resource, in a list of several. With `below`, the list includes the folder itself. */
  resource: z.object({ kind: NameableParameter, uid: z.string() }).optional(),
  what: z.enum(VERSION_EVENTS),
  /** When the first snapshot that shows it was taken. It happened between `after` and then. */
  time: Time,
  /** When the last snapshot that shows it otherwise was taken. */
  after: Time.optional(),
  /** When the first snapshot was taken that shows it otherwise again; absent for what is so in the newest. */
  until: Time.optional(),
  /** Milliseconds from `time` to `until`, or to the newest snapshot that shows it. */
  lived: z.int().nonnegative(),
  /** The snapshots that hold this version; of a deletion those that lack the resource. */
  snapshots: z.object({
    first: z.string(),
    last: z.string(),
    count: z.int().positive(),
    /** The newest full backup of them, where the last one is none: it may be the safety snapshot of a restore. */
    full: z.string().optional(),
    /**
     * The snapshot whose time is `after`; if a resource was deleted again before any snapshot contained it, the last
     * snapshot that contains it.
     */
    before: z.string().optional(),
  }),
  /** Only in GET /changes, of a deletion: a later snapshot shows that it is back. */
  back: z.literal(true).optional(),
  /**
   * Only in GET /changes, of a deletion: when a restore brought it back, which no later snapshot shows yet. If Grafana
   * has no list of deletions, it may have been deleted again since.
   */
  restoredAt: Time.optional(),
  /**
   * Only in GET /changes, of a deletion: the outermost folder that was deleted between the same two snapshots and was
   * it, or contained it; without one, the deleted dashboard or other resource that it belonged to, such as annotations.
   */
  deletedWith: z.object({ kind: KindParameter, uid: z.string(), title: z.string(), folder: z.string() }).optional(),
  /**
   * Only in GET /changes, of several that one restore saved, or that were deleted together: how many there are. Only
   * the first of them are listed.
   */
  together: z.int().positive().optional(),
  /** Only with `together`: of how many of them permissions were added or deleted as well, which do not count. */
  permissions: z.int().nonnegative().optional(),
  /** The first or last of them counts for nothing here: no trusted key has signed it. */
  foreign: z.literal(true).optional(),
  /** Of a deletion, what it was called and where it was. */
  title: z.string(),
  folder: z.string(),
  folderUid: z.string().optional(),
  /** Absent for a deletion. */
  bytes: z.int().nonnegative().optional(),
  /**
   * As Grafana says: when it was saved, or deleted, and by whom. Of deletions it only knows that of dashboards and
   * folders.
   */
  updated: z.string().optional(),
  updatedBy: z.string().optional(),
  /**
   * Who that was: a login, or the name of a service account. Null for an account that is gone; absent where nothing
   * says who, or the account could not be looked up.
   */
  by: z.string().nullable().optional(),
  restored: Restored.optional(),
  /** Which version that made, and the comment of who saved it. */
  version: z.union([z.string(), z.number()]).optional(),
  comment: z.string().optional(),
  /** What it was before, where that is otherwise. */
  renamedFrom: z.string().optional(),
  movedFrom: z.string().optional(),
  /** What changed since the version before; absent where there is none, or it was not asked for. */
  changes: z.array(ReadableChange).optional(),
  /** More changed than `changes` shows. */
  truncated: z.boolean().optional(),
  /** Instead of `changes`: why nothing can be said. */
  untold: z.enum(UNTOLD).optional(),
});
export type ResourceVersion = z.infer<typeof ResourceVersion>;

/** How much of the history an answer is made from. */
export const IndexedPart = z.object({
  snapshots: z.int().nonnegative(),
  /** Snapshots that are still to be read: ask again. */
  pending: z.int().nonnegative(),
  /** Snapshots that cannot be read here. */
  unreadable: z.int().nonnegative(),
});
export type IndexedPart = z.infer<typeof IndexedPart>;

/** Newest first. With `below`, `total` is about how many there are: exact on a page that has all of them. */
export const VersionPage = pageOf(ResourceVersion).extend({
  org: OrgId,
  kind: NameableParameter,
  uid: z.string(),
  /** Of a single alert rule: the uid of the group that holds it, or held it last. */
  group: z.string().optional(),
  /** Its last title. */
  title: z.string(),
  deleted: z.boolean(),
  indexed: IndexedPart,
});
export type VersionPage = z.infer<typeof VersionPage>;
