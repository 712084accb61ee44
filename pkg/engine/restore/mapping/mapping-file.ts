import { parse } from 'yaml';
import * as z from 'zod';
import { Mapping } from '../../../contract/api/mappings.ts';
import { compact } from '../../../contract/compact.ts';
import type { DashkeepError } from '../../../contract/errors.ts';
import { REPLACEABLE } from '../../../contract/kinds.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { refusal } from '../../../contract/reasons/reason.ts';
import type { RestoreOptions } from '../types.ts';

/** A mapping in a file, where every value is text. */
const MappingFile = Mapping.extend({
  orgs: z
    .record(
      z.string().regex(/^[1-9]\d{0,14}$/),
      z
        .string()
        .regex(/^[1-9]\d{0,14}$/)
        .transform(Number),
    )
    .optional(),
});

/** The options of a restore that a mapping decides. */
export type MappingOptions = Pick<RestoreOptions, 'newUids' | 'orgs' | 'dataSources' | 'replace'>;

/**
 * Reads a mapping from a YAML (or JSON) document: organizations by ID, data sources and folders by UID, teams, contact
 * points and mute timings by name, users by login. Every value is text, because a UID can look like a number: `0012`.
 *
 *     uids: new
 *     orgs: { 1: 2 }
 *     data-source: { prometheus-stage: prometheus }
 *     folder: { general: from-stage }
 * @throws DK_SETTINGS naming the place
 */
export function parseMapping(text: string): Mapping {
  let document: unknown;
  try {
    document = parse(text, { schema: 'failsafe', logLevel: 'error' });
  } catch {
    throw invalid(reason('mapping-not-yaml'));
  }
  const { data, error } = MappingFile.safeParse(document === null || document === '' ? {} : document);
  if (error !== undefined) {
    const [issue] = error.issues;
    const place = issue?.path.join('.') ?? '';
    throw invalid(reason('mapping-invalid', { place, message: issue?.message ?? '' }));
  }
  return data;
}

/** A mapping as options of a restore. */
export function mappingOptions({ uids, orgs, 'data-source': dataSources, ...others }: Mapping): MappingOptions {
  const replace = REPLACEABLE.flatMap((kind) => {
    const names = others[kind];
    return names === undefined ? [] : [[kind, new Map(Object.entries(names))] as const];
  });
  return compact({
    newUids: uids === 'new' ? true : undefined,
    orgs: orgs && new Map(Object.entries(orgs).map(([from, to]) => [Number(from), to])),
    dataSources: dataSources && new Map(Object.entries(dataSources)),
    replace: replace.length === 0 ? undefined : new Map(replace),
  });
}

function invalid(why: KnownReason): DashkeepError {
  return refusal('DK_SETTINGS', why, {
    advice: reason('write-mapping', { example: 'data-source: { old-uid: new-uid }' }),
  });
}
