import * as z from 'zod';
import { FOUND_IN } from '../../../contract/api/search.ts';
import { Thing } from '../versions/files.ts';

const Generation = z.string().regex(/^[0-9a-f]{16}$/);

const Where = z.enum(FOUND_IN);

/** Where a text is, the text, and the title of the panel or rule that it belongs to, '' if there is none. */
const Text = z.tuple([Where, z.string(), z.string()]);

/** The texts of one version of a resource. */
export const TextDoc = z.object({
  thing: Thing,
  /** The start of the id of its object. */
  object: z.string(),
  texts: z.array(Text),
  /** Some of its text is missing: there was too much. */
  cut: z.literal(true).optional(),
  /** Its content could not be read: `texts` has its title. */
  unread: z.literal(true).optional(),
});
export type TextDoc = z.infer<typeof TextDoc>;

/** The texts of all versions of a resource. */
export const ThingTexts = z.object({
  thing: Thing,
  /** Starts of the ids of their objects, in the order in which they were indexed. */
  objects: z.array(z.string()),
  /** A text with the places of the objects that have it: pairs of the first and last of each run. */
  texts: z.array(z.tuple([Where, z.string(), z.string(), z.array(z.int().nonnegative())])),
  cut: z.literal(true).optional(),
  unread: z.literal(true).optional(),
});
export type ThingTexts = z.infer<typeof ThingTexts>;

/** The part that every publishing rewrites: what is newer than the large part, and where that is. */
export const TextHead = z.object({
  format: z.literal(1),
  base: z
    .object({
      generation: Generation,
      /** The one before, whose files stay for a while: another process may still go by it. */
      previous: Generation.optional(),
      shards: z.int().positive(),
      /** Characters of all shards, before compression. */
      size: z.int().nonnegative(),
      /** The newest snapshot in it. */
      last: z.string(),
    })
    .optional(),
  /** Snapshots whose versions are indexed, besides those of the large part. */
  snapshots: z.array(z.string()),
  docs: z.array(TextDoc),
});
export type TextHead = z.infer<typeof TextHead>;

/** The snapshots of the large part. */
export const TextTable = z.object({ format: z.literal(1), generation: Generation, snapshots: z.array(z.string()) });
export type TextTable = z.infer<typeof TextTable>;

/** Some of the resources of the large part. */
export const TextShard = z.object({
  format: z.literal(1),
  generation: Generation,
  shard: z.int().nonnegative(),
  things: z.array(ThingTexts),
});
export type TextShard = z.infer<typeof TextShard>;

/** As much of an object's id as distinguishes the versions of one resource. */
export function shortId(object: string): string {
  return object.slice(0, 16);
}

/** What there is before anything is indexed. */
export const emptyTextHead = (): TextHead => ({ format: 1, snapshots: [], docs: [] });
