import { arrayAt, canonicalJson, objectAt, stringAt, type Json } from '../../../../lib/json/json.ts';
import type { SecurityChange } from '../../../../contract/plan.ts';
import type { Restorable, SecurityContext } from '../../kind.ts';
import { addressesIn, type Addresses } from '../../security/addresses.ts';
import { differences, securityChange } from '../../security/change.ts';
import { forwardedIn, looserChecks } from '../../security/checks.ts';
import { movesOf } from '../../security/moves.ts';
import { accountsOf } from './accounts.ts';

/** With `direct` browsers get the address and the password; another type may send secrets in another way. */
const PLACES = ['url', 'access', 'type'];

/** Ends of names under which plugins keep secrets although everyone who may see a data source sees its settings. */
const SECRET_NAME = /(token|secret|password|passphrase|apikey|accesskey|privatekey)$/i;

export const dataSourceMoves = movesOf('data-source', addressesOf);

/**
 * What a write changes about where the requests of a data source go, and what goes with them. A new one has no stored
 * secret, and still gets the tokens and cookies of everyone whose queries it receives.
 */
export function dataSourceSecurity(item: Restorable, context: SecurityContext): SecurityChange[] {
  const { content, live } = item;
  return live === undefined
    ? [...forwardedIn(settingsOf(content.body)), ...moreCookies([], cookiesOf(content.body))]
    : [
        ...dataSourceMoves.changes(item, context),
        ...otherAccounts(live.body, content.body),
        ...forwarding(live.body, content.body),
      ];
}

/** The URL may stay: with another account, everyone who may query reads what that one may. */
function otherAccounts(before: Json, after: Json): SecurityChange[] {
  const isAddress = (field: string): boolean => [before, after].some((body) => addressesOf(body).requests.has(field));
  return differences(accountsOf(before), accountsOf(after))
    .filter(({ field }) => !isAddress(field))
    .map(({ field, before, after }) => {
      const shown = (value: string | undefined): string | undefined =>
        value !== undefined && SECRET_NAME.test(field) ? '***' : value;
      return securityChange('source-account', { field, before: shown(before), after: shown(after) });
    });
}

function addressesOf(body: Json): Addresses {
  const { requests, links } = addressesIn(objectAt(body, 'jsonData'), 'jsonData');
  for (const field of PLACES) {
    const value = stringAt(body, field) ?? '';
    if (value !== '') {
      requests.set(field, value);
    }
  }
  return { requests, links };
}

function forwarding(before: Json, after: Json): SecurityChange[] {
  return [...looserChecks(settingsOf(before), settingsOf(after)), ...moreCookies(cookiesOf(before), cookiesOf(after))];
}

function moreCookies(before: readonly string[], after: readonly string[]): SecurityChange[] {
  const params = { field: 'keepCookies', before: before.join(', ') || undefined, after: after.join(', ') };
  return after.every((name) => before.includes(name)) ? [] : [securityChange('forwarding', params)];
}

/** One switch is not among the others. */
function settingsOf(body: Json): Json {
  return { ...objectAt(body, 'jsonData'), withCredentials: objectAt(body)?.['withCredentials'] === true };
}

function cookiesOf(body: Json): string[] {
  return (arrayAt(body, 'jsonData', 'keepCookies') ?? []).map((name) =>
    typeof name === 'string' ? name : canonicalJson(name),
  );
}
