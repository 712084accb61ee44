import { securityPatterns } from '../../contract/security-patterns.ts';
import { securityText } from '../../contract/security-texts.ts';
import type { PlannedItem } from '../../engine/restore/types.ts';

/**
 * The changes of a plan to access or data destinations: the same in many resources is one line.
 * @param most - how many resources a line names; all where a person decides by these lines alone
 */
export function securityLines(items: readonly PlannedItem[], most = Infinity): string[] {
  const resources = items.map(({ kind, uid, security }) => ({ kind, uid, changes: security }));
  return securityPatterns(resources).flatMap(({ kind, changes, resources: alike }) => {
    const uids = alike.map(({ uid }) => uid);
    const more = uids.length > most ? ` and ${uids.length - most} more` : '';
    const names = `${uids.slice(0, most).join(', ')}${more}`;
    const subject = uids.length === 1 ? `${kind} ${names}` : `${uids.length} × ${kind} (${names})`;
    return changes.map((change) => `${subject}: ${securityText(change)}`);
  });
}
