import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { numberAt, objectAt, stringAt, type Json } from '../../lib/json/json.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import type { GrafanaClient } from '../../grafana/http/client.ts';
import { GrafanaError } from '../../grafana/http/errors.ts';
import { isAbsent, isLeftOver, listAccounts, tokensOf, type TokenOwner } from './grafana.ts';
import type { AccountFacts, Facts, TokenMemory } from './memory.ts';
import { valueIf } from '../../lib/expected-errors.ts';

/** Name of the service account, one in each org. */
const ACCOUNT_NAME = 'dashkeep';
/** Accounts of others that may have our names before something must be wrong. */
const NAMES_MOST = 50;
/** How long after a request that failed its account may still turn up. */
const MAKING_MS = 10 * 60_000;

/**
 * The service accounts that Dashkeep made, one in each org. An account that somebody else made is not used, whatever
 * its name: its role would be raised, and anyone who made it may hold tokens of it or make more. One that a restore
 * brought back is the exception.
 */
export class ServiceAccounts {
  readonly #memory: TokenMemory;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #signal: AbortSignal;

  constructor(memory: TokenMemory, { clock, log }: { clock: Clock; log: Log }, signal: AbortSignal) {
    this.#memory = memory;
    this.#clock = clock;
    this.#log = log;
    this.#signal = signal;
  }

