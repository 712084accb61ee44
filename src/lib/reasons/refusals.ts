import type { REFUSAL_REASONS } from '../../../pkg/contract/reasons/refusals.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** Why a Grafana does not have a kind, or would not take a resource. */
export const REFUSAL_TEXTS: Record<keyof typeof REFUSAL_REASONS, Text> = {
  'no-member': (given) =>
    t('reason.no-member', 'The account is not a member of organization {{org}}. Make it an Admin there', given),
  'dashboards-converted': (given) =>
    t(
      'reason.dashboards-converted',
      'Grafana {{version}} converts dashboards of the new form (v2), which loses tabs and layouts, because requests to /apis do not reach it. Let them through',
      given,
    ),
  'too-large': (given) =>
    t(
      'reason.too-large',
      'Grafana’s response takes more than {{mib}} MiB of memory, which is the limit of the service',
      given,
    ),
  'item-too-large': (given) =>
    t(
      'reason.item-too-large',
      'Item {{position}} of the list takes more than {{mib}} MiB of memory, which is the limit of the service. Grafana does not show its name',
      given,
    ),
  'annotation-too-large': () =>
    t('reason.annotation-too-large', 'The annotation is larger than 1 MiB, which is the limit for one annotation'),
  'name-too-long': () => t('reason.name-too-long', 'The name has more than 1000 characters, which is the limit'),
  'needs-server-admin': () =>
    t(
      'reason.needs-server-admin',
      'Only the command line can back this up, with the name and password of a server admin',
    ),
  'alerting-late': (given) =>
    t(
      'reason.alerting-late',
      'Grafana did not start alerting in organization {{org}} within {{minutes}} minutes',
      given,
    ),
  'alerting-off': () => t('reason.alerting-off', 'Alerting is turned off in this Grafana'),
  'public-dashboards-off': () => t('reason.public-dashboards-off', 'Public dashboards are turned off in this Grafana'),
  'no-sso-api': () => t('reason.no-sso-api', 'This Grafana has no API for single sign-on settings'),
  'enterprise-only': () => t('reason.enterprise-only', 'Only in Grafana Enterprise and Cloud'),
  'version-has-none': (given) => t('reason.version-has-none', 'Grafana {{version}} has none', given),
  'file-provisioned': () =>
    t('reason.file-provisioned', 'Provisioned from a file of this Grafana. Change the file instead'),
  'file-provisions': () =>
    t('reason.file-provisions', 'A file provisions it here, and Grafana does not allow changes. Change the file'),
  'file-brings-back': () => t('reason.file-brings-back', 'Was provisioned from a file, which creates it again'),
  'scim-manages': () => t('reason.scim-manages', 'An identity provider manages it here'),
  'account-from-sign-in': () =>
    t(
      'reason.account-from-sign-in',
      'Comes from single sign-on or LDAP. Grafana creates the account at the next sign-in',
    ),
  'plugin-makes': () => t('reason.plugin-makes', 'Belongs to a plugin, which creates it'),
  'plugin-missing': (given) =>
    t('reason.plugin-missing', 'The plugin {{uid}} is not installed here. Install it first', given),
  'one-policy-tree': (given) =>
    t('reason.one-policy-tree', 'Grafana {{version}} has a single tree of notification policies', given),
  'api-version': (given) =>
    t('reason.api-version', 'Grafana {{version}} does not support {{apiVersion}}, which this dashboard uses', given),
  'panel-stays-in-folder': () =>
    t(
      'reason.panel-stays-in-folder',
      'Grafana cannot move a library panel that dashboards use out of its folder to the root. All else of it is restored',
    ),
  'panel-twin': (given) =>
    t('reason.panel-twin', 'A library panel with the same name is already in that folder, with UID {{uid}}', given),
  'folder-twin': (given) =>
    t('reason.folder-twin', 'A folder with the same name already exists, with UID {{uid}}', given),
  'data-source-twin': (given) =>
    t(
      'reason.data-source-twin',
      'Another data source is named {{title}} here, with UID {{uid}}. Map this one to it',
      given,
    ),
  'uid-refused': (given) =>
    t(
      'reason.uid-refused',
      'Grafana does not accept the UID {{uid}}. Map it to another one, such as {{proposed}}',
      given,
    ),
  'rule-elsewhere': (given) =>
    t('reason.rule-elsewhere', 'Its rule {{title}} is now in group {{group}} and would be removed from there', given),
  'silence-ended': (given) => t('reason.silence-ended', 'Ended at {{end}}', given),
  'snapshot-fixed': () => t('reason.snapshot-fixed', 'A dashboard snapshot cannot be changed'),
  'snapshot-external': () => t('reason.snapshot-external', 'Was published on another server, which holds its data'),
  'snapshot-origin': () => t('reason.snapshot-origin', 'Does not name its source dashboard, which Grafana requires'),
  'snapshot-expired': (given) => t('reason.snapshot-expired', 'Expired on {{expires}}', given),
};
