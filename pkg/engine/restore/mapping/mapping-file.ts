import { parse } from 'yaml';
import * as z from 'zod';
import { compact } from '../../../contract/compact.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { REPLACEABLE } from '../../../contract/kinds.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import type { RestoreOptions } from '../types.ts';

const Names = z.record(z.string().min(1), z.union([z.string().min(1), z.number()]).transform(String)).optional();

const MappingFile = z.strictObject({
  uids: z.enum(['keep', 'new']).optional(),
  orgs: z.record(z.string().regex(/^[1-9]\d{0,14}$/), z.int().positive()).optional(),
  'data-source': Names,
  ...(Object.fromEntries(REPLACEABLE.map((kind) => [kind, Names])) as Record<
    (typeof REPLACEABLE)[number],
    typeof Names
  >),
});

/** The options of a restore that a mapping decides. */
export type MappingOptions = Pick<RestoreOptions, 'newUids' | 'orgs' | 'dataSources' | 'replace'>;

/**
 * Reads a mapping from a YAML (or JSON) document: organizations by ID, data sources and folders by UID, teams, contact
 * points and mute timings by name, users by login.
 *
 *     uids: new
 *     orgs: { 1: 2 }
 *     data-source: { prometheus-stage: prometheus }
 *     folder: { general: from-stage }
 * @throws DK_SETTINGS naming the place
 */
export function parseMapping(text: string): MappingOptions {
  const { uids, orgs, 'data-source': dataSources, ...others } = parsed(text);
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

function parsed(text: string): z.infer<typeof MappingFile> {
  let document: unknown;
  try {
    document = parse(text) ?? {};
  } catch {
    throw refusal('it is not YAML');
  }
  const { data, error } = MappingFile.safeParse(document);
  if (error !== undefined) {
    const [issue] = error.issues;
    throw refusal(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`.replace(/^: /, ''));
  }
  return data;
}

function refusal(why: string): DashkeepError {
  return new DashkeepError('DK_SETTINGS', `the mapping is not valid: ${why}`, {
    advice: reason('write-mapping', { example: 'data-source: { old-uid: new-uid }' }),
  });
}
