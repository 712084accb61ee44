import { arrayAt, isJsonObject, objectAt, stringAt, type Json } from '../../../../lib/json/json.ts';
import type { SecurityChange } from '../../../../contract/plan.ts';
import { securityChange } from '../../security/change.ts';

/**
 * What an account gets, and an existing one loses: both are said, for anyone who loses a role may be the one who would
 * have noticed. Only an account that is made becomes a server admin.
 * @param live - undefined for an account that is made.
 */
export function userSecurity(body: Json, live: Json | undefined): SecurityChange[] {
  const orgs = rolesOf(body);
  if (live === undefined) {
    const roles = [...orgs].map(([org, role]) => `${org}: ${role}`).join(', ');
    const account = securityChange('account', { email: stringAt(body, 'email') ?? '', roles });
    return objectAt(body)?.['isGrafanaAdmin'] === true
      ? [securityChange('server-admin', { after: 'yes' }), account]
      : [account];
  }
  const [was, is] = [stringAt(live, 'email') ?? '', stringAt(body, 'email') ?? ''];
  const before = rolesOf(live);
  const names = [...new Set([...before.keys(), ...orgs.keys()])].sort();
  return [
    ...(was === is ? [] : [securityChange('email', { before: was, after: is })]),
    ...names
      .filter((org) => before.get(org) !== orgs.get(org))
      .map((org) => securityChange('org-role', { org, before: before.get(org), after: orgs.get(org) })),
  ];
}

function rolesOf(body: Json): Map<string, string> {
  const entries = (arrayAt(body, 'orgs') ?? []).filter(isJsonObject);
  return new Map(entries.map((one) => [stringAt(one, 'org') ?? '', stringAt(one, 'role') ?? '']));
}
