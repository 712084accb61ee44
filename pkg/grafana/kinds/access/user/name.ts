import { stringAt, type Json } from '../../../../lib/json/json.ts';

/** Name of an account until all of it is restored, so that a restore that was cut short is known for what it is. */
export const UNFINISHED = 'being restored by Dashkeep';

/** What ends a name, because an update of Grafana ignores an empty one. */
export const NO_NAME = ' ';

/** The name of an account; empty if it has none. */
export function nameOf(account: Json | undefined): string {
  const name = stringAt(account, 'name') ?? '';
  return name === NO_NAME ? '' : name;
}

/** Whether a restore of the account was cut short. */
export function isUnfinished(account: Json): boolean {
  return stringAt(account, 'name') === UNFINISHED;
}
