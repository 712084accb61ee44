import type { SecurityChange } from '../../../contract/plan.ts';
import type { ReasonCode } from '../../../contract/reasons/catalogue.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import type { Kind } from '../../../grafana/kinds/kind.ts';
import type { PlannedItem } from '../types.ts';

/** Logins that a team or permissions name and that have no account here, by what the kind says is lost. */
export function missingLogins(losses: readonly { params: Readonly<Record<string, string>> }[]): ReadonlySet<string> {
  return new Set(losses.flatMap(({ params }) => params['login'] ?? []));
}

/**
 * Items that stay as they are because they lack only users without an account. A promotion is repeated between Grafanas
 * with other users, so there it is no problem.
 */
export function lackingAccounts(items: readonly PlannedItem[], { promote }: { promote?: boolean }): PlannedItem[] {
  return promote === true ? [] : items.filter(({ code }) => code === ('accounts-missing' satisfies ReasonCode));
}

/** The content without the users of these logins. */
export function withoutLogins(kind: Kind, content: Content, logins: ReadonlySet<string>): Content {
  return kind.rename?.(content, ({ kind: of, uid }) => (of === 'user' && logins.has(uid) ? '' : uid)) ?? content;
}

/** Marks what only those get who have no account yet: someone may create one before the plan is applied. */
export function onlyWithAccount(changes: readonly SecurityChange[], logins: ReadonlySet<string>): SecurityChange[] {
  const isMissing = ({ code, params: { login, subject, name = '' } }: SecurityChange): boolean =>
    code === 'team-member' ? logins.has(login ?? '') : code === 'permission' && subject === 'user' && logins.has(name);
  return changes.map((change) =>
    isMissing(change) ? { ...change, params: { ...change.params, account: 'missing' } } : change,
  );
}
