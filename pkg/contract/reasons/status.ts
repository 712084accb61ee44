/** What the status of the service warns of. */
export const STATUS_REASONS = {
  'org-not-covered': "Organization {id} '{name}' is not backed up",
  'org-tokens-missing': 'no token for org {orgs}',
  'account-not-ours':
    "the service account '{instead}' of organization {org} was not made by this service; '{name}' is used",
  'job-never-runs': 'the schedule of {job} never runs',
  'identity-absent':
    'the repository is encrypted and this service has no identity: it can back up, but not show or restore',
} as const;
