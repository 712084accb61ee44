import type { SecurityChange, SecurityCode } from '../../pkg/contract/plan.ts';
import { plural, t } from './i18n.ts';

type Params = SecurityChange['params'];

/** One change to who may see or receive what, in the user's words. */
export function securityChangeText({ code, params }: SecurityChange): string {
  const texts: Record<SecurityCode, (given: Params) => string> = {
    address: (given) => [moved(given), secretsText(given)].filter((part) => part !== '').join(' '),
    'hidden-address': ({ field = '' }) =>
      t(
        'security.hiddenAddress',
        '{{field}} is replaced by the value in the snapshot. It is secret and may be an address.',
        {
          field,
        },
      ),
    link: (given) => t('security.link', '{{field}} leads somewhere else: {{before}} → {{after}}.', values(given)),
    forwarding: (given) =>
      t(
        'security.forwarding',
        '{{field}}: {{before}} → {{after}}. This forwards more of the user’s identity, or checks less.',
        values(given),
      ),
    'server-admin': () => t('security.serverAdmin', 'Becomes a server admin.'),
    account: ({ email = '', roles = '' }) =>
      t('security.account', 'Gets an account with the email {{email}} and these roles: {{roles}}.', {
        email: email || nothing(),
        roles: roles || nothing(),
      }),
    email: (given) => t('security.email', 'Email: {{before}} → {{after}}.', values(given)),
    'org-role': orgRole,
    role: (given) => t('security.role', 'Role: {{before}} → {{after}}. Its tokens keep working.', values(given)),
    enabled: () => t('security.enabled', 'Is enabled again, with its tokens.'),
    'app-enabled': () => t('security.appEnabled', 'The app is enabled again, with its stored secrets.'),
    permission: ({ subject = '', name = '', ...given }) =>
      t('security.permission', '{{subject}} {{name}}: {{before}} → {{after}}.', {
        subject: subjectText(subject),
        name,
        ...values(given),
      }),
    moved: ({ contents, ...given }) =>
      contents === 'yes'
        ? t(
            'security.movedFolder',
            'Moves from {{from}} to {{to}} with everything in it. {{subject}} {{name}} there: {{before}} → {{after}}.',
            places(given),
          )
        : t(
            'security.moved',
            'Moves from {{from}} to {{to}}. {{subject}} {{name}} there: {{before}} → {{after}}.',
            places(given),
          ),
    'moved-unread': (given) =>
      t(
        'security.movedUnread',
        'Moves from {{from}} to {{to}}. Dashkeep cannot read who has access there.',
        places(given),
      ),
    placed: (given) =>
      t(
        'security.placed',
        'Is created in {{to}}. {{subject}} {{name}} there: {{before}} in the snapshot → {{after}}.',
        places(given),
      ),
    'placed-unread': ({ count = '', titles = '' }) =>
      plural(
        'security.placedUnread',
        Number(count),
        'Is created in the root folder without permissions, which the snapshot lacks: all Viewers can see it, and all Editors can edit it.',
        '{{number}} folders and dashboards are created in the root folder without permissions, which the snapshot lacks: all Viewers can see them, and all Editors can edit them ({{titles}}).',
        { titles },
      ),
    audience: ({ subject = '', name = '', after = '' }) =>
      t(
        'security.audience',
        '{{subject}} {{name}} can see it now ({{after}}) and could not when the snapshot was made. This shows them its earlier content.',
        { subject: subjectText(subject), name, after },
      ),
    'audience-shared': () =>
      t(
        'security.audienceShared',
        'It is shared externally, more widely than when the snapshot was made. This shows its earlier content to everyone who has the link.',
      ),
    'more-gain': ({ count = '' }) =>
      plural(
        'security.moreGain',
        Number(count),
        '{{number}} more gets access in the same way.',
        '{{number}} more get access in the same way.',
      ),
    'team-replaced': ({ name = '', after = '', members = '' }) =>
      t(
        'security.teamReplaced',
        'Team {{name}} gets {{after}}. It is not the team in the snapshot, only has its name; not in that team were: {{members}}.',
        { name, after, members },
      ),
    'team-member': ({ login = '', ...given }) =>
      t('security.teamMember', 'Member {{login}}: {{before}} → {{after}}.', { login, ...values(given) }),
    'member-email': ({ login = '', ...given }) =>
      t(
        'security.memberEmail',
        '{{login}} gets access. Email: {{before}} in the snapshot, now {{after}}. Check that it is the same person.',
        { login, ...values(given) },
      ),
    'org-taken': ({ name = '', before = '', after = '' }) =>
      t(
        'security.orgTaken',
        'Gets the content of organization {{before}} in the snapshot because its name is {{name}}. Its ID is {{after}}: check that it is the same one.',
        { name, before, after },
      ),
    public: ({ field = '' }) => publicText(field),
    'source-account': (given) =>
      t(
        'security.sourceAccount',
        '{{field}}: {{before}} → {{after}}. Everyone who can query it may read other data.',
        values(given),
      ),
    'default-source': (given) =>
      t(
        'security.defaultSource',
        'The default data source changes: {{before}} → {{after}}. Queries that name none go there.',
        values(given),
      ),
    receiver: (given) =>
      t('security.receiver', 'Alerts go by default to another contact point: {{before}} → {{after}}.', values(given)),
    'receiver-added': ({ after = '' }) =>
      t('security.receiverAdded', 'Alerts now also go to the contact point {{name}}.', { name: after }),
    'rule-label': ({ rule = '', ...given }) =>
      t(
        'security.ruleLabel',
        'Label {{field}} of the rule {{rule}}: {{before}} → {{after}}. Notification policies may send its alerts to other contact points.',
        { rule, ...values(given) },
      ),
    'receiver-wider': ({ name = '', matchers = '' }) =>
      matchers === ''
        ? t('security.receiverAll', 'The contact point {{name}} gets more alerts: all of its branch.', { name })
        : t('security.receiverWider', 'The contact point {{name}} gets more alerts: those with {{matchers}}.', {
            name,
            matchers,
          }),
  };
  return texts[code](params);
}

