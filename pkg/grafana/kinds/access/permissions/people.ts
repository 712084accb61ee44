import { stringAt, type Json } from '../../../../lib/json/json.ts';
import type { SecurityChange } from '../../../../contract/plan.ts';
import { accountDirectoryOf } from '../../../account-directory.ts';
import { isSameName } from '../../../accounts.ts';
import { isForbidden } from '../../../http/errors.ts';
import type { Content } from '../../content.ts';
import type { KindContext, Restorable } from '../../kind.ts';
import { securityChange } from '../../security/change.ts';
import { membersIn } from '../team/members.ts';
import { gainsBetween, grantsIn } from './grants.ts';
import { valueIf } from '../../../../lib/expected-errors.ts';

/**
 * The email addresses of the users that permissions name, as facts: logins alone do not tell people apart, because
 * anyone may take one that no one has any more.
 */
export async function emailFacts(context: KindContext, body: Json): Promise<NonNullable<Content['facts']>> {
  const facts: [string, string][] = [];
  for (const { subject, name } of grantsIn(body).values()) {
    const email = subject === 'user' ? await emailOf(context, name) : undefined;
    if (email !== undefined) {
      facts.push([factOf(name), email]);
    }
  }
  return Object.fromEntries(facts);
}

/** Users who get more by their login, and have another email address than in the snapshot, if that holds it. */
export async function otherPeople(context: KindContext, { content, live }: Restorable): Promise<SecurityChange[]> {
  const changes: SecurityChange[] = [];
  for (const { subject, name: login } of gainsBetween(grantsIn(live?.body ?? {}), grantsIn(content.body))) {
    const before = subject === 'user' ? content.facts?.[factOf(login)] : undefined;
    const after = before === undefined ? undefined : await emailOf(context, login);
    if (after !== undefined && !isSameName(String(before), after)) {
      changes.push(securityChange('member-email', { login, before: String(before), after }));
    }
  }
  return changes;
}

/** The email address that the content of a team or of permissions has for a login. */
export function emailIn({ body, facts }: Content, login: string): string | undefined {
  const fact = facts?.[factOf(login)];
  return fact === undefined ? membersIn(body).find((member) => member.login === login)?.email : String(fact);
}

function factOf(login: string): string {
  return `email of ${login}`;
}

async function emailOf(context: KindContext, login: string): Promise<string | undefined> {
  return (await emails(context)).get(login.toLowerCase());
}

/** Email addresses of the members by login; none without the right to list them. */
function emails(context: KindContext): Promise<ReadonlyMap<string, string | undefined>> {
  return context.memo('email addresses', async () => {
    const users = await (await accountDirectoryOf(context)).users().catch(valueIf(isForbidden, []));
    return new Map(users.map((user) => [(stringAt(user, 'login') ?? '').toLowerCase(), stringAt(user, 'email')]));
  });
}
