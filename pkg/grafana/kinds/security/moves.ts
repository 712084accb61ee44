import type { KindName } from '../../../contract/kinds.ts';
import { objectAt, type Json } from '../../../lib/json/json.ts';
import type { SecurityChange } from '../../../contract/plan.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import type { Restorable, SecurityContext } from '../kind.ts';
import type { Addresses } from './addresses.ts';
import { differences, securityChange, switchText } from './change.ts';

/**
 * What is said of secrets that Grafana does not hold.
 * @param dropped - those that an update removes, because the address changes
 */
export function secretLosses(missing: readonly string[], dropped: readonly string[]): KnownReason[] {
  return [
    ...missing.filter((field) => !dropped.includes(field)).map((field) => reason('enter-again', { field })),
    ...dropped.map((field) => reason('secret-removed', { field })),
  ];
}

type Wishes = Pick<SecurityContext, 'secrets' | 'keepSecrets'>;

/** What to say and to do about an address that changes while secrets are stored for it (`secureJsonFields`). */
export interface Moves {
  /** Every address that an update changes, with the stored secrets that go there, or would. */
  changes(item: Restorable, wishes: Wishes): SecurityChange[];
  /**
   * Names of stored secrets that an update removes, so that they do not go to another address than they were entered
   * for.
   */
  dropped(item: Restorable, wishes: Wishes): string[];
}

/** Moves of a kind of which `addressesOf` finds the addresses in a body. */
export function movesOf(kind: KindName, addressesOf: (body: Json) => Addresses): Moves {
  /** Names of the secrets that Grafana holds and nobody replaces. */
  const stored = ({ uid, live }: Restorable, { secrets }: Wishes): string[] => {
    const supplied = secrets(kind, uid) ?? {};
    return Object.keys(objectAt(live?.body, 'secureJsonFields') ?? {}).filter((name) => supplied[name] === undefined);
  };
  return {
    changes(item, wishes) {
      const { content, live } = item;
      if (live === undefined) {
        return [];
      }
      const names = stored(item, wishes);
      const secrets = names.length === 0 ? {} : { secrets: names.join(', '), keeps: switchText(wishes.keepSecrets) };
      const [before, after] = [addressesOf(live.body), addressesOf(content.body)];
      return [
        ...differences(before.requests, after.requests).map((one) => securityChange('address', { ...one, ...secrets })),
        ...differences(before.links, after.links).map((one) => securityChange('link', one)),
      ];
    },

    dropped(item, wishes) {
      const { content, live } = item;
      if (live === undefined || wishes.keepSecrets) {
        return [];
      }
      const moved = differences(addressesOf(live.body).requests, addressesOf(content.body).requests);
      return moved.length === 0 ? [] : stored(item, wishes);
    },
  };
}
