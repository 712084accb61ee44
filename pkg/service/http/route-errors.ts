import { type ErrorCode } from '../../contract/errors.ts';
import { ERROR_CATALOGUE } from '../../contract/errors/catalogue.ts';
import type { RouteAccess } from '../organizations/caller.ts';

const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

const startingWith = (...starts: string[]): ErrorCode[] =>
  CODES.filter((code) => starts.some((start) => code.startsWith(start)));

/** What a call works with, beyond what every call does, and what can go wrong with that. */
const ERRORS_OF = {
  repository: [
    ...startingWith('DK_STORE_', 'DK_REPOSITORY_', 'DK_OBJECT_', 'DK_MANIFEST_', 'DK_SNAPSHOT_'),
    'DK_INTEGRITY',
    'DK_ENCRYPTION',
    'DK_IDENTITY_MISSING',
    'DK_JSON_INVALID',
    'DK_SETTINGS',
    'DK_STATE',
    'DK_NOT_ALLOWED',
    'DK_UNCONFIGURED',
    'DK_NOT_FOUND',
    'DK_INTERRUPTED',
  ],
  grafana: [...startingWith('DK_GRAFANA_'), 'DK_BOOTSTRAP', 'DK_NOT_FOUND', 'DK_INTERRUPTED'],
  settings: ['DK_SETTINGS', 'DK_SETTINGS_STALE', 'DK_STATE', 'DK_NOT_ALLOWED', 'DK_ENCRYPTION', 'DK_KUBERNETES'],
  runs: ['DK_BUSY', 'DK_INTERRUPTED', 'DK_CONFIRMATION', 'DK_KUBERNETES'],
  plans: ['DK_PLAN_STALE', 'DK_PLAN_EXPIRED', 'DK_CONFIRMATION', 'DK_NOT_FOUND'],
  /** Some of what it does is the home organization's, or of the organization that is named. */
  rights: ['DK_HOME_ORGANIZATION', 'DK_OTHER_ORGANIZATION'],
  /** Few of these may run at the same time. */
  concurrency: ['DK_TOO_MANY'],
} satisfies Record<string, ErrorCode[]>;

export type Use = keyof typeof ERRORS_OF;

/** Every error that a route can answer with, by HTTP status. */
export function errorsOf(
  method: string,
  { access, uses = [] }: { access?: RouteAccess; uses?: readonly Use[] },
): Map<number, ErrorCode[]> {
  const readsBody = method !== 'GET' && method !== 'HEAD';
  const possible = new Set<ErrorCode>([
    'DK_USAGE',
    'DK_UNAUTHORIZED',
    'DK_ORGANIZATION_UNKNOWN',
    'DK_INTERNAL',
    ...(readsBody ? (['DK_TOO_LARGE', 'DK_MEDIA_TYPE'] as const) : []),
    ...(access === 'home' ? (['DK_HOME_ORGANIZATION'] as const) : []),
    ...uses.flatMap((use) => ERRORS_OF[use]),
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of CODES.filter((one) => possible.has(one))) {
    const { status } = ERROR_CATALOGUE[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}
