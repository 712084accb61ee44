import type { SETTING_REASONS } from '../../../pkg/contract/reasons/settings.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** What is wrong with a setting. */
export const SETTING_TEXTS: Record<keyof typeof SETTING_REASONS, Text> = {
  'deployment-owned': () => t('reason.deployment-owned', 'Set by the deployment'),
  'deployment-only': (given) =>
    t('reason.deployment-only', 'Only the deployment can change this: {{variable}}, or {{chart}} in the chart', given),
  'lock-minimum': (given) => t('reason.lock-minimum', 'The deployment requires at least {{lock}} ({{source}})', given),
  'plain-copies-minimum': (given) =>
    t(
      'reason.plain-copies-minimum',
      'Only the deployment can turn on plain files for encrypted backups ({{variable}})',
      given,
    ),
  'keep-all-minimum': (given) =>
    t('reason.keep-all-minimum', 'The deployment keeps all snapshots ({{source}}). A rule would remove some', given),
  'schedule-fields': () => t('reason.schedule-fields', 'This is not a schedule. It needs five fields'),
  'schedule-invalid': () => t('reason.schedule-invalid', 'This is not a schedule'),
  'schedule-never': () => t('reason.schedule-never', 'This schedule never runs'),
  'timezone-unknown': () => t('reason.timezone-unknown', 'This is not a time zone. Use a name such as Europe/Paris'),
  'address-invalid': () => t('reason.address-invalid', 'An address starts with https:// or http://'),
  'address-scheme': () => t('reason.address-scheme', 'An address starts with https:// or http://'),
  'address-password': () => t('reason.address-password', 'Do not put a user name or password into the address'),
  'lock-days': () => t('reason.lock-days', 'Object lock needs at least one day'),
  'recipient-invalid': () => t('reason.recipient-invalid', 'This is not an age recipient. It starts with age1'),
  'identity-invalid': () => t('reason.identity-invalid', 'This is not an age identity'),
  'secret-spaces': () =>
    t('reason.secret-spaces', 'Contains spaces or control characters. Check that you pasted all of it'),
  'number-small': (given) => t('reason.number-small', 'The smallest value is {{least}}', given),
  'number-large': (given) => t('reason.number-large', 'The largest value is {{most}}', given),
  'number-whole': () => t('reason.number-whole', 'Enter a whole number'),
  'text-long': (given) => t('reason.text-long', 'This is longer than {{most}} characters', given),
  'list-long': (given) => t('reason.list-long', 'These are more than {{most}} entries', given),
  'value-invalid': () => t('reason.value-invalid', 'This value does not have the expected form'),
  'target-empty': () => t('reason.target-empty', 'The target is empty'),
  'target-quoted': () => t('reason.target-quoted', 'Write it without quotes'),
  'target-directory': () => t('reason.target-directory', 'Write a directory as file:///directory'),
  'target-no-scheme': () => t('reason.target-no-scheme', 'A target starts with s3:// or file://'),
  'target-scheme': (given) =>
    t('reason.target-scheme', '{{scheme}}:// is not supported. A target starts with s3:// or file://', given),
  'target-endpoint': () =>
    t(
      'reason.target-endpoint',
      'Enter the address of the S3 service as the endpoint. Here enter only bucket and prefix',
    ),
  'target-keys': () => t('reason.target-keys', 'Do not put access keys here. Enter them below'),
  'target-bucket': () =>
    t('reason.target-bucket', 'The bucket name is invalid: 3 to 63 letters, digits, dots and hyphens'),
  'target-prefix': (given) => t('reason.target-prefix', 'The prefix cannot be used: {{message}}', given),
  'target-slashes': () =>
    t('reason.target-slashes', 'Write a directory with three slashes and no host: file:///directory'),
  'target-escapes': () => t('reason.target-escapes', 'In a directory, write ? as %3F and # as %23'),
  'target-root': () => t('reason.target-root', 'The root of the file system cannot be the target'),
};
