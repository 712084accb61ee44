import * as z from 'zod';
import { REPLACEABLE } from '../kinds.ts';
import { line, OrgId, Uid } from './common.ts';

const Names = z.record(Uid, Uid).optional();

/** By the UID, name or login of the source. A user without a login there is left out. */
export const Replacements = z.strictObject({
  ...(Object.fromEntries(REPLACEABLE.map((kind) => [kind, Names])) as Record<
    (typeof REPLACEABLE)[number],
    typeof Names
  >),
  user: z.record(Uid, line(512)).optional(),
});

/** Replacements in another Grafana, as in a mapping file. */
export const Mapping = z.strictObject({
  uids: z.enum(['keep', 'new']).optional(),
  /** Only for the command line: pages send one organization to one. */
  orgs: z.record(z.string().regex(/^[1-9]\d{0,14}$/), OrgId).optional(),
  'data-source': Names,
  ...Replacements.shape,
});
export type Mapping = z.infer<typeof Mapping>;

/** A display name that is also valid as a file name. */
export const MappingName = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,58}[A-Za-z0-9])?$/, 'not up to 60 letters, digits, spaces and . _ -');

/** Characters in a mapping file that a page saves. */
const MAPPING_MAX = 32_768;

/** GET /mappings: by name. */
export const Mappings = z.object({
  mappings: z.array(z.object({ name: MappingName, mapping: Mapping.omit({ orgs: true }) })),
});
export type Mappings = z.infer<typeof Mappings>;

/** PUT /mappings/:name. */
export const MappingUpdate = z.strictObject({
  /** A mapping file: YAML or JSON. */
  text: z.string().min(1).max(MAPPING_MAX),
});
export type MappingUpdate = z.infer<typeof MappingUpdate>;
