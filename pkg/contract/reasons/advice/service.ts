import type { Text } from '../../texts.ts';

/** What to do about an error of the service, or a warning of its status. */
export const SERVICE_ADVICE = {
  'omit-below': { cli: 'Request it without `below`.', page: 'Request it without its contents.' },
  'pair-certificate': {
    cli: 'Put the certificate with its intermediates into DASHKEEP_TLS_CERT_FILE and its key into DASHKEEP_TLS_KEY_FILE, both in PEM format.',
    page: 'Provide the certificate with its intermediates, and its key, both in PEM format.',
  },
  'see-openapi': {
    cli: 'See /api/v1/openapi.json.',
    page: 'Update the app and the service to the same version.',
  },
  'make-new-plan': 'Create a new plan.',
  'plan-again': {
    cli: 'A plan expires after one hour, or when the service restarts. Create a new one. If this plan was applied, the runs list its restore.',
    page: 'A plan is valid for one hour. Create a new one.',
  },
  'stay-in-organization': 'In the app, each organization sees only its own data.',
  'confirm-prune': 'If this is intended, prune with the confirmation “{confirm}”.',
  'make-settings-writable': 'Until this is resolved, changes here cannot be saved.',
  'join-organizations': 'Add the service’s admin account to these organizations, or exclude them.',
  'copy-elsewhere': {
    cli: 'Choose another bucket or directory as the target of the copy, preferably with another provider.',
    page: 'In the deployment, choose another bucket or directory, preferably with another provider.',
  },
  'copy-recipients': {
    cli: 'Set DASHKEEP_AGE_RECIPIENTS to the recipients of the first repository.',
    page: 'Set the recipients of the first repository in the deployment.',
  },
  'set-copy-target': {
    cli: 'Set DASHKEEP_COPY_TARGET (in the chart: copy.target), or specify a target.',
    page: 'Set the second target in the deployment.',
  },
  'correct-second-target': {
    cli: 'Correct the settings of the second target, whose names begin with DASHKEEP_COPY_ (in the chart: copy). The settings of the first target do not apply to it.',
    page: 'Correct the second target in the deployment: it has its own region, endpoint and credentials.',
  },
  'check-second-target': {
    cli: 'Check the second target. A service retries every half hour unless copies are turned off. Without a service, run `dashkeep copy`.',
    page: 'Check the second target. Unless copies are turned off, Dashkeep retries every half hour.',
  },
  'correct-schedule': 'Correct the expression or the time zone.',
  'set-in-deployment': 'Check where backups go, and set these values in the deployment: {names}.',
  'set-target-in-deployment': {
    cli: 'Set DASHKEEP_TARGET in the deployment (in the chart: target), with the address and keys that it needs.',
    page: 'Set the target, its address and its keys in the deployment. The settings page lists the variables.',
  },
  'correct-receiver': 'Correct the setting. Backups continue, but this receiver is not notified if they fail.',
  'enter-identity': 'This may be intended. Otherwise, enter the private key in the settings.',
  'mount-admin-secret': 'Check that the Secret exists and is mounted. It is optional, so the pod starts without it.',
  'name-secret-keys': {
    cli: 'Set DASHKEEP_ADMIN_USER_KEY and DASHKEEP_ADMIN_PASSWORD_KEY to the names of the keys.',
    page: 'Set the names of the keys in the deployment.',
  },
  'check-other-grafana': 'Check Grafana’s log, and whether this address reaches more than one Grafana instance.',
  'enter-whole-secret': 'Set {setting} to the whole secret, without placeholders, spaces or line breaks.',
  'replace-given-token':
    'Check whether the token or its service account was deleted. Create a token for a service account with the Admin role, and set it as {names}. If it is read from a file, no restart is needed.',
  'reset-admin-password':
    'Grafana uses this password only when it creates its database. Give Dashkeep the actual password, or reset it: {command}. If Dashkeep already has the actual password, wait: after five wrong passwords, Grafana locks an account for five minutes.',
  'make-org-admin':
    'Make this account an Admin of the organization, even if it is a server admin, or give Dashkeep an account that is an Admin there. To back up several organizations, the account must also be a server admin.',
  'provide-admin': {
    cli: 'Mount the admin Secret (DASHKEEP_ADMIN_SECRET_DIR), or set GRAFANA_API_TOKEN.',
    page: 'Mount the admin Secret, or give the service a token.',
  },
} as const satisfies Record<string, Text>;
