import { arrayAt, isJsonObject, stringAt, type Json } from '../../../../lib/json/json.ts';
import type { SecurityChange } from '../../../../contract/plan.ts';
import type { Restorable } from '../../kind.ts';
import { securityChange } from '../../security/change.ts';

/** From the least to the most; a data source has Query where others have View. */
const RANKS: Record<string, number> = { View: 1, Query: 1, Edit: 2, Admin: 3 };
const SUBJECTS = ['role', 'team', 'user', 'serviceAccount'];

/** Who gets more than they have; what is taken away widens nothing. */
export function permissionSecurity({ content, live }: Restorable): SecurityChange[] {
  if (live === undefined) {
    return [];
  }
  const [before, after] = [highest(live.body), highest(content.body)];
  return [...after].flatMap(([key, { subject, name, permission }]) => {
    const was = before.get(key)?.permission;
    return rankOf(permission) > rankOf(was)
      ? [securityChange('permission', { subject, name, before: was, after: permission })]
      : [];
  });
}

interface Permitted {
  subject: string;
  name: string;
  permission: string;
}

function highest(body: Json): Map<string, Permitted> {
  const found = new Map<string, Permitted>();
  for (const entry of (arrayAt(body, 'permissions') ?? []).filter(isJsonObject)) {
    const subject = SUBJECTS.find((candidate) => stringAt(entry, candidate) !== undefined) ?? 'role';
    const permitted = {
      subject,
      name: stringAt(entry, subject) ?? '',
      permission: stringAt(entry, 'permission') ?? '',
    };
    const key = `${subject}/${permitted.name}`;
    if (rankOf(permitted.permission) >= rankOf(found.get(key)?.permission)) {
      found.set(key, permitted);
    }
  }
  return found;
}

/** What is not known counts as the most. */
function rankOf(permission: string | undefined): number {
  return permission === undefined || permission === '' ? 0 : (RANKS[permission] ?? 4);
}
