import type { LOSS_REASONS } from '../../../pkg/contract/reasons/losses.ts';
import { t } from '../i18n.ts';
import { withKind, type Text } from './text.ts';

/** What a restored resource lacks. */
export const LOSS_TEXTS: Record<keyof typeof LOSS_REASONS, Text> = {
  'uses-missing': (given) => t('reason.uses-missing', 'Uses “{{title}}” ({{kind}}), which is missing', withKind(given)),
  'uses-missing-offered': (given) =>
    t('reason.uses-missing-offered', 'Uses “{{title}}” ({{kind}}), which is missing. You can add it', withKind(given)),
  'linked-group': (given) => t('reason.linked-group', 'The linked alert rule group {{title}} is missing', given),
  'rules-paused': () =>
    t('reason.rules-paused', 'Its rules are paused, so that nothing fires twice. Resume them in Grafana'),
  'enter-again': (given) => t('reason.enter-again', 'Enter again: {{field}}', given),
  'enter-again-in': (given) => t('reason.enter-again-in', 'Enter again: {{field}} of {{type}}', given),
  'integration-placeholder': (given) =>
    t('reason.integration-placeholder', '{{field}} of {{type}} holds a placeholder until then', given),
  'integrations-stay': (given) =>
    t('reason.integrations-stay', 'Integrations that are not in the snapshot stay: {{types}}', given),
  'rules-stay': (given) => t('reason.rules-stay', 'Rules that are not in the snapshot stay: {{titles}}', given),
  'rule-fields-lost': (given) =>
    t(
      'reason.rule-fields-lost',
      'Grafana {{version}} does not know these fields of rules, so they are lost: {{fields}}',
      given,
    ),
  'default-taken': (given) => t('reason.default-taken', 'Becomes the default in place of {{name}}', given),
  'default-kept': () =>
    t('reason.default-kept', 'Stays the default, because Grafana can only move that to another data source'),
  'password-missing': () => t('reason.password-missing', 'Set a new password for this account'),
  'no-server-admin': () =>
    t('reason.no-server-admin', 'Does not become a server admin: a restore never promotes an existing account'),
  'not-disabled': () => t('reason.not-disabled', 'Is not disabled: a restore never disables an existing account'),
  'membership-lost': (given) =>
    t('reason.membership-lost', 'No membership of {{org}}: no such organization here', given),
  'member-lost': (given) =>
    t('reason.member-lost', 'Without the member {{login}}: no such user in this organization', given),
  'member-other': (given) =>
    t(
      'reason.member-other',
      'Without the member {{login}}: no such user in this organization. {{email}} belongs to {{other}}, who is not added',
      given,
    ),
  'permission-lost': (given) =>
    t('reason.permission-lost', 'Without {{permission}} for {{name}}: not in this Grafana', given),
  'team-missing': (given) =>
    t('reason.team-missing', 'Without the preferences of team {{team}}, which is missing', given),
  'home-missing': (given) => t('reason.home-missing', 'Without its home dashboard: no dashboard {{uid}} here', given),
  'link-kept': () =>
    t('reason.link-kept', 'The dashboard is shared under another link here, which Grafana cannot change'),
  'recipients-lost': () => t('reason.recipients-lost', 'Invite the recipients again'),
  'tokens-lost': () => t('reason.tokens-lost', 'Create new tokens'),
  'delete-key-new': () => t('reason.delete-key-new', 'Gets a new delete key'),
  'uid-new': () => t('reason.uid-new', 'Gets a new UID, because this Grafana assigns them to playlists'),
  'uid-other': (given) => t('reason.uid-other', 'Its UID is {{uid}} here', given),
  'id-new': () => t('reason.id-new', 'Gets a new id'),
  'start-new': () => t('reason.start-new', 'Starts now, if its start is in the past'),
};
