import type { SecurityChange, SecurityCode } from '../../contract/plan.ts';

type Texts = Record<SecurityCode, (params: SecurityChange['params']) => string>;

/** What is not there is said, rather than left out. */
const from = (value: string | undefined): string => (value === undefined || value === '' ? 'nothing' : value);
const change = ({ before, after }: SecurityChange['params']): string => `from ${from(before)} to ${from(after)}`;

const TEXTS: Texts = {
  address: (params) => `${params['field']} changes ${change(params)}${secretsOf(params)}`,
  'hidden-address': ({ field }) => `${field}, a secret that may be an address, is replaced by that of the snapshot`,
  link: (params) => `${params['field']} leads somewhere else, ${change(params)}`,
  forwarding: (params) =>
    `${params['field']} changes ${change(params)}: more of the user's identity is forwarded, or less is checked`,
  'server-admin': () => 'becomes a server admin',
  account: ({ email, roles }) => `gets an account with the e-mail ${from(email)} and the roles ${from(roles)}`,
  email: (params) => `e-mail changes ${change(params)}`,
  'org-role': ({ org, before, after }) =>
    before === undefined
      ? `becomes ${after} of ${org}`
      : after === undefined
        ? `is no longer ${before} of ${org}`
        : `role in ${org} changes from ${before} to ${after}`,
  role: (params) => `role changes ${change(params)}; its tokens keep working`,
  enabled: () => 'is enabled again, with its tokens',
  'app-enabled': () => 'the app is enabled again, with its stored secrets',
  permission: gain,
  moved: ({ from: old, to, contents, ...given }) =>
    `moves from ${folder(old)} to ${folder(to)}${contents === 'yes' ? ' with everything in it' : ''}, where ${gain(given)}`,
  'moved-unread': ({ from: old, to }) =>
    `moves from ${folder(old)} to ${folder(to)}, and Dashkeep cannot read who has access there`,
  placed: ({ to, ...given }) => `is created in ${folder(to)}, where, compared with the snapshot, ${gain(given)}`,
  'placed-unread': ({ count, titles }) =>
    `of the resources that are created in the root folder, the snapshot lacks the permissions of ${count}, so that all Viewers can see and all Editors can edit them: ${titles}`,
  audience: ({ subject = '', name, after }) =>
    `${SUBJECTS[subject] ?? subject} ${name}, who could not see it when the snapshot was taken and has ${after} now, sees its earlier content`,
  'audience-shared': () =>
    'is shared externally, more widely than when the snapshot was taken: everyone who has the link sees its earlier content',
  'more-gain': ({ count }) => `${count} more get access in the same way`,
  'team-replaced': ({ name, after, members }) =>
    `team ${name} gets ${after}, which only has the name of the team in the snapshot: ${members} were not in that one`,
  'team-member': ({ login, before, after }) =>
    before === undefined ? `${login} becomes ${after} of the team` : `${login} becomes ${after}, was ${before}`,
  'member-email': ({ login, before, after }) =>
    `${login} gets access, whose e-mail was ${before} and is ${after}: check that it is the same person`,
  'org-taken': ({ name, before, after }) =>
    `gets the content of organization ${before} in the snapshot because it is named ${name}; its ID is ${after}: check that it is the same one`,
  public: ({ field }) => `${PUBLIC[field ?? ''] ?? field} for anyone who has the link`,
  'source-account': (params) =>
    `${params['field']} changes ${change(params)}: everyone who can query it may read other data`,
  'default-source': (params) => `becomes the default data source, ${change(params)}`,
  receiver: (params) => `alerts go by default to another contact point, ${change(params)}`,
  'receiver-added': ({ after }) => `alerts now also go to the contact point ${after}`,
  'rule-label': ({ rule, field, ...given }) =>
    `the label ${field} of the rule ${rule} changes ${change(given)}: policies may send its alerts to other contact points`,
  'receiver-wider': ({ name, matchers }) =>
    `the contact point ${name} gets more alerts: ${matchers === '' ? 'all of its branch' : `those with ${matchers}`}`,
};

const SUBJECTS: Record<string, string> = {
  role: 'role',
  user: 'user',
  team: 'team',
  serviceAccount: 'service account',
};

const PUBLIC: Record<string, string> = {
  isEnabled: 'the dashboard is public',
  share: 'the dashboard, which only invited people can see, is public',
  snapshot: 'the dashboard snapshot and its data are public',
  timeSelectionEnabled: 'other time ranges can be chosen',
  annotationsEnabled: 'annotations are shown',
};

function gain({ subject = '', name, before, after }: SecurityChange['params']): string {
  return `${SUBJECTS[subject] ?? subject} ${name} gets ${after}${before === undefined ? '' : ` instead of ${before}`}`;
}

function folder(title: string | undefined): string {
  return title === undefined || title === '' ? 'the root folder' : `folder '${title}'`;
}

function secretsOf({ secrets, keeps }: SecurityChange['params']): string {
  if (secrets === undefined) {
    return '';
  }
  return keeps === 'yes'
    ? `; Grafana will send the stored secrets there: ${secrets}`
    : `; the stored secrets are removed, enter them again: ${secrets}`;
}

/** One change of security in a line of English. */
export function securityText({ code, params }: SecurityChange): string {
  return TEXTS[code](params);
}
