/** What became of a resource that a restore wrote or deleted. */
export const APPLY_REASONS = {
  /** Nothing to add: it went as the plan said. */
  'as-planned': '',
  'other-uid': 'Grafana gave it another UID: {uid}',
  'there-anyway': 'exists, although Grafana reported a failure',
  vanished: 'was written, but is missing',
  'differs-in': 'exists, but differs in {fields}',
  'differs-now': 'exists, but differs',
  'members-left-out': 'without members who have no account in this organization: {logins}',
  'permissions-left-out': 'without the permissions of users, teams or service accounts that are missing: {names}',
  'changed-since-plan': 'someone has changed it since the plan was created; create a new plan',
  'changed-since-plan-kept': 'someone has changed it since the plan was created, so it was kept as it is',
  'gone-before': 'was already deleted',
  'folder-failed': 'its folder “{title}” could not be restored',
  'owner-failed': {
    cli: 'its {owner} could not be restored',
    page: 'its owner could not be restored',
  },
  'folder-filled': 'the folder is not empty, so it was not deleted',
  'point-used': 'kept: a notification policy or alert rule uses it',
  'still-there': 'was deleted, but still exists',
  'org-was-called': 'its previous name was {name}',
  'org-made-meanwhile': 'someone else created it, or gave its name to another organization; create a new plan',
  'org-vanished': 'was created, but is missing',
  'role-kept': 'the account still has a role that only the restore needed: {message}',
} as const;

interface Reasoned {
  code?: string | undefined;
  params?: Record<string, string> | undefined;
}

/**
 * Logins of the accounts that have to exist before the rest of a restore can be planned. None where anything else is
 * wrong, too.
 */
export function awaitedLogins(problems: readonly Reasoned[]): string[] {
  const found = problems.map(({ code, params }) =>
    code === 'members-left-out' || code === 'permissions-left-out' ? params?.['logins'] : undefined,
  );
  const logins = found.flatMap((names) => names?.split(', ') ?? []);
  return found.includes(undefined) ? [] : [...new Set(logins)].sort();
}
