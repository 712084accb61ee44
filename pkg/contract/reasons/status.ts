/** What the status of the service warns of. */
export const STATUS_REASONS = {
  'org-not-covered': "Organization {id} '{name}' is not backed up",
  'org-tokens-missing': 'no token for org {orgs}',
  'account-not-ours':
    "the service account '{instead}' of organization {org} was not made by this service; '{name}' is used",
  'app-of-other-service':
    'the app of organization {org} is connected to another Dashkeep at {url}, which works with the service account {account}',
  'job-never-runs': 'the schedule of {job} never runs',
  'identity-absent':
    'the repository is encrypted and this service has no identity: it can back up, but not show or restore',
  'target-left-open':
    'no target is set, and only the deployment can set it, because backups can cover other organizations',
  'settings-from-pages': 'backups of other organizations still use values from the settings page instead of {names}',
  'saved-settings-unused':
    'values from the settings page are no longer used, because the deployment changed the organizations or the target. They took the place of {names}',
} as const;
