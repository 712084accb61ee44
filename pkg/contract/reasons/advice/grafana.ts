import type { Text } from '../../texts.ts';

/** What to do about an error of Grafana, or with the credentials for it. */
export const GRAFANA_ADVICE = {
  'add-organization-admin':
    'Give that organization another Admin, or delete it if Grafana created it for this account. Then restore again.',
  'change-email': 'Change the email address of the account that has {login} as its address, then retry.',
  'enable-dashboard-version': 'Enable that version of the dashboard API in Grafana, or save the dashboard again.',
  'let-apis-through': 'Allow requests to /apis to reach Grafana.',
  'pass-org-header': {
    cli: 'Have the proxy in front of Grafana pass the header X-Grafana-Org-Id and cache no responses, or set GRAFANA_URL to an address that bypasses the proxy.',
    page: 'Have the proxy in front of Grafana pass the header X-Grafana-Org-Id and cache no responses, or, in the deployment, set Grafana’s address to one that bypasses the proxy.',
  },
  'check-grafana-address': {
    cli: 'Check the host, port, scheme and sub-path of GRAFANA_URL, and whether a proxy or login page responds instead.',
    page: 'Check the host, port, scheme and sub-path of Grafana’s address in the deployment, and whether a proxy or login page responds instead.',
  },
  'check-credentials-or-proxy': {
    cli: 'Check the token or password. If it is correct, a proxy in front of Grafana refuses the request: set GRAFANA_URL to an address that bypasses the proxy.',
    page: 'Check the token or password. If it is correct, a proxy in front of Grafana refuses the request: in the deployment, set Grafana’s address to one that bypasses the proxy.',
  },
  'write-scheme': 'Include the scheme, such as http://grafana:3000.',
  'use-admin-variables': {
    cli: 'Use GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD.',
    page: 'Set the user name and password separately in the deployment.',
  },
  'set-grafana-authority': {
    cli: 'Set DASHKEEP_GRAFANA_CA_FILE, or DASHKEEP_CONNECTION_…_CA_FILE for a connection, to a file with the certificate of Grafana’s certificate authority.',
    page: 'Give the service the certificate of Grafana’s certificate authority.',
  },
  'correct-grafana-name': {
    cli: 'In GRAFANA_URL, or in DASHKEEP_CONNECTION_…_URL for a connection, use a host name that the certificate covers.',
    page: 'In the deployment, set Grafana’s address to a host name that the certificate covers.',
  },
  'check-grafana-scheme':
    'Check that Grafana is running. If its address starts with http://, its port may expect https://. If it starts with https://, it may require a client certificate, and Dashkeep has none.',
  'check-password':
    'Check the user name and password. If both are correct, wait: after five wrong passwords, Grafana locks an account for five minutes.',
  'give-grafana-permission':
    'Give the service account the permission {permission}. The Admin role includes it, and a custom role can grant it.',
  'give-role':
    'Give the service account at least the Viewer role: with the role None, custom roles are not enough. If its role is sufficient, let the proxy forward these requests.',
  'give-api-permission':
    'Give the service account this permission: {verb} {resource} ({group}). The Admin role includes it, and a custom role can grant it.',
  'replace-token-by-server-admin': {
    cli: 'A token belongs to one organization. Set GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD to the credentials of a server admin.',
    page: 'A token belongs to one organization. Give the service the user name and password of a server admin.',
  },
  'use-server-admin': {
    cli: 'This user is not a server admin. Set GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD to the credentials of a server admin.',
    page: 'This user is not a server admin. Give the service the user name and password of a server admin.',
  },
  'set-org-token': {
    cli: 'Set GRAFANA_API_TOKEN_ORG_{org} to a token of organization {org}, or use GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD.',
    page: 'Give the service a token of organization {org}, or the user name and password of a server admin.',
  },
} as const satisfies Record<string, Text>;
