import type { REFUSAL_REASONS } from '../../../pkg/contract/reasons/refusals.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** Why a Grafana does not have a kind, or would not take a resource. */
export const REFUSAL_TEXTS: Record<keyof typeof REFUSAL_REASONS, Text> = {
  'needs-server-admin': () =>
    t('reason.needs-server-admin', 'Needs the credentials of a server admin, which the service does not have'),
  'alerting-late': (given) =>
    t(
      'reason.alerting-late',
      'Grafana did not start alerting in the organization {{org}} within {{minutes}} minutes',
      given,
    ),
  'alerting-off': () => t('reason.alerting-off', 'Alerting is switched off in Grafana'),
  'public-dashboards-off': () =>
    t('reason.public-dashboards-off', 'Sharing dashboards publicly is switched off in Grafana'),
  'no-sso-api': () => t('reason.no-sso-api', 'This Grafana does not show its single sign-on settings'),
  'enterprise-only': () => t('reason.enterprise-only', 'Only in the paid editions of Grafana'),
  'version-has-none': (given) => t('reason.version-has-none', 'Grafana {{version}} has none', given),
  'file-provisioned': () =>
    t('reason.file-provisioned', 'A file of this Grafana provisions it: change the file instead'),
  'file-provisions': () =>
    t('reason.file-provisions', 'A file provisions it here, and Grafana refuses to change it: change the file'),
  'file-brings-back': () => t('reason.file-brings-back', 'It was provisioned from a file, which brings it back'),
  'scim-manages': () => t('reason.scim-manages', 'An identity provider manages it here'),
  'account-from-sign-in': () =>
    t(
      'reason.account-from-sign-in',
      'It comes from single sign-on or a directory: the account is made at the next sign-in',
    ),
  'plugin-makes': () => t('reason.plugin-makes', 'It belongs to a plugin, which makes it'),
  'plugin-missing': (given) =>
    t('reason.plugin-missing', 'The plugin {{uid}} is not installed here: install it first', given),
  'one-policy-tree': (given) =>
    t('reason.one-policy-tree', 'Grafana {{version}} has a single tree of notification policies', given),
  'api-version': (given) =>
    t(
      'reason.api-version',
      'Grafana {{version}} does not know {{apiVersion}}, which this dashboard is written in',
      given,
    ),
  'panel-twin': (given) =>
    t('reason.panel-twin', 'A library panel of the same name is in that folder already, with the id {{uid}}', given),
  'folder-twin': (given) =>
    t('reason.folder-twin', 'A folder of the same name is there already, with the id {{uid}}', given),
  'data-source-twin': (given) =>
    t(
      'reason.data-source-twin',
      'Another data source is called {{title}} here, with the id {{uid}}: map it to that one',
      given,
    ),
  'uid-refused': (given) =>
    t('reason.uid-refused', 'Grafana refuses the id {{uid}}: map it to another one, such as {{proposed}}', given),
  'rule-elsewhere': (given) =>
    t(
      'reason.rule-elsewhere',
      'Its rule {{title}} is in the group {{group}} now, and would be moved away from there',
      given,
    ),
  'silence-ended': (given) => t('reason.silence-ended', 'It ended at {{end}}', given),
  'snapshot-fixed': () => t('reason.snapshot-fixed', 'A dashboard snapshot cannot be changed'),
  'snapshot-external': () => t('reason.snapshot-external', 'It was published on another server, which holds its data'),
  'snapshot-origin': () =>
    t('reason.snapshot-origin', 'It does not say which dashboard it was made of, and Grafana insists on that'),
  'snapshot-expired': (given) => t('reason.snapshot-expired', 'It expired on {{expires}}', given),
};
