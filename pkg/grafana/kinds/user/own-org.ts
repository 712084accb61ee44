import { randomBytes } from 'node:crypto';
import { stringAt, type Json, type JsonObject } from '../../../contract/json.ts';
import { GrafanaError, ifFound } from '../../errors.ts';
import type { KindContext } from '../kind.ts';

const MAIN = 1;
/** No mail goes there (RFC 2606). */
const NOWHERE = 'dashkeep.invalid';

/**
 * Where `auto_assign_org` is off, Grafana makes an organization for each account that it creates, called like its e-mail or
 * else its login, with the account as its only Admin (pkg/services/org/orgimpl/org.go GetIDForNewUser). Where the snapshot
 * has brought that organization back already, creating the account fails with 500, since the name is taken: then the
 * account is created with an e-mail of its own, which makes an organization of another name.
 * @returns what Grafana answered.
 */
export async function createAccount(context: KindContext, body: JsonObject): Promise<Json> {
  const { grafana, signal } = context;
  try {
    return await grafana.post('/api/admin/users', body, { signal });
  } catch (error) {
    const name = stringAt(body, 'email') || stringAt(body, 'login') || '';
    if (!(error instanceof GrafanaError && error.httpStatus === 500) || !(await isOrg(context, name))) {
      throw error;
    }
    const email = `${randomBytes(8).toString('hex')}@${NOWHERE}`;
    return grafana.post('/api/admin/users', { ...body, email }, { signal });
  }
}

async function isOrg({ grafana, signal }: KindContext, name: string): Promise<boolean> {
  return (await ifFound(grafana.get(`/api/orgs/name/${encodeURIComponent(name)}`, { signal }))) !== undefined;
}

/**
 * Takes an account that a restore created a moment ago out of an organization that Grafana made for it: one that is called
 * like the account, and of which it is the last Admin. It cannot leave that one (Grafana answers 400), so the organization goes.
 */
export async function leaveOwnOrg(
  { grafana, signal }: KindContext,
  org: { id: number; name: string },
  account: { id: number; login: string; email: string },
): Promise<void> {
  if (org.id === MAIN || (org.name !== account.email && org.name !== account.login)) {
    return;
  }
  try {
    await grafana.delete(`/api/orgs/${org.id}/users/${account.id}`, { signal });
  } catch (error) {
    if (!(error instanceof GrafanaError && error.httpStatus === 400)) {
      throw error;
    }
    await grafana.delete(`/api/orgs/${org.id}`, { signal });
  }
}
