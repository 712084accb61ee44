import * as z from 'zod';
import { FOUND_IN, type FoundIn } from '../../../contract/api/search.ts';
import { Base, Generation } from '../generations/format.ts';
import { Thing } from '../generations/thing.ts';

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
export interface ThingTexts {
  thing: Thing;
  /** Starts of the ids of their objects, in the order in which they were indexed. */
  objects: string[];
  /** A text with the places of the objects that have it: pairs of the first and last of each run. */
  texts: [where: FoundIn, text: string, within: string, runs: number[]][];
  cut?: true;
  unread?: true;
}

/**
 * The texts of all versions of a resource as a part of the index keeps them: few long strings, which are parsed and
 * looked through several times as fast as a list of lists.
 */
export const PackedTexts = z.object({
  thing: Thing,
  /** Starts of the ids of the objects, with spaces between. */
  objects: z.string(),
  /** A line for each text: where it is, the text, what it belongs to, and its runs of objects, with tabs between. */
  texts: z.string(),
  cut: z.literal(true).optional(),
  unread: z.literal(true).optional(),
});
export type PackedTexts = z.infer<typeof PackedTexts>;

/** The part that every publishing rewrites: what is newer than the large part, and where that is. */
export const TextHead = z.object({
  format: z.literal(2),
  base: Base.optional(),
  /** Snapshots whose versions are indexed, besides those of the large part. */
  snapshots: z.array(z.string()),
  docs: z.array(TextDoc),
  /**
   * Of texts in an encrypted repository: identities, as a set of their recipients, that did not decrypt some content;
   * '' = all was decrypted; absent = not known, because an earlier release wrote it.
   */
  locked: z.string().optional(),
});
export type TextHead = z.infer<typeof TextHead>;

/** The snapshots of the large part. */
export const TextTable = z.object({ format: z.literal(2), generation: Generation, snapshots: z.array(z.string()) });
export type TextTable = z.infer<typeof TextTable>;

/** As much of an object's id as distinguishes the versions of one resource. */
export function shortId(object: string): string {
  return object.slice(0, 16);
}
