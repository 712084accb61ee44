import type { ApplyResult } from '../../../contract/plan.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { goesWith, kindOf } from '../../../grafana/kinds/registry.ts';
import { keyOf } from '../target.ts';
import type { PlannedItem } from '../types.ts';
import { resultOf } from './verify.ts';

/**
 * Resources that could not be created. Their permissions are skipped, because Grafana would refuse them with another
 * error, which would hide the cause.
 */
export class MissingOwners {
  readonly #keys = new Set<string>();

  /** Remembers which of the items do not exist after they were written. */
  note(items: readonly PlannedItem[], results: readonly ApplyResult[]): void {
    const failed = new Set(results.filter(({ outcome }) => outcome === 'failed').map(keyOf));
    items
      .filter((item) => item.live === undefined && failed.has(keyOf(item)))
      .forEach((item) => this.#keys.add(keyOf(item)));
  }

  /** The result of an item whose owner is missing; undefined for all others. */
  leaveOut(item: PlannedItem): ApplyResult | undefined {
    const owner = goesWith(kindOf(item.kind));
    return owner !== undefined && this.#keys.has(keyOf({ ...item, kind: owner }))
      ? resultOf(item, 'skipped', reason('owner-failed', { owner }))
      : undefined;
  }
}
