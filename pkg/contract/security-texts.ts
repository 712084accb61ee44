import type { SecurityChange } from './plan.ts';
import { fill } from './texts.ts';

/** English sentences for changes to access or data destinations; other languages are beside them (`french.json`). */
export const SECURITY = {
  address: '{field}: {before} → {after}.',
  'secrets-kept': 'Grafana will send the stored secrets there: {secrets}.',
  'secrets-dropped': 'The stored secrets are removed. Enter them again: {secrets}.',
  'hidden-address': '{field} is replaced by the value in the snapshot. It is secret and may be an address.',
  'supplied-address': '{field} is replaced by the supplied value. It is secret and may be an address.',
  link: '{field} has a different destination: {before} → {after}.',
  forwarding: '{field}: {before} → {after}. This forwards more of the user’s identity, or weakens checks.',
  'server-admin': 'Becomes a server admin.',
  account: 'Gets an account with the email address {email} and these roles: {roles}.',
  email: 'Email: {before} → {after}.',
  'org-joined': 'Becomes {after} of {org}.',
  'org-left': 'Is no longer {before} of {org}.',
  'org-role': 'Role in {org}: {before} → {after}.',
  role: 'Role: {before} → {after}. Its tokens keep working.',
  enabled: 'Is enabled again, with its tokens.',
  'app-enabled': 'The app is enabled again, with its stored secrets.',
  permission: '{subject} {name}: {before} → {after}.',
  moved: 'Moves from {from} to {to}. {subject} {name} there: {before} → {after}.',
  'moved-folder': 'Moves, with its contents, from {from} to {to}. {subject} {name} there: {before} → {after}.',
  'moved-unread': 'Moves from {from} to {to}. Dashkeep cannot determine who has access there.',
  placed: 'Is created in {to}. {subject} {name} there: {before} in the snapshot → {after}.',
  'placed-unread':
    'Is created in the root folder without permissions, because the snapshot contains none: all Viewers can see it, and all Editors can edit it.',
  'placed-unread-many':
    '{count} folders and dashboards are created in the root folder without permissions, because the snapshot contains none: all Viewers can see them, and all Editors can edit them ({titles}).',
  audience:
    '{subject} {name} can see it now ({after}), but could not when the snapshot was created. The restore shows them the earlier content.',
  'audience-shared':
    'It is shared externally, more widely than when the snapshot was created. The restore shows the earlier content to everyone who has the link.',
  'more-gain': '{count} more gets access in the same way.',
  'more-gain-many': '{count} more get access in the same way.',
  'team-replaced':
    'Team {name} gets {after}. It is not the team in the snapshot, but has the same name. Members who were not in that team: {members}.',
  'team-member': 'Member {login}: {before} → {after}.',
  'account-missing': 'This takes effect only if the account exists when the plan is applied.',
  'member-email':
    '{login} gets access. Email: {before} in the snapshot, now {after}. Check that it is the same person.',
  'org-maybe-renamed':
    'Is created. If it is the same organization as {id}, which is now named {name}, its content is restored a second time. To avoid this, first give that organization its old name back.',
  'org-taken':
    'Gets the content of organization {before} in the snapshot, because both are named {name}. The ID here is {after}: check that it is the same organization.',
  public: '{field}: anyone who has the link can see more.',
  'public-isEnabled': 'The dashboard becomes public to anyone who has the link.',
  'public-share': 'The dashboard, which only invited people can see, becomes public to anyone who has the link.',
  'public-snapshot': 'The dashboard snapshot, with its data, becomes public to anyone who has the link.',
  'public-timeSelectionEnabled': 'Anyone who has the link can choose other time ranges.',
  'public-annotationsEnabled': 'Anyone who has the link can see annotations.',
  'source-account':
    '{field}: {before} → {after}. Everyone who can query this data source may gain access to other data.',
  'default-source':
    'The default data source changes: {before} → {after}. Queries without a data source then go to the new one.',
  receiver: 'By default, alerts go to another contact point: {before} → {after}.',
  'receiver-added': 'Alerts now also go to the contact point {after}.',
  'rule-label':
    'Label {field} of the rule {rule}: {before} → {after}. Notification policies may send its alerts to other contact points.',
  'receiver-wider': 'The contact point {name} gets more alerts: those with {matchers}.',
  'receiver-all': 'The contact point {name} gets more alerts: all alerts of its branch.',

  nothing: 'nothing',
  'root-folder': 'the root folder',
  'subject-role': 'Role',
  'subject-user': 'User',
  'subject-team': 'Team',
  'subject-serviceAccount': 'Service account',
} as const;

export type SecurityText = keyof typeof SECURITY;

/**
 * One change of security in sentences that start with a capital letter; `template` gives those of another language.
 */
export function securityText({ code, params }: SecurityChange, template = english): string {
  const values = { ...params, ...placesOf(params, template), subject: subjectText(params['subject'] ?? '', template) };
  return textsOf({ code, params })
    .map((text) => fill(template(text), values, template('nothing')))
    .join(' ');
}

/** Who a permission is for, in words. */
export function subjectText(subject: string, template = english): string {
  const text = `subject-${subject}`;
  return isText(text) ? template(text) : subject;
}

function english(text: SecurityText): string {
  return SECURITY[text];
}

function placesOf({ from, to }: SecurityChange['params'], template: typeof english) {
  return { from: from || template('root-folder'), to: to || template('root-folder') };
}

function textsOf({ code, params }: SecurityChange): SecurityText[] {
  const { account, before, after, contents, count, field, keeps, matchers, secrets } = params;
  switch (code) {
    case 'team-member':
    case 'permission':
      return account === undefined ? [code] : [code, 'account-missing'];
    case 'address':
      return secrets === undefined ? [code] : [code, keeps === 'yes' ? 'secrets-kept' : 'secrets-dropped'];
    case 'org-role':
      return [before === undefined ? 'org-joined' : after === undefined ? 'org-left' : code];
    case 'moved':
      return [contents === 'yes' ? 'moved-folder' : code];
    case 'placed-unread':
    case 'more-gain':
      return [count === '1' ? code : `${code}-many`];
    case 'public': {
      const text = `public-${field}`;
      return [isText(text) ? text : code];
    }
    case 'receiver-wider':
      return [matchers === '' ? 'receiver-all' : code];
    default:
      return [code];
  }
}

function isText(text: string): text is SecurityText {
  return Object.hasOwn(SECURITY, text);
}
