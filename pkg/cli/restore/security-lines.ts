import { securityPatterns } from '../../contract/security-patterns.ts';
import { securityText } from '../../contract/security-texts.ts';
import type { PlannedItem } from '../../engine/restore/types.ts';

/** How many resources with the same change a line names. */
const NAMED = 5;

/** The changes of a plan to access or data destinations: the same in many resources is one line. */
export function securityLines(items: readonly PlannedItem[]): string[] {
  const resources = items.map(({ kind, uid, security }) => ({ kind, uid, changes: security }));
  return securityPatterns(resources).flatMap(({ kind, changes, resources: alike }) => {
    const uids = alike.map(({ uid }) => uid);
    const more = uids.length > NAMED ? ` and ${uids.length - NAMED} more` : '';
    const names = `${uids.slice(0, NAMED).join(', ')}${more}`;
    const subject = uids.length === 1 ? `${kind} ${names}` : `${uids.length} × ${kind} (${names})`;
    return changes.map((change) => `${subject}: ${securityText(change)}`);
  });
}
