import type { LOSS_REASONS } from '../../../pkg/contract/reasons/losses.ts';
import { t } from '../i18n.ts';
import { withKind, type Text } from './text.ts';

/** What a restored resource lacks. */
export const LOSS_TEXTS: Record<keyof typeof LOSS_REASONS, Text> = {
  'uses-missing': (given) =>
    t('reason.uses-missing', '“{{title}}” ({{kind}}), which it uses, is not there', withKind(given)),
  'uses-missing-offered': (given) =>
    t(
      'reason.uses-missing-offered',
      '“{{title}}” ({{kind}}), which it uses, is not there; it can be added',
      withKind(given),
    ),
  'linked-group': (given) => t('reason.linked-group', 'The alert rule group {{title}} linked to it is missing', given),
  'rules-paused': () =>
    t('reason.rules-paused', 'Its rules come paused, so that nothing fires twice; resume them in Grafana'),
  'enter-again': (given) => t('reason.enter-again', 'Enter again: {{field}}', given),
  'enter-again-in': (given) => t('reason.enter-again-in', 'Enter again: {{field}} of {{type}}', given),
  'integration-placeholder': (given) =>
    t('reason.integration-placeholder', '{{field}} of {{type}} holds a placeholder until then', given),
  'integrations-stay': (given) =>
    t('reason.integrations-stay', 'Integrations that the snapshot lacks stay: {{types}}', given),
  'rules-stay': (given) => t('reason.rules-stay', 'Rules that the snapshot lacks stay: {{titles}}', given),
  'default-taken': (given) => t('reason.default-taken', 'Becomes the default in place of {{name}}', given),
  'default-kept': () => t('reason.default-kept', 'Stays the default: Grafana only moves that to another data source'),
  'password-missing': () => t('reason.password-missing', 'Set a new password for this account'),
  'no-server-admin': () =>
    t('reason.no-server-admin', 'Does not become a server admin: an existing account never does'),
  'not-disabled': () => t('reason.not-disabled', 'Is not disabled: an existing account never is'),
  'membership-lost': (given) =>
    t('reason.membership-lost', 'No membership of {{org}}: there is no such organization here', given),
  'member-lost': (given) =>
    t('reason.member-lost', 'Without the member {{login}}: there is no such user in this organization', given),
  'permission-lost': (given) =>
    t('reason.permission-lost', 'Without {{permission}} for {{name}}: not in this Grafana', given),
  'team-missing': (given) =>
    t('reason.team-missing', 'Without the preferences of the team {{team}}, which is not there', given),
  'home-missing': (given) =>
    t('reason.home-missing', 'Without its home dashboard: there is no dashboard {{uid}} here', given),
  'link-kept': () =>
    t('reason.link-kept', 'The dashboard is shared under another link here, which Grafana cannot change'),
  'recipients-lost': () => t('reason.recipients-lost', 'Invite its recipients again'),
  'tokens-lost': () => t('reason.tokens-lost', 'Make new tokens'),
  'delete-key-new': () => t('reason.delete-key-new', 'Gets a new key for deleting it'),
  'uid-new': () => t('reason.uid-new', 'Gets a new id: this Grafana makes one up for playlists'),
  'uid-other': (given) => t('reason.uid-other', 'Its id is {{uid}} here', given),
  'id-new': () => t('reason.id-new', 'Gets a new id'),
  'start-new': () => t('reason.start-new', 'Starts now, when its start has passed'),
};
