import type { Mapping } from '../../../pkg/contract/api/mappings.ts';
import type { RestoreOptions } from '../../../pkg/contract/api/restores.ts';
import { compact } from '../../../pkg/contract/compact.ts';

/** The mapping that a plan uses. */
export function mappingOf({ dataSources, to }: RestoreOptions): Mapping {
  const filled = Object.entries({ 'data-source': dataSources, ...to?.replace }).filter(
    ([, names]) => Object.keys(names ?? {}).length > 0,
  );
  return { ...(to?.newUids === true ? { uids: 'new' as const } : {}), ...Object.fromEntries(filled) };
}

/** The replacements of a mapping, as options of a plan. */
export function replacementsOf({
  uids: _uids,
  orgs: _orgs,
  'data-source': dataSources,
  ...replace
}: Mapping): Pick<RestoreOptions, 'dataSources'> & Pick<NonNullable<RestoreOptions['to']>, 'replace'> {
  return compact({ dataSources, replace: Object.keys(replace).length === 0 ? undefined : replace });
}

/** A mapping as a YAML file; its quoted strings are those of JSON. */
export function mappingText(mapping: Mapping): string {
  const lines = Object.entries(mapping).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [`${key}: ${value}`]
      : [
          `${key}:`,
          ...Object.entries(value ?? {}).map(([from, to]) => `  ${JSON.stringify(from)}: ${JSON.stringify(to)}`),
        ],
  );
  return `${lines.join('\n')}\n`;
}
