import type { Text } from '../../texts.ts';

/** Why a Grafana does not have a kind, or would not take a resource. */
export const REFUSAL_REASONS = {
  'no-member': {
    cli: 'the account is not a member of organization “{org}”; make it an Admin there, or exclude the organization with --orgs',
    page: 'the account is not a member of organization “{org}”; make it an Admin there',
  },
  'link-taken': 'its link is in use elsewhere; share the resource again in Grafana',
  'list-hides': 'without {permission}, Grafana may hide some resources',
  'dashboards-converted':
    'Grafana {version} converts v2 dashboards and loses their tabs and layouts, because requests to /apis do not reach it; allow these requests',
  'apis-refused':
    'Grafana {version} refuses requests to /apis, and its other API converts v2 dashboards and loses their tabs and layouts',
  'slash-under-sub-path': {
    cli: 'under a sub-path ({subPath}), Grafana does not find names that contain “/”; set GRAFANA_URL to Grafana’s own address without the sub-path, such as http://grafana:3000',
    page: 'under a sub-path ({subPath}), Grafana does not find names that contain “/”; in the deployment, set Grafana’s own address without the sub-path, such as http://grafana:3000',
  },
  'too-large': 'Grafana’s response exceeds the memory limit of {mib} MiB',
  'too-deep': 'Grafana’s response is nested deeper than {levels} levels',
  'item-too-large': 'item {position} of the list exceeds the memory limit of {mib} MiB; Grafana does not show its name',
  'annotation-too-large': 'the annotation is larger than 1 MiB, or nested deeper than 400 levels',
  'name-too-long': 'the name is longer than 1000 characters',
  'others-too': 'further resources, too many to list here',
  'needs-server-admin': {
    cli: 'needs a server admin: set GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD (a service account cannot be one)',
    page: 'needs the name and password of a server admin',
  },
  'server-kinds-off': 'excluded by the deployment',
  'alerting-late':
    'Grafana did not start alerting in organization “{org}” within {minutes} minutes; retry, or check Grafana’s log',
  'alerting-off': 'alerting is turned off in this Grafana instance',
  'public-dashboards-off': 'externally shared dashboards are turned off in this Grafana instance',
  'snapshots-off': 'dashboard snapshots are turned off in this Grafana instance',
  'no-sso-api': 'this Grafana instance has no API for single sign-on settings',
  'enterprise-only': 'only in Grafana Enterprise and Cloud',
  'version-has-none': 'Grafana {version} does not support this kind',

  'connections-need-target':
    'sending to another Grafana instance requires that the deployment alone controls where backups go and who can read them',
  'same-grafana': '{url} is the Grafana that the snapshot comes from',
  'connection-several-orgs': 'the connection {name} reaches several organizations: {orgs}',

  'file-provisioned': 'provisioned from a file of this Grafana instance; change the file instead',
  'file-provisions': 'provisioned from a file here, so Grafana refuses changes; change the file',
  'file-brings-back': {
    cli: 'was provisioned from a file, which recreates it; --include-managed writes it',
    page: 'was provisioned from a file, which recreates it',
  },
  'scim-manages': 'an identity provider manages it here (SCIM)',
  'account-from-sign-in': 'comes from single sign-on or LDAP; Grafana creates the account at the next sign-in',
  'plugin-makes': 'belongs to a plugin, which creates it',
  'plugin-missing': 'the plugin {uid} is not installed here; install it first',
  'one-policy-tree': 'Grafana {version} has a single tree of notification policies',
  'api-version': 'Grafana {version} does not support {apiVersion}, which this dashboard uses',
  'panel-twin': 'a library panel with the same name is already in that folder, with UID {uid}',
  'panel-stays-in-folder':
    'Grafana cannot move a library panel in use to the root folder; everything else about it is restored',
  'folder-twin': 'a folder with the same name already exists, with UID {uid}',
  'data-source-twin':
    'a data source named {title} already exists, with UID {uid}; map the data source in the snapshot to it',
  'uid-refused': 'Grafana 12 and later reject the UID {uid}; map it to another one, such as {proposed}',
  'rule-elsewhere': 'its rule “{title}” is now in group {group} and would be removed from there',
  'silence-ended': 'ended on {end}',
  'snapshot-fixed': 'a dashboard snapshot cannot be changed',
  'snapshot-external': 'was published on another server, which holds its data',
  'snapshot-origin': 'does not name its source dashboard, which Grafana requires',
  'snapshot-expired': 'expired on {expires}',
} as const satisfies Record<string, Text>;
