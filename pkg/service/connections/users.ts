import type { RestoreOptions, RestorePlan, UserMatch } from '../../contract/api/restores.ts';
import { compact } from '../../contract/compact.ts';
import { writeContext } from '../../engine/restore/context.ts';
import type { Plan, PlanRequest } from '../../engine/restore/types.ts';
import { accountDirectoryOf } from '../../grafana/account-directory.ts';
import { isSameName } from '../../grafana/accounts.ts';
import { isForbidden } from '../../grafana/http/errors.ts';
import { stringAt } from '../../lib/json/json.ts';

/** Most urgent first. */
const ORDER: readonly UserMatch['by'][] = ['other-email', 'none', 'left-out', 'choice', 'login'];

/** More than anyone would choose manually. */
const MOST = 500;

/** The accounts of the other Grafana for the users in a plan; undefined if its users cannot be listed. */
export async function matchUsers(
  request: PlanRequest,
  { mapping: { users } }: Plan,
  { replace }: NonNullable<RestoreOptions['to']>,
): Promise<RestorePlan['users']> {
  const [org] = request.instance.orgs;
  if (org === undefined || users.size === 0) {
    return undefined;
  }
  try {
    const listed = await (await accountDirectoryOf(writeContext(request, org))).users();
    const there = listed.map((user) => ({
      login: stringAt(user, 'login') ?? '',
      email: stringAt(user, 'email') ?? '',
    }));
    const chosen = new Map(Object.entries(replace?.user ?? {}));
    const matches = [...users].map(([login, email]) => match(there, { login, email, to: chosen.get(login) }));
    matches.sort((a, b) => ORDER.indexOf(a.by) - ORDER.indexOf(b.by) || (a.login < b.login ? -1 : 1));
    return { matches: matches.slice(0, MOST), choices: there.map(({ login }) => login).sort() };
  } catch (error) {
    if (isForbidden(error)) {
      return undefined;
    }
    throw error;
  }
}

function match(
  there: readonly { login: string; email: string }[],
  { login, email, to }: { login: string; email: string | undefined; to: string | undefined },
): UserMatch {
  if (to === '') {
    return compact({ login, email, by: 'left-out', to });
  }
  const found = there.find((one) => isSameName(one.login, to ?? login));
  const holder = email === undefined ? undefined : there.find((one) => isSameName(one.email, email));
  const sameEmail = holder === found ? undefined : holder?.login;
  const isOther = email !== undefined && found !== undefined && !isSameName(found.email, email);
  const by = found === undefined ? 'none' : to !== undefined ? 'choice' : isOther ? 'other-email' : 'login';
  return compact({ login, email, by, to, sameEmail });
}
