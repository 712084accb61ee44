import { isDeletion } from '../app-dashboards.ts';
import { changesSecurity, outcomeOf } from '../plan/security.ts';
import { keyOf } from '../target.ts';
import type { PlannedItem } from '../types.ts';
import type { SecurityChange } from '../../../contract/plan.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { because } from '../../../contract/reasons/reason.ts';

/** The changes of security and the deletions that a person saw before the restore began, and nothing else. */
export class ForeseenSecurity {
  readonly #seen: ReadonlySet<string>;
  readonly #deleted: ReadonlySet<string>;

  constructor(items: readonly PlannedItem[]) {
    this.#deleted = new Set(items.filter(isDeletion).map(keyOf));
    this.#seen = new Set(items.flatMap((item) => item.security.map((change) => seenAs(item, change))));
  }

  /**
   * Blocks what would change security, or replace a dashboard with its app, in a way that was not shown, and leaves out
   * other deletions that were not.
   */
  only(items: readonly PlannedItem[], isExempt: (item: PlannedItem, change: SecurityChange) => boolean): PlannedItem[] {
    const shown = items.filter((item) => item.action !== 'delete' || this.#deleted.has(keyOf(item)));
    return shown.map((item) => {
      const { app: _, ...alone } = item;
      const isUnseen = isDeletion(item) && !this.#deleted.has(keyOf(item));
      const unseen = changesSecurity(item)
        ? item.security.filter((change) => !this.#seen.has(seenAs(item, change)) && !isExempt(item, change))
        : [];
      return unseen.length === 0 && !isUnseen
        ? item
        : { ...alone, action: 'blocked', ...because(reason('security-unseen')), security: [] };
    });
  }
}

function seenAs(item: PlannedItem, change: SecurityChange): string {
  return `${keyOf(item)} ${outcomeOf(change)}`;
}
