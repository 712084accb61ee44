import type { Text } from '../../texts.ts';

/** Why a plan does with a resource what it does. */
export const PLAN_REASONS = {
  missing: 'missing',
  same: 'same as in the snapshot',
  'same-as-read': 'same as in the snapshot when last read on {time}',
  copy: 'as a copy',
  differs: 'differs from the snapshot',
  'rules-only': 'only {number} of its rules: {rules}; the others are kept as they are',
  'rules-alone': 'missing; recreated with {number} of its rules: {rules}',
  'secrets-supplied': 'secrets supplied',
  pristine: 'replaces a default that Grafana created',
  'factory-default': 'a default created by Grafana, with different names here and in the snapshot',
  unfinished: 'completes an earlier restore',
  'joins-new-orgs': 'becomes a member of the organizations that the restore creates; everything else is kept as it is',
  renewed: {
    cli: 'replaces Grafana’s default for a newer {owner}',
    page: 'replaces a default that Grafana assigned',
  },
  managed: {
    cli: 'managed by {manager}, which would undo the change; --include-managed writes it',
    page: 'managed by {manager}, which would undo the change',
  },
  'owner-managed': {
    cli: 'its {owner} is managed by {manager}; --include-managed writes it',
    page: 'its owner is managed by {manager}',
  },
  kept: { cli: 'exists and differs; --overwrite replaces it', page: 'exists and differs; overwriting is off' },
  'kept-narrower': {
    cli: 'exists and grants less access than the snapshot does; --overwrite replaces it',
    page: 'exists and grants less access than the snapshot does; overwriting is off',
  },
  'kept-wider': {
    cli: 'exists and grants more access than the snapshot does; --overwrite replaces it',
    page: 'exists and grants more access than the snapshot does; overwriting is off',
  },
  'kept-unfinished': {
    cli: 'an interrupted restore created its {owner}, but someone may have set these permissions since; --overwrite replaces them',
    page: 'an interrupted restore created its owner, but someone may have set these permissions since; overwriting is off',
  },
  'accounts-missing': 'differs only in users who have no account in this organization: {logins}',
  'kept-along': {
    cli: 'exists and differs; --only {kind}/{uid} with --overwrite replaces it',
    page: 'exists and differs; select it directly to overwrite it',
  },
  'changed-there': {
    cli: 'conflict: someone has changed it there since the last migration',
    page: 'changed there since the last run',
  },
  'deleted-there': {
    cli: 'conflict: someone has deleted it there since the last migration',
    page: 'deleted there since the last run',
  },
  'maybe-deleted-there': {
    cli: 'conflict: someone may have deleted it there; some run records are unreadable or not signed by a trusted key',
    page: 'someone may have deleted it there; some run records are unreadable or not signed by a trusted key',
  },
  'undone-there': { cli: 'conflict: its last migration was undone', page: 'its last run was undone' },
  'not-promoted': {
    cli: 'conflict: exists there, but no migration signed by a trusted key created or updated it',
    page: 'exists there, but no run signed by a trusted key created or updated it',
  },
  unshared: {
    cli: 'its dashboard is no longer shared externally; --only {kind}/{uid} shares it again',
    page: 'its dashboard is no longer shared externally; select it directly to share it again',
  },
  'live-unreadable': 'cannot be read in Grafana: {message}',
  'org-out-of-scope': {
    cli: 'organization {org} is not part of this run; --orgs {org} includes it',
    page: 'the service has no access to this organization',
  },
  'org-absent': {
    cli: 'Grafana has no organization {org}; --everything creates the organizations of the snapshot, and --map-org restores into another one',
    page: 'this organization does not exist in Grafana',
  },
  'org-other': {
    cli: 'organization {org} is “{now}” here and “{name}” in the snapshot; --map-org {org}={org} restores into it anyway',
    page: 'organization {org} is “{now}” here and “{name}” in the snapshot',
  },
  'org-twin': 'another organization in the snapshot is also restored into organization {org}',
  'stand-in-chosen': 'data source {uid} is used instead, as chosen',
  'stand-in': 'data source {uid} with the same name and type is used instead',
  replaced: '“{uid}” is used instead, as mapped',
  'not-copied': 'copies use the existing one',
  'install-first': 'not installed here; install version {version} first',
  'plugin-version': 'version {here} is installed here; the snapshot contains {version}',
  archived: 'backed up for reference only; Grafana cannot restore it',
  'on-request': 'restored only if you select it or its kind',
  'created-on-request': {
    cli: 'missing; --everything or --only {resource} creates it',
    page: 'missing; created only by a restore of everything, or if you select it directly',
  },
  'email-taken': 'its email address {email} belongs to the account {login}; change the address of that account first',
  needs: 'needs “{title}” ({kind}), which is missing',
  'needs-blocked': 'needs “{title}” ({kind}), which is blocked',
  'needs-offered': {
    cli: 'needs “{title}” ({kind}), which is missing; add it with --also {resource}',
    page: 'needs “{title}” ({kind}), which is missing; you can add it',
  },
  'needs-first': 'needs “{title}” ({kind}), which is missing; restore it from snapshot {snapshot} first',

  extra: 'not in the snapshot',
  'deleted-with-app': 'Grafana deletes it with the app “{title}”',
  'replaced-by-app': 'Grafana replaces it when the app “{title}” is enabled',
  'extra-managed': 'not in the snapshot, but managed by {manager}',
  'extra-own': 'not in the snapshot, but no migration created it',
  'extra-filled': 'not in the snapshot, but contains resources that are kept',

  'org-renamed': 'gets its old name back; it is now named {name}',
  'org-matched': 'organization “{name}” has the ID {after} here, and {before} in the snapshot',
  'org-unnamed': {
    cli: 'the snapshot contains only the ID of this organization; restore its contents into an existing one with --map-org {id}=<id>',
    page: 'the snapshot contains only the ID of this organization',
  },
  'org-closed': {
    cli: 'only an Admin of organization {name} can read it; --apply joins that organization temporarily',
    page: 'only an admin of organization {name} can read it',
  },
  'security-unseen':
    'changes who has access or where data is sent, but the plan could not show this; restore it separately, as an Admin of its organization',
  'plan-unread':
    'resources that cannot be read in Grafana and are therefore not restored: {count} of {all}; the plan gives the reasons',
  'accounts-first': {
    cli: 'teams and permissions refer to users who have no account in this organization: {logins}; create the users, for example with {command}, or add them to the organization in Grafana, then restore again with --overwrite',
    page: 'teams and permissions refer to users who have no account in this organization: {logins}; create the users with {command}, or add them to the organization, then create a new plan that overwrites existing resources',
  },
  'command-line-only': {
    cli: '{kinds} are not included, because only the command line restores them: dashkeep restore {snapshot} --kinds {list}',
    page: 'not included, because only the command line restores them: {kinds}',
  },
  'only-this-org':
    'this restore covers only {org}, not {others}; to restore another organization, switch to it in Grafana, or run {command} as a server admin',
  'undo-of-this-org':
    'this undoes only the changes in this organization; to undo all changes, run {command} as a server admin',

  'other-grafana': 'this may not be the Grafana database that run {run} restored, at {url}',
  'safety-snapshot-gone':
    'the safety snapshot {snapshot} of this restore no longer exists, so the restore cannot be undone',
  created: 'the run created it',
  changed: 'the run changed it',
  deleted: 'the run deleted it',
  'undo-unseen': {
    cli: 'the run wrote it; --apply joins the resource’s organization temporarily, and keeps the resource if someone has changed it since',
    page: 'the run wrote it; applying this plan joins the resource’s organization temporarily, and keeps the resource if someone has changed it since',
  },
  'undo-keeps-admin':
    'because of the restore, account {login} may still be an Admin of these organizations: {orgs}; to revoke this, undo the restore on the command line as a server admin',
  'undo-created': 'the undo restored it',
  'undo-changed': 'the undo changed it back',
  'undo-deleted': 'the undo deleted it',
  'made-again': 'the run deleted it, and someone has recreated it',
  'deleted-since': 'someone has deleted it since',
  'changed-since': 'someone has changed it since',
  'half-written':
    'the interrupted restore may have written or deleted only part of it, or someone may have changed it since',
  'plan-changes-api':
    'saved through the API, for example by Terraform or grafana-operator, which may revert these changes: {titles}',
  'plan-changes-managed': 'managed by {manager}, which may revert these changes: {titles}',
  'plan-keeps-wider': {
    cli: 'existing permissions that grant more access than the snapshot does are kept ({number}): {titles}; --overwrite replaces them',
    page: 'existing permissions that grant more access than the snapshot does are kept ({number}): {titles}; overwrite existing resources to replace them',
  },
  'managed-since': 'now managed by {manager}',
  'gone-since': 'already deleted',
  'created-filled': 'the run created it, but it contains resources that are kept',
  'never-deleted': 'Dashkeep never deletes it',
  'org-stays':
    'the run created it, and Dashkeep never deletes organizations; a server admin can delete it under Administration > Organizations',
  'user-stays':
    'the run created it, and Dashkeep never deletes users; to delete it, use Administration > Users as a server admin',
  'of-new-org': 'belongs to an organization that the run created, and Dashkeep never deletes organizations',
  'goes-with-owner': 'deleted or kept together with its owner',
  'not-held': 'not in the snapshot created before the restore',
  'org-keeps-admin':
    'remains an Admin of {orgs}; a server admin can remove it under Administration > Organizations once another account is an Admin there',
  'org-keeps-name': 'the restore renamed it, and Dashkeep does not rename organizations back',
} as const satisfies Record<string, Text>;

