import { ReasonData } from '../reasons/reason.ts';
import * as z from 'zod';
import { KIND_NAMES, NAMEABLE } from '../kinds.ts';

/** Every answer of the service that is not a success. */
export const ApiError = z.object({
  error: z.object({
    /** A code of the catalogue in contract/errors.ts: `DK_…`. */
    code: z.string(),
    /** What happened. Never holds a secret or a foreign body. */
    message: z.string(),
    /** What to do about it, in English. */
    hint: z.string(),
    /** The message as data, where it is a reason of the catalogue. */
    why: ReasonData.optional(),
    /** The hint as data, where it says more than the code does. */
    advice: ReasonData.optional(),
    /** What is wrong with which field, by its dotted path in what was sent; only for refused input. */
    fields: z.record(z.string(), z.string()).optional(),
    /** The same as data, for fields whose meaning was refused. */
    fieldReasons: z.record(z.string(), ReasonData).optional(),
  }),
  /**
   * The same as error.message. Grafana's own client reads it here (`isFetchError(e)` → `e.data.message`); that is also
   * why no answer of a success has a member of this name: Grafana's UI would show it as a toast.
   */
  message: z.string(),
});
export type ApiError = z.infer<typeof ApiError>;

/** A problem as part of a success: what is wrong now, and what to do. */
export const Problem = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  /** The hint as data, where it says more than the code does. */
  advice: ReasonData.optional(),
  /** The message as data, where it is a reason of the catalogue. */
  why: ReasonData.optional(),
});
export type Problem = z.infer<typeof Problem>;

export const KindParameter = z.enum(KIND_NAMES);
/** A kind, or `alert-rule` for a single rule, which is kept in its group. */
export const NameableParameter = z.enum(NAMEABLE);
export const Time = z.iso.datetime();

/** Ids are made of these only, so that they can be in paths, keys and file names. */
export const Identifier = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'not an ID');

/** One line of text. Spelled out, as other languages read `\P{Cc}` otherwise or not at all. */
export const line = (most: number) =>
  z
    .string()
    .max(most)
    // oxlint-disable-next-line no-control-regex -- it matches control characters
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'contains control characters');

/** Uids are Grafana's: anything but control characters. */
export const Uid = line(512).min(1);

/** An org's number. In Grafana it is a 64-bit id; beyond 2^53 JavaScript can't name it. */
export const OrgId = z.int().positive();
export const OrgParameter = z.coerce.number().int().positive();

/** A comma-separated query parameter as a list of known words: `kind=dashboard,folder`. */
export function commaList<const T extends readonly string[]>(words: T) {
  const word = `(?:${words.join('|')})?`;
  return z
    .string()
    .max(2000)
    .meta({ pattern: `^${word}(?:,${word})*$` })
    .transform((text) => text.split(',').filter((word) => word !== ''))
    .pipe(z.array(z.enum(words)));
}

/** Where the next page begins: opaque, only ever sent back as it came. */
export const Cursor = z
  .string()
  .max(2000)
  .regex(/^[A-Za-z0-9_-]+$/, 'not a cursor');

/** Query parameters of every list. */
export const PageQuery = z.object({
  cursor: Cursor.optional(),
  /** How many at most. */
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type PageQuery = z.input<typeof PageQuery>;

/** One page of a list. */
export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  next?: string;
  /** How many match the filters in all. */
  total: number;
}

/** @returns the schema of one page of items */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next: z.string().optional(),
    total: z.int().nonnegative(),
  });
}
