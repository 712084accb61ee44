import type { SecurityChange } from '../../../../contract/plan.ts';
import type { Restorable } from '../../kind.ts';
import { securityChange } from '../../security/change.ts';
import { gainsBetween, grantsIn } from './grants.ts';

/** Who gets more than they have; what is taken away widens nothing. */
export function permissionSecurity({ content, live }: Restorable): SecurityChange[] {
  if (live === undefined) {
    return [];
  }
  return gainsBetween(grantsIn(live.body), grantsIn(content.body)).map(({ subject, name, before, permission }) =>
    securityChange('permission', { subject, name, before, after: permission }),
  );
}
