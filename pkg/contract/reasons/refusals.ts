/** Why a Grafana does not have a kind, or would not take a resource. */
export const REFUSAL_REASONS = {
  'no-member':
    "the account is not a member of the organization '{org}', so Grafana shows nothing of it: make it an Admin there, or leave the organization out with --orgs",
  'dashboards-converted':
    'Grafana {version} gives out dashboards through /api only, which converts those of the new form (v2) and loses tabs and layouts without saying so: let requests to /apis through to Grafana',
  'too-large': "Grafana's response takes more than {mib} MiB of memory, which is the limit of this process",
  'item-too-large':
    'item {position} of the list takes more than {mib} MiB of memory, which is the limit of this process; Grafana does not show its name',
  'annotation-too-large': 'the annotation is larger than 1 MiB, which is the limit for one annotation',
  'name-too-long': 'its name has more than 1000 characters, which is the limit',
  'needs-server-admin':
    'needs a server admin: give GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD (a service account cannot be one)',
  'alerting-late':
    "Grafana has not started alerting in organization '{org}' within {minutes} minutes; run this again, or check its log",
  'alerting-off': 'Grafana Alerting is switched off',
  'public-dashboards-off': 'public dashboards are switched off in this Grafana',
  'no-sso-api': 'this Grafana has no API for single sign-on settings',
  'enterprise-only': 'data source permissions are part of Grafana Enterprise and Cloud',
  'version-has-none': 'Grafana {version} has none',

  'file-provisioned': 'it is provisioned from a file of this Grafana: change the file instead',
  'file-provisions': 'a file provisions it here, and Grafana refuses to change it: change the file',
  'file-brings-back': 'it was provisioned from a file, which brings it back; include managed to write it',
  'scim-manages': 'an identity provider manages it here (SCIM)',
  'account-from-sign-in': 'comes from single sign-on or LDAP: the account is made at the next sign-in',
  'plugin-makes': 'it belongs to a plugin, which makes it',
  'plugin-missing': 'the plugin {uid} is not installed here: install it first',
  'one-policy-tree': 'Grafana {version} has one tree of notification policies only',
  'api-version': 'Grafana {version} does not serve {apiVersion}, which this dashboard is written in',
  'panel-twin': 'a library panel of the same name is in that folder already, with uid {uid}',
  'panel-stays-in-folder':
    'Grafana cannot move a library panel that dashboards use out of its folder to the root; all else of it is restored',
  'folder-twin': 'a folder of the same name is there already, with uid {uid}',
  'data-source-twin': 'another data source is called {title} here, with uid {uid}: map it to that one',
  'uid-refused': 'Grafana 12 and later refuse the uid {uid}: map it to another one, such as {proposed}',
  'rule-elsewhere': "its rule '{title}' is in the group {group} now, and would be moved away from there",
  'silence-ended': 'it ended at {end}',
  'snapshot-fixed': 'a snapshot cannot be changed',
  'snapshot-external': 'it was published on another server, which holds its data',
  'snapshot-origin': 'it does not say which dashboard it was made of, and Grafana insists on that',
  'snapshot-expired': 'it expired on {expires}',
} as const;
