/** What became of a resource that a restore wrote or deleted. */
export const APPLY_REASONS = {
  /** Nothing to add: it went as the plan said. */
  'as-planned': '',
  'other-uid': 'Grafana gave it another uid: {uid}',
  'there-anyway': 'is there, although Grafana reported a failure',
  vanished: 'was written and is not there',
  'differs-in': 'exists, but differs in {fields}',
  'differs-now': 'exists, but differs',
  'changed-since-plan': 'somebody changed it since the plan was made; plan again',
  'changed-since-plan-kept': 'somebody changed it since the plan was made; it was left alone',
  'gone-before': 'was gone already',
  'folder-failed': "its folder '{title}' could not be restored",
  'folder-filled': 'the folder is not empty; it was left alone',
  'still-there': 'was deleted and is still there',
  'org-was-called': "was called '{name}'",
  'org-made-meanwhile': 'somebody else created it meanwhile',
  'org-vanished': 'was created and is not there',
  'role-kept': 'still has a role that only the restore needed: {message}',
} as const;
