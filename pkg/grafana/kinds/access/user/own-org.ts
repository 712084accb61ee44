import { randomBytes } from 'node:crypto';
import { numberAt, stringAt, type Json, type JsonObject } from '../../../../lib/json/json.ts';
import { GrafanaError } from '../../../http/errors.ts';
import { objectsOf } from '../../../http/pagination/lists.ts';
import { orgNamed } from '../../../orgs.ts';
import type { KindContext } from '../../kind.ts';

/** No mail goes there (RFC 2606). */
const NOWHERE = 'dashkeep.invalid';

/** An account that Grafana has just created. */
export interface Created {
  id: number;
  /**
   * Name that Grafana gives an organization that it makes for this account; absent when one of that name was there
   * before.
   */
  ownOrg?: string;
}

/**
 * Creates an account. Where `auto_assign_org` is off, Grafana makes an organization for each account that it creates,
 * called like its e-mail or else its login, with the account as its only Admin (pkg/services/org/orgimpl/org.go
 * GetIDForNewUser). If an organization of that name exists, Grafana then answers 500, since the name is taken: the
 * account is created with an e-mail that nothing else is called like, which `PUT /api/users/<id>` corrects afterwards.
 */
export async function createAccount(context: KindContext, body: JsonObject): Promise<Created> {
  const name = stringAt(body, 'email') || stringAt(body, 'login') || '';
  if ((await orgCalled(context, name)) === undefined) {
    return createAlone(context, body, name);
  }
  try {
    return { id: await post(context, body) };
  } catch (error) {
    if (!(error instanceof GrafanaError && error.httpStatus === 500)) {
      throw error;
    }
    const email = `${randomBytes(8).toString('hex')}@${NOWHERE}`;
    return createAlone(context, { ...body, email }, email);
  }
}

/** Grafana makes the organization first, and leaves it behind, without a member, when it then refuses the account. */
async function createAlone(context: KindContext, body: JsonObject, ownOrg: string): Promise<Created> {
  try {
    return { id: await post(context, body), ownOrg };
  } catch (error) {
    if (error instanceof GrafanaError && error.httpStatus >= 400) {
      // Why Grafana refused the account matters more than why an empty organization stays.
      await removeOwnOrg(context, ownOrg).catch(() => undefined);
    }
    throw error;
  }
}

async function post({ grafana, signal }: KindContext, body: JsonObject): Promise<number> {
  return numberAt(await grafana.post('/api/admin/users', body, { signal }), 'id') ?? 0;
}

/**
 * Name of the organization that an earlier, interrupted restore had Grafana make for an account, if nothing but
 * Dashkeep could have named it so. Whether one that is called otherwise was made for the account is no longer known: it
 * stays.
 */
export function ownOrgOfUnfinished(email: string): string | undefined {
  return email.endsWith(`@${NOWHERE}`) ? email : undefined;
}

/**
 * Deletes an organization that Grafana made for an account: one whose name nothing had before the account was created,
 * and which has no other member. Its last Admin cannot leave it (Grafana answers 400).
 * Nobody else can have put anything into it: a server admin who is no member is refused there.
 * @param account its id; none when Grafana refused to create it.
 */
export async function removeOwnOrg(context: KindContext, name: string, account?: number): Promise<void> {
  const { grafana, signal } = context;
  const id = numberAt(await orgCalled(context, name), 'id');
  if (id === undefined) {
    return;
  }
  const path = `/api/orgs/${id}/users`;
  const members = objectsOf(await grafana.get(path, { signal }), path);
  if (members.every((member) => numberAt(member, 'userId') === account)) {
    await grafana.delete(`/api/orgs/${id}`, { signal });
  }
}

function orgCalled({ grafana, signal }: KindContext, name: string): Promise<Json | undefined> {
  return orgNamed(grafana, name, signal);
}
