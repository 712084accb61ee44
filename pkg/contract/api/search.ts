import * as z from 'zod';
import { KIND_NAMES } from '../kinds.ts';
import { commaList, Cursor, KindParameter, OrgId, pageOf, Time } from './common.ts';
import { Restored } from './diff.ts';
import { IndexedPart } from './versions.ts';

/** A longer search text is refused. */
export const LONGEST_SEARCH = 200;

/** GET /search. */
export const SearchQuery = z.object({
  /** Every word of it must be in the text that is found; case and accents don't matter. */
  q: z.string().min(1).max(LONGEST_SEARCH),
  kind: commaList(KIND_NAMES).optional(),
  /** Only what no longer exists. */
  deleted: z.enum(['true', 'false']).default('false'),
  cursor: Cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
export type SearchQuery = z.input<typeof SearchQuery>;

/** What kind of text was found. */
export const FOUND_IN = ['title', 'uid', 'panel', 'row', 'rule', 'query', 'tag', 'data-source', 'variable'] as const;
export type FoundIn = (typeof FOUND_IN)[number];

/** One text of a resource, and the versions that have it. */
export const FoundText = z.object({
  where: z.enum(FOUND_IN),
  text: z.string(),
  /** Title of the panel or rule that it belongs to. */
  panel: z.string().optional(),
  /** Whether the newest version has it, and the resource existed in the newest snapshot. */
  now: z.boolean(),
  /** When the first and the last snapshot were taken that show it without a break; the last time, if it came back. */
  since: Time,
  lastSeen: Time,
  /** When the first snapshot was taken that no longer shows it; absent if `now`. */
  until: Time.optional(),
  /** The newest snapshot that holds it. */
  snapshot: z.string(),
});
export type FoundText = z.infer<typeof FoundText>;

/** A resource in which something was found. */
export const SearchHit = z.object({
  org: OrgId,
  kind: KindParameter,
  uid: z.string(),
  /** As in its last version. */
  title: z.string(),
  folder: z.string(),
  deleted: z.boolean(),
  /** A restore brought it back after the newest snapshot, which lacks it. */
  restored: z.literal(true).optional(),
  /** Of one that no longer exists, as Grafana says: when and by whom it was deleted; see the versions of a resource. */
  updated: z.string().optional(),
  by: z.string().nullable().optional(),
  /** The restore that deleted it by undoing another one. */
  undo: Restored.optional(),
  /** When the newest snapshot was taken that holds it. */
  lastSeen: Time,
  /** The ID of that snapshot; absent if it is untrusted. */
  snapshot: z.string().optional(),
  found: z.array(FoundText),
  /** How many more texts of it were found. */
  more: z.int().nonnegative(),
});
export type SearchHit = z.infer<typeof SearchHit>;

/** The best matches first. `total` counts resources in which something was found, a few of which may be forgotten. */
export const SearchPage = pageOf(SearchHit).extend({
  /** `titles`: the repository is encrypted, and content cannot be read here. */
  searched: z.enum(['content', 'titles']),
  indexed: IndexedPart,
  /** When the newest snapshot was taken: what changed in Grafana since is not known here. Absent without snapshots. */
  asOf: Time.optional(),
  /** Resources of which only a part is searched, because they have more text than the index keeps. */
  cut: z.int().nonnegative(),
  /** Resources with versions whose content cannot be read: their titles are searched. */
  unread: z.int().nonnegative(),
  /** More was found than is listed. */
  truncated: z.boolean(),
});
export type SearchPage = z.infer<typeof SearchPage>;
