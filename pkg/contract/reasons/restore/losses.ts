import type { Text } from '../../texts.ts';

/** What a restored resource lacks, or what a person has to see to. */
export const LOSS_REASONS = {
  'uses-missing': 'uses “{title}” ({kind}), which is missing',
  'uses-blocked': 'uses “{title}” ({kind}), which is blocked',
  'uses-missing-offered': {
    cli: 'uses “{title}” ({kind}), which is missing; add it with --also {resource}',
    page: 'uses “{title}” ({kind}), which is missing; you can add it',
  },
  'linked-group': {
    cli: 'the linked alert rule group “{title}” is missing; add it with --also {resource}',
    page: 'the linked alert rule group “{title}” is missing',
  },
  'rules-paused': 'its rules are paused, so that nothing fires twice; resume them in Grafana',
  'needs-plugin': 'its plugin {plugin} is not installed here; install it first',
  'enter-again': 'enter again: {field}',
  'secret-removed': 'enter again: {field}; it is removed because the address changes, and undo cannot restore it',
  'enter-again-in': {
    cli: 'enter again: {field} of {type}, or supply it with --secrets',
    page: 'enter again: {field} of {type}',
  },
  'integration-placeholder': '{field} of {type} contains a placeholder until you enter it',
  'integrations-stay': 'integrations that are not in the snapshot are kept: {types}',
  'rules-stay': 'rules that are not in the snapshot are kept: {titles}',
  'rule-fields-lost': 'Grafana {version} does not support these fields of rules, so they are lost: {fields}',
  'default-taken': 'replaces {name} as the default',
  'password-missing': 'set a new password for this account',
  'password-unused': 'the supplied password is not used: a restore never changes the password of an existing account',
  'no-server-admin': 'does not become a server admin: a restore never promotes an existing account',
  'stays-server-admin':
    'stays a server admin: a restore never revokes this role; to revoke it, open Administration > Users in Grafana',
  'not-disabled': 'is not disabled: a restore never disables an existing account',
  'membership-lost': 'no membership in {org}: this organization does not exist here',
  'member-lost': 'without the member {login}, who does not exist in this organization',
  'member-other':
    'without the member {login}, who does not exist in this organization; {email} belongs to {other}, who is not added',
  'access-taken': 'Grafana also removes the user from teams ({teams}) and permissions ({permissions}) in {org}',
  'permission-lost': 'without {permission} for {name}, which is missing',
  'team-missing': 'without the preferences of team {team}, which is missing',
  'home-missing': 'without its home dashboard {uid}, which is missing',
  'link-kept': 'the dashboard is shared under another link here, which Grafana cannot change',
  'recipients-lost': 'invite the recipients again',
  'tokens-lost': 'create new tokens',
  'own-tokens-lost':
    'if a Dashkeep service uses this account, the service creates its token itself; otherwise, create new tokens',
  'delete-key-new': 'gets a new delete key',
  'uid-new': 'gets a new UID, because this Grafana instance assigns playlist UIDs itself',
  'uid-other': 'its UID is {uid} here',
  'id-new': 'gets a new ID',
  'start-new': 'starts now, if its start is in the past',
} as const satisfies Record<string, Text>;
