import * as z from 'zod';

/**
 * How a repository differs from what an installation remembers of it: another repository at the same target; nothing
 * left; signatures missing; the newest snapshot missing.
 */
export const FINDING_CODES = [
  'DK_REPOSITORY_REPLACED',
  'DK_REPOSITORY_EMPTIED',
  'DK_SIGNATURES_MISSING',
  'DK_SNAPSHOT_LOST',
] as const;
export const FindingCode = z.enum(FINDING_CODES);
export type FindingCode = z.infer<typeof FindingCode>;

/**
 * One such difference. It stays until a person accepts the repository as it is, a snapshot that was missing is back, or
 * as `unreadable` and `copiedTo` say.
 */
export const Finding = z.object({
  code: FindingCode,
  /** When it was found first. */
  since: z.iso.datetime(),
  /** For the sentence about it. */
  params: z.record(z.string(), z.string()),
  /** A signature was only cut off or garbled: the finding ends once it is read in full and is right. */
  unreadable: z.literal(true).optional(),
  /** Dashkeep may have copied the missing snapshot itself since: only a person ends the finding. */
  copiedTo: z.literal(true).optional(),
});
export type Finding = z.infer<typeof Finding>;
