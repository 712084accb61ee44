import { arrayAt, isJsonObject, stringAt, type Json } from '../../../../lib/json/json.ts';
import type { SecurityChange } from '../../../../contract/plan.ts';
import type { Restorable } from '../../kind.ts';
import { securityChange } from '../../security/change.ts';

/** A member of a team as it is stored. */
export interface Member {
  login: string;
  email?: string;
  permission: 'Admin' | 'Member';
}

/** The members that a stored team has. */
export function membersIn(body: Json): Member[] {
  return (arrayAt(body, 'members') ?? []).filter(isJsonObject).map((member) => ({
    login: stringAt(member, 'login') ?? '',
    email: stringAt(member, 'email'),
    permission: stringAt(member, 'permission') === 'Admin' ? 'Admin' : 'Member',
  }));
}

/** Who gets into a team that is there, or becomes its admin: what the team may see, they may see. */
export function teamSecurity({ content, live }: Restorable): SecurityChange[] {
  if (live === undefined) {
    return [];
  }
  const before = new Map(membersIn(live.body).map(({ login, permission }) => [login, permission]));
  return membersIn(content.body)
    .filter(({ login, permission }) => !before.has(login) || (permission === 'Admin' && before.get(login) === 'Member'))
    .map(({ login, permission }) =>
      securityChange('team-member', { login, before: before.get(login), after: permission }),
    );
}
