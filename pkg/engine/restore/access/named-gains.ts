import type { SecurityChange } from '../../../contract/plan.ts';
import type { Gain } from '../../../grafana/kinds/access/permissions/grants.ts';
import { securityChange } from '../../../grafana/kinds/security/change.ts';

/** Subjects that a plan names for each resource; of more it says the number. */
export const NAMED = 10;

/** The first of them by name, and the number of the others. */
export function namedGains(gains: readonly Gain[], say: (gain: Gain) => SecurityChange): SecurityChange[] {
  const more = gains.length - NAMED;
  return [
    ...gains.slice(0, NAMED).map(say),
    ...(more > 0 ? [securityChange('more-gain', { count: String(more) })] : []),
  ];
}

/** Whether two changes say what the same role, team, user or service account gets. */
export function isOfSame({ code, params }: SecurityChange, other: SecurityChange): boolean {
  return (
    code === 'audience' && params['subject'] === other.params['subject'] && params['name'] === other.params['name']
  );
}

/** Whether a change says of a team by its name only what another one says better. */
export function isOfTeam({ code, params }: SecurityChange, other: SecurityChange): boolean {
  return code === 'permission' && params['subject'] === 'team' && params['name'] === other.params['name'];
}
