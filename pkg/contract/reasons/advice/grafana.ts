/** What to do about an error of Grafana, or with the credentials for it. */
export const GRAFANA_ADVICE = {
  'add-organization-admin':
    'Give that organization another Admin, or delete it if Grafana made it for this account. Then restore again.',
  'change-email': 'Change the email address of the account that has {login} as its address, then try again.',
  'enable-dashboard-version': 'Enable that version of the dashboard API in Grafana, or save the dashboard again.',
  'let-apis-through': 'Let requests to /apis through to Grafana.',
  'write-scheme': 'Write it with its scheme, such as http://grafana:3000.',
  'use-admin-variables': 'Use GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD.',
  'check-password':
    'Check user and password. If both are right, wait: Grafana locks an account for five minutes after five wrong passwords, and then refuses the right one too.',
  'give-grafana-permission':
    'Give the service account the permission {permission}. The Admin role includes it, and a custom role can grant it.',
  'give-api-permission':
    'Give the service account the permission to {verb} {resource} of {group}. The Admin role includes it, and a custom role can grant it.',
  'replace-token-by-server-admin':
    'A token belongs to one organization. Set GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD to those of a Grafana server admin.',
  'use-server-admin':
    'This user is not a server admin. Set GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD to those of a Grafana server admin.',
  'set-org-token': 'Set GRAFANA_API_TOKEN_ORG_{org}, or GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD.',
} as const;
