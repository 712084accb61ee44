import { DashkeepError } from '../contract/errors.ts';
import { numberAt, stringAt, type Json } from '../lib/json/json.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import type { GrafanaClient } from './http/client.ts';
import { ifFound } from './http/errors.ts';
import { listAt } from './http/pagination/lists.ts';

/*
 * Accounts of the whole server; for server admins only. Grafana takes a name with an @ for an email address first, and
 * anyone may set their own to what another account has as its login (userimpl/store.go GetByLogin).
 */

/** Whether two logins or email addresses are the same: Grafana keeps both in lower case. */
export function isSameName(a: string | undefined, b: string | undefined): boolean {
  return a?.toLowerCase() === b?.toLowerCase();
}

/** The account with exactly that login. */
export async function accountOf(grafana: GrafanaClient, login: string, signal: AbortSignal): Promise<Json | undefined> {
  const found = await lookUp(grafana, login, signal);
  if (found === undefined || isSameName(stringAt(found, 'login'), login)) {
    return found;
  }
  const answer = await grafana.get('/api/users/search', { query: { query: login, perpage: 1000, page: 1 }, signal });
  return listAt(answer, 'users')?.find((one) => isSameName(stringAt(one, 'login'), login));
}

/**
 * Makes an account a member of an organization.
 * @throws DK_GRAFANA_REFUSED when Grafana would take another account for it.
 */
export async function addToOrg(
  grafana: GrafanaClient,
  org: number,
  account: { id: number; login: string },
  role: string,
  signal: AbortSignal,
): Promise<void> {
  const loginOrEmail = await ownName(grafana, account, signal);
  await grafana.post(`/api/orgs/${org}/users`, { loginOrEmail, role }, { signal });
}

/** A name under which Grafana finds this account and no other. */
async function ownName(
  grafana: GrafanaClient,
  { id, login }: { id: number; login: string },
  signal: AbortSignal,
): Promise<string> {
  const isOwn = async (name: string): Promise<boolean> => numberAt(await lookUp(grafana, name, signal), 'id') === id;
  if (!login.includes('@') || (await isOwn(login))) {
    return login;
  }
  const email = stringAt(await grafana.get(`/api/users/${id}`, { signal }), 'email') ?? '';
  if (email.includes('@') && (await isOwn(email))) {
    return email;
  }
  throw new DashkeepError('DK_GRAFANA_REFUSED', `another account has the email address ${login}`, {
    advice: reason('change-email', { login }),
  });
}

function lookUp(grafana: GrafanaClient, loginOrEmail: string, signal: AbortSignal): Promise<Json | undefined> {
  return ifFound(grafana.get('/api/users/lookup', { query: { loginOrEmail }, signal }));
}
