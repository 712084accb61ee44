import * as z from 'zod';
import { KIND_NAMES } from '../kinds.ts';
import { commaList, Cursor, Identifier, pageOf, Uid } from './common.ts';
import { IndexedPart, ResourceVersion } from './versions.ts';

/** GET /changes: what became of the resources of the caller's organization, over all its snapshots. */
export const ChangesQuery = z.object({
  cursor: Cursor.optional(),
  /**
   * At most this many; what one restore saved, or what was deleted together, counts as one. Fewer than in other lists,
   * because the contents of each are read to say what changed.
   */
  limit: z.coerce.number().int().min(1).max(100).default(20),
  kind: commaList(KIND_NAMES).optional(),
  /** UID of a folder: its own changes, and those of all that is or was below it. */
  folder: Uid.optional(),
  /** Part of the name of who saved, deleted or restored it. */
  person: z.string().max(200).optional(),
  /** IDs of snapshots: only what later ones than the first show; with both, how the second differs from the first. */
  since: Identifier.optional(),
  until: Identifier.optional(),
});
export type ChangesQuery = z.input<typeof ChangesQuery>;

const ChangeNumbers = z.object({ added: z.int(), changed: z.int(), removed: z.int() });

/**
 * Newest first, each with its `resource`. What the oldest snapshots already show is not a change. `total` is an
 * estimate, the same on each page; it is exact on a page that has all of them.
 */
export const ChangePage = pageOf(ResourceVersion).extend({
  indexed: IndexedPart,
  /** Only with `since`, on the first page: how many there are on all pages. */
  counts: ChangeNumbers.optional(),
  /** With `counts`: of how many of them permissions were added, moved or deleted as well, which do not count. */
  permissions: ChangeNumbers.optional(),
});
export type ChangePage = z.infer<typeof ChangePage>;