/** Reasons why a promotion, or a restore that finishes another one, leaves a resource until someone decides. */
const CONFLICTS: ReadonlySet<string> = new Set([
  'changed-there',
  'deleted-there',
  'maybe-deleted-there',
  'undone-there',
  'not-promoted',
  'kept-unfinished',
] satisfies (keyof typeof PLAN_REASONS)[]);

/** Whether a plan skips a resource because someone changed it since an earlier run, or may have. */
export function isConflict({ code }: { code?: string | undefined }): boolean {
  return code !== undefined && CONFLICTS.has(code);
}

/** Reasons why an undo keeps a resource that someone changed since the restore. */
const CHANGED_SINCE: ReadonlySet<string> = new Set([
  'made-again',
  'deleted-since',
  'changed-since',
  'managed-since',
] satisfies (keyof typeof PLAN_REASONS)[]);

/** Whether an undo keeps a resource because someone changed it since the restore. */
export function isChangedSince({ code }: { code?: string | undefined }): boolean {
  return code !== undefined && CHANGED_SINCE.has(code);
}

/** Reasons why an undo keeps what the restore created, however often it is planned. */
const KEPT_BY_UNDO: ReadonlySet<string> = new Set([
  'created-filled',
  'never-deleted',
  'org-stays',
  'user-stays',
  'of-new-org',
  'org-keeps-admin',
] satisfies (keyof typeof PLAN_REASONS)[]);

/** Whether an undo left a resource for good, so that planning the rest would not change it. */
export function isKeptByUndo({ code }: { code?: string | undefined }): boolean {
  return code !== undefined && KEPT_BY_UNDO.has(code);
}