  /**
   * The account of an org, made when there is none; it is enabled and Admin of its org afterwards. An API key where
   * this Grafana has no service accounts.
   */
  async ensure(grafana: GrafanaClient, org: number, facts: Facts): Promise<TokenOwner> {
    const accounts = await listAccounts(grafana, this.#signal).catch(valueIf(isAbsent, undefined));
    if (accounts === undefined) {
      return { kind: 'api-key' };
    }
    const ours =
      (await this.#ours(grafana, accounts, org, facts)) ?? (await this.#adopt(grafana, accounts, org, facts));
    const account = ours ?? (await this.#make(grafana, org, accounts, facts));
    const id = idOf(account);
    if (ours !== undefined && (stringAt(ours, 'role') !== 'Admin' || objectAt(ours)?.['isDisabled'] === true)) {
      const name = stringAt(ours, 'name') ?? '';
      await grafana.patch(
        `/api/serviceaccounts/${id}`,
        { name, role: 'Admin', isDisabled: false },
        { signal: this.#signal },
      );
    }
    await this.#remember(org, account, facts);
    return { kind: 'service-account', id };
  }

  /** The account that was made earlier; undefined when it is gone, or was never known. */
  async find(grafana: GrafanaClient, org: number, facts: Facts): Promise<TokenOwner | undefined> {
    const accounts = await listAccounts(grafana, this.#signal).catch(valueIf(isAbsent, undefined));
    if (accounts === undefined) {
      return { kind: 'api-key' };
    }
    const found = await this.#ours(grafana, accounts, org, facts);
    return found === undefined ? undefined : { kind: 'service-account', id: idOf(found) };
  }

  /**
   * Releases before this knew their account by its name alone. It is theirs when it holds the token that this service
   * made, stored, and that Grafana accepts.
   * @param token - the name of that token
   */
  async recognize(grafana: GrafanaClient, org: number, token: string, facts: Facts): Promise<void> {
    const name = nameFor(org, 1);
    const account = (await listAccounts(grafana, this.#signal)).find((one) => stringAt(one, 'name') === name);
    if (account === undefined) {
      return;
    }
    const tokens = await tokensOf(grafana, { kind: 'service-account', id: idOf(account) }, this.#signal);
    if (tokens.some((one) => one.name === token)) {
      await this.#remember(org, account, facts);
    }
  }

  async #ours(grafana: GrafanaClient, accounts: readonly Json[], org: number, facts: Facts): Promise<Json | undefined> {
    const known = facts.accounts[org];
    if (known?.making === undefined) {
      const same = accounts.find((account) => isSame(account, known));
      const isAdopted = same !== undefined && known?.adopted === true;
      // Someone demoted it: raising it again would give them more.
      const isDemoted = isAdopted && stringAt(same, 'role') !== 'Admin';
      return isDemoted || (isAdopted && (await this.#hasOthers(grafana, same, org, facts))) ? undefined : same;
    }
    // Grafana has been seen to make an account and fail all the same. There was none of that name before, and it is
    // unused.
    const young = this.#clock.now().getTime() - Date.parse(known.making) < MAKING_MS;
    const found = young ? accounts.find((account) => stringAt(account, 'name') === known.name) : undefined;
    if (found === undefined) {
      return undefined;
    }
    const tokens = await tokensOf(grafana, { kind: 'service-account', id: idOf(found) }, this.#signal);
    return tokens.length === 0 ? found : undefined;
  }

  /**
   * The account of an earlier service: a restore brings it back without tokens, and after the loss of the state it has
   * those that no one uses any more. It is used if that gives no one more than they have: anyone who has tokens of it,
   * or can make them, is an Admin by that already.
   */
  async #adopt(
    grafana: GrafanaClient,
    accounts: readonly Json[],
    org: number,
    facts: Facts,
  ): Promise<Json | undefined> {
    const name = nameFor(org, 1);
    const account = accounts.find((one) => stringAt(one, 'name') === name);
    const { isDisabled, isExternal, role } = objectAt(account) ?? {};
    if (account === undefined || role !== 'Admin' || isDisabled !== false || isExternal === true) {
      return undefined;
    }
    const id = idOf(account);
    const tokens = await tokensOf(grafana, { kind: 'service-account', id }, this.#signal);
    if (!tokens.every((token) => isLeftOver(token, this.#clock.now()))) {
      return undefined;
    }
    facts.accounts[org] = compact({ id, name, uid: stringAt(account, 'uid'), adopted: true as const });
    await this.#memory.storeFacts(facts);
    this.#log.info(
      { org, account: name },
      'the service account of an earlier service is used: it is an Admin, and none of its tokens is in use',
    );
    return account;
  }

  /** Whether someone else works with an account: another service uses it as well, and then it is not ours. */
  async #hasOthers(grafana: GrafanaClient, account: Json, org: number, facts: Facts): Promise<boolean> {
    const own = facts.tokens.filter((one) => one.org === org).flatMap(({ name, previous }) => [name, previous]);
    const tokens = await tokensOf(grafana, { kind: 'service-account', id: idOf(account) }, this.#signal);
    return tokens.some((token) => !own.includes(token.name) && !isLeftOver(token, this.#clock.now()));
  }

  async #make(grafana: GrafanaClient, org: number, accounts: readonly Json[], facts: Facts): Promise<Json> {
    const taken = new Set(accounts.map((account) => stringAt(account, 'name')));
    for (let number = 1; number <= NAMES_MOST; number++) {
      const name = nameFor(org, number);
      if (taken.has(name)) {
        continue;
      }
      const instead = number === 1 ? undefined : nameFor(org, 1);
      facts.accounts[org] = { name, making: this.#clock.now().toISOString(), ...(instead && { instead }) };
      await this.#memory.storeFacts(facts);
      try {
        const body = { name, role: 'Admin', isDisabled: false };
        const made = await grafana.post('/api/serviceaccounts', body, { signal: this.#signal });
        if (instead !== undefined) {
          this.#log.warn(
            { org, account: name, notUsed: instead, hint: reasonSentence(DELETE_ACCOUNT) },
            'this service did not create the service account of that name, so it uses another name',
          );
        }
        return made;
      } catch (error) {
        // Taken after all: by somebody who was quicker, or, in older releases, in another org.
        if (!(error instanceof GrafanaError && [400, 409].includes(error.httpStatus))) {
          throw error;
        }
        delete facts.accounts[org];
        if (
          !(await listAccounts(grafana, this.#signal)).some((account) => stringAt(account, 'name') === name) &&
          number > 1
        ) {
          throw error;
        }
      }
    }
    throw new DashkeepError('DK_BOOTSTRAP', `all names for a service account are taken in organization ${org}`, {
      advice: DELETE_ACCOUNT,
    });
  }

  async #remember(org: number, account: Json, facts: Facts): Promise<void> {
    const before = facts.accounts[org];
    const [name = '', uid] = [stringAt(account, 'name'), stringAt(account, 'uid')];
    const id = idOf(account);
    if (before?.making === undefined && before?.id === id && before.name === name) {
      return;
    }
    const adopted = before?.id === id ? before.adopted : undefined;
    facts.accounts[org] = compact({ id, name, uid, instead: before?.instead, adopted });
    await this.#memory.storeFacts(facts);
  }
}

/** What to do where another name is used. */
export const DELETE_ACCOUNT = reason('delete-account');

/** What is said where another name is used. */
export function otherAccount(org: number, name: string, instead: string): KnownReason {
  return reason('account-not-ours', { instead, org: String(org), name });
}

/** Whether an account may be that of a Dashkeep: its name is one that `nameFor` gives. */
export function isNamedLikeOurs(account: Json): boolean {
  return /^dashkeep(-org-\d+)?(-\d+)?$/.test(stringAt(account, 'name') ?? '');
}

/** Logins are unique across orgs in older releases, and are made from names. */
function nameFor(org: number, number: number): string {
  const name = org === 1 ? ACCOUNT_NAME : `${ACCOUNT_NAME}-org-${org}`;
  return number === 1 ? name : `${name}-${number}`;
}

/** Grafana counts ids again after it was rebuilt, so the uid has to be the same where there is one. */
function isSame(account: Json, known: AccountFacts | undefined): boolean {
  const uid = stringAt(account, 'uid');
  const same =
    uid === undefined || known?.uid === undefined ? stringAt(account, 'name') === known?.name : uid === known.uid;
  return known?.id !== undefined && numberAt(account, 'id') === known.id && same;
}

function idOf(account: Json): number {
  const id = numberAt(account, 'id');
  if (id === undefined) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', 'the service account in Grafana’s response has no ID');
  }
  return id;
}
