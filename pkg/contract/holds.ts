import * as z from 'zod';

/** What a person wrote about a snapshot. */
export const SnapshotNote = z.object({
  text: z.string(),
  by: z.string().optional(),
  time: z.iso.datetime(),
});
export type SnapshotNote = z.infer<typeof SnapshotNote>;

/** Why nothing removes a snapshot. */
export const SnapshotHold = z.object({
  note: z.string(),
  by: z.string().optional(),
  since: z.iso.datetime(),
  /** When it ends without a release; absent = only a release ends it. */
  until: z.iso.datetime().optional(),
  /** No trusted key signed it: it keeps the snapshot all the same, and what it says is not shown. */
  unverified: z.literal(true).optional(),
});
export type SnapshotHold = z.infer<typeof SnapshotHold>;

/** What people added to a snapshot after it was written. */
export const Annotated = z.object({
  /** Null where it is not on hold. */
  hold: SnapshotHold.nullable().optional(),
  note: SnapshotNote.optional(),
});
export type Annotated = z.infer<typeof Annotated>;
