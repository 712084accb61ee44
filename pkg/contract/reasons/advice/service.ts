/** What to do about an error of the service, or a warning of its status. */
export const SERVICE_ADVICE = {
  'omit-below': 'Ask for it without `below`.',
  'pair-certificate':
    'DASHKEEP_TLS_CERT_FILE holds the certificate and those between it and its authority, DASHKEEP_TLS_KEY_FILE its key, both as PEM.',
  'see-openapi': 'See /api/v1/openapi.json.',
  'make-new-plan': 'Make a new plan.',
  'plan-again': 'A plan is valid for one hour. Make a new one.',
  'stay-in-organization': 'In the app, each organization sees only itself.',
  'confirm-prune': "If you intend that, prune with the confirmation '{confirm}'.",
  'make-settings-writable': 'Until then, no changes here can be saved.',
  'join-organizations': 'Make the admin a member of those organizations, or exclude them.',
  'correct-schedule': 'Correct the expression or the time zone.',
  'set-in-deployment': 'Check where backups go, and set {names} in the deployment.',
  'set-target-in-deployment':
    'Set DASHKEEP_TARGET in the deployment (in the chart: target), with the address and keys that it needs.',
  'enter-identity': 'This may be intended. Otherwise enter the identity in the settings.',
  'mount-admin-secret': 'Check that the Secret exists and is mounted. It is optional, so the pod starts without it.',
  'name-secret-keys': 'Set DASHKEEP_ADMIN_USER_KEY and DASHKEEP_ADMIN_PASSWORD_KEY to the names of the keys.',
  'check-other-grafana':
    'Look at the log of Grafana, and check whether there is more than one Grafana behind this address.',
  'replace-given-token':
    'Check whether the token or its service account was deleted. Make a new token in Grafana (Administration › Service accounts, role Admin) and set {names}. If it is read from a file (…_FILE), no restart is needed.',
  'reset-admin-password':
    'Grafana uses this password only when it creates its database. A Secret that was rendered again later (for example by Argo CD) contains another one. Reset it with `{command}`, or put the real one into the Secret. If it is right, wait: Grafana locks an account for five minutes after five wrong passwords, and then refuses the right one too.',
  'provide-admin': 'Mount the admin Secret (DASHKEEP_ADMIN_SECRET_DIR), or give GRAFANA_API_TOKEN.',
} as const;
