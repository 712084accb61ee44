import type { ApplyResult } from '../../../contract/plan.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { refusal } from '../../../contract/reasons/reason.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import type { Kind } from '../../../grafana/kinds/kind.ts';
import { goesWith, kindOf } from '../../../grafana/kinds/registry.ts';
import { keyOf, targetOf } from '../target.ts';
import type { PlannedItem } from '../types.ts';
import { resultOf } from './result.ts';

/**
 * Resources that could not be created. Their permissions and annotations are skipped, because Grafana would refuse
 * them with another error, which would hide the cause.
 */
export class MissingOwners {
  readonly #keys = new Set<string>();

  /** Remembers which of the items do not exist after they were written. */
  note(items: readonly PlannedItem[], results: readonly ApplyResult[]): void {
    const failed = new Set(results.filter(({ outcome }) => outcome === 'failed').map(keyOf));
    items
      .filter((item) => item.live === undefined && failed.has(keyOf(item)))
      .forEach((item) => this.#keys.add(keyOf(targetOf(item))));
  }

  /** The result of an item whose owner is missing; undefined for all others. */
  leaveOut(item: PlannedItem): ApplyResult | undefined {
    const owner = goesWith(kindOf(item.kind));
    return owner !== undefined && this.#keys.has(keyOf({ ...targetOf(item), kind: owner }))
      ? resultOf(item, 'skipped', reason('owner-failed', { owner }))
      : undefined;
  }

  /**
   * Checks content that belongs to another resource before it is written to an organization.
   * @throws DK_GRAFANA_ANSWER when that resource is missing.
   */
  requireOwner(org: number, kind: Kind, content: Content): void {
    const owner = kind
      .references?.(content)
      .find((reference) => reference.owner === true && this.#keys.has(keyOf({ ...reference, org })));
    if (owner !== undefined) {
      throw refusal('DK_GRAFANA_ANSWER', reason('owner-failed', { owner: owner.kind }));
    }
  }
}