const nothing = () => t('security.nothing', 'nothing');

function values({ field = '', before, after }: Params): { field: string; before: string; after: string } {
  return { field, before: before || nothing(), after: after || nothing() };
}

function places({ from, to, subject = '', name = '', ...given }: Params) {
  const folder = (title = ''): string => title || t('security.rootFolder', 'the root folder');
  return { from: folder(from), to: folder(to), subject: subjectText(subject), name, ...values(given) };
}

function moved(given: Params): string {
  return t('security.address', '{{field}}: {{before}} → {{after}}.', values(given));
}

function secretsText({ secrets, keeps }: Params): string {
  if (secrets === undefined) {
    return '';
  }
  return keeps === 'yes'
    ? t('security.secretsKept', 'Grafana will send the stored secrets there: {{secrets}}.', { secrets })
    : t('security.secretsDropped', 'The stored secrets are removed. Enter them again: {{secrets}}.', { secrets });
}

function orgRole({ org = '', before, after }: Params): string {
  return before === undefined
    ? t('security.orgJoined', 'Becomes {{role}} of {{org}}.', { role: after ?? '', org })
    : after === undefined
      ? t('security.orgLeft', 'Is no longer {{role}} of {{org}}.', { role: before, org })
      : t('security.orgRole', 'Role in {{org}}: {{before}} → {{after}}.', { org, before, after });
}

function subjectText(subject: string): string {
  const texts: Record<string, string> = {
    role: t('security.subjectRole', 'Role'),
    user: t('security.subjectUser', 'User'),
    team: t('security.subjectTeam', 'Team'),
    serviceAccount: t('security.subjectServiceAccount', 'Service account'),
  };
  return texts[subject] ?? subject;
}

function publicText(field: string): string {
  const texts: Record<string, string> = {
    isEnabled: t('security.public', 'The dashboard becomes public for anyone who has the link.'),
    share: t(
      'security.publicShare',
      'The dashboard, which only invited people can see, becomes public for anyone who has the link.',
    ),
    snapshot: t(
      'security.publicSnapshot',
      'The dashboard snapshot, with its data, becomes public for anyone who has the link.',
    ),
    timeSelectionEnabled: t('security.publicTime', 'Anyone who has the link can choose other time ranges.'),
    annotationsEnabled: t('security.publicAnnotations', 'Anyone who has the link can see annotations.'),
  };
  return texts[field] ?? field;
}
