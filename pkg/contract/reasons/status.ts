/** What the status of the service warns of. */
export const STATUS_REASONS = {
  'org-not-covered': 'organization {name} ({id}) is not backed up',
  'org-not-in-service': {
    cli: 'a service with these settings does not back up organization {name} ({id}); `dashkeep backup` does, because the admin credentials give access to it',
    page: 'organization {name} ({id}) is not backed up',
  },
  'org-tokens-missing': 'the service has no token for these organizations: {orgs}',
  'account-not-ours':
    'this service did not create the service account {instead} of organization {org}, and uses {name} instead',
  'app-of-other-service':
    'the app of organization {org} is connected to another Dashkeep at {url}, which uses the service account {account}',
  'copy-failing': 'the last copy to the second target failed on {time}: {message}',
  'copy-problems': 'the last verification of the second copy, on {time}, found problems; the run lists them',
  'copy-problem': 'the last verification of the second copy, on {time}, found problems ({count}): {message}',
  'stored-damaged': 'the last verification found problems, such as damaged or missing content',
  'verified-other': 'the last verification found problems that a repair does not fix: {count}',
  'receiver-unusable': 'a receiver gets no notifications: {message}',
  'copy-overdue': 'the second target lacks the newest backups',
  'job-never-runs': 'this schedule never runs: {job}',
  'identity-absent':
    'the snapshots are encrypted, and the service has no private key; it can create backups, but not show or restore them',
  'identity-of-others': {
    cli: 'the age identity matches none of the age recipients; backups succeed, but it cannot decrypt them',
    page: 'the private key matches none of the public keys; the service can create backups, but not show or restore them',
  },
  'identity-unfit': {
    cli: 'none of the given identities decrypts the snapshots',
    page: 'the private key does not decrypt the snapshots',
  },
  'snapshots-untrusted': 'snapshots that no trusted key signed: {count}, the newest from {time} (signers: {signers})',
  'target-left-open': 'no target is set; only the deployment can set it, because backups can cover other organizations',
  'settings-from-pages':
    'backups of other organizations still use values from the settings page, which the deployment has to set: {names}',
  'saved-settings-unused':
    'the deployment changed the organizations or the target, so these values from the settings page are no longer used: {names}',
} as const;
