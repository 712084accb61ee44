import type { SETTING_REASONS } from '../../../pkg/contract/reasons/settings.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** What is wrong with a setting. */
export const SETTING_TEXTS: Record<keyof typeof SETTING_REASONS, Text> = {
  'deployment-owned': () => t('reason.deployment-owned', 'Set by the deployment'),
  'schedule-fields': () => t('reason.schedule-fields', 'This is not a schedule: five fields are needed'),
  'schedule-invalid': () => t('reason.schedule-invalid', 'This is not a schedule'),
  'schedule-never': () => t('reason.schedule-never', 'This schedule never runs'),
  'timezone-unknown': () => t('reason.timezone-unknown', 'This is not a time zone; such as Europe/Paris'),
  'address-invalid': () => t('reason.address-invalid', 'An address begins with https:// or http://'),
  'address-scheme': () => t('reason.address-scheme', 'An address begins with https:// or http://'),
  'address-password': () => t('reason.address-password', 'Names and passwords do not belong into the address'),
  'lock-days': () => t('reason.lock-days', 'Object lock needs at least one day'),
  'recipient-invalid': () => t('reason.recipient-invalid', 'This is not an age recipient; it begins with age1'),
  'identity-invalid': () => t('reason.identity-invalid', 'This is not an age identity'),
  'secret-spaces': () => t('reason.secret-spaces', 'It holds spaces or control characters: was it pasted whole?'),
  'target-empty': () => t('reason.target-empty', 'The target is empty'),
  'target-quoted': () => t('reason.target-quoted', 'Write it without quotes'),
  'target-directory': () => t('reason.target-directory', 'A directory is written file:///directory'),
  'target-no-scheme': () => t('reason.target-no-scheme', 'It begins with s3:// or file://'),
  'target-scheme': (given) =>
    t('reason.target-scheme', '{{scheme}}:// is not supported; it begins with s3:// or file://', given),
  'target-endpoint': () =>
    t('reason.target-endpoint', 'Enter the address of the S3 service as the endpoint, and only bucket and prefix here'),
  'target-keys': () => t('reason.target-keys', 'Access keys do not belong into it: enter them below'),
  'target-bucket': () => t('reason.target-bucket', 'It names no bucket: 3 to 63 letters, digits, dots and hyphens'),
  'target-prefix': (given) => t('reason.target-prefix', 'The prefix cannot be used: {{message}}', given),
  'target-slashes': () =>
    t('reason.target-slashes', 'A directory is written with three slashes, file:///directory, and no host'),
  'target-escapes': () => t('reason.target-escapes', 'In a directory, ? is written %3F and # is written %23'),
  'target-root': () => t('reason.target-root', 'The root of the file system is no place for a repository'),
};
