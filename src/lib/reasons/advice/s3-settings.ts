import type { S3_SETTINGS_ADVICE } from '../../../../pkg/contract/reasons/advice/s3-settings.ts';
import { t } from '../../i18n.ts';
import type { Text } from '../text.ts';

/** What to do about the settings of an S3 target. */
export const S3_SETTINGS_ADVICE_TEXTS: Record<keyof typeof S3_SETTINGS_ADVICE, Text> = {
  'correct-region': () => t('reason.correct-region', 'The bucket is in another region. Correct the region.'),
  'set-access-key': () =>
    t(
      'reason.set-access-key',
      'Enter an access key and its secret, or a profile. AWS roles are not sent to other services.',
    ),
  'set-access-key-or-role': () =>
    t(
      'reason.set-access-key-or-role',
      'Enter an access key and its secret, or a profile, or give the pod an IAM role.',
    ),
  'set-scaleway-endpoint': () =>
    t('reason.set-scaleway-endpoint', 'Set the endpoint to https://s3.fr-par.scw.cloud, or to that of your region.'),
  'add-services-section': () =>
    t(
      'reason.add-services-section',
      'Add the section, or set the endpoint. Without it, the keys would be sent to AWS.',
    ),
  'indent-endpoint': () =>
    t(
      'reason.indent-endpoint',
      'Write “s3 =” and, indented on the next line, “endpoint_url = https://…”, or set the endpoint.',
    ),
  'write-endpoint': () =>
    t(
      'reason.write-endpoint',
      'Write an endpoint like https://s3.fr-par.scw.cloud, without quotes and without the bucket.',
    ),
  'choose-profile': (given) =>
    t(
      'reason.choose-profile',
      'These profiles exist: {{profiles}}. In the configuration file, write all except [default] as [profile name].',
      given,
    ),
  'create-profile': () =>
    t(
      'reason.create-profile',
      'There are no profiles. In the configuration file, write all except [default] as [profile name].',
    ),
  'set-endpoint': () => t('reason.set-endpoint', 'Set the endpoint to the address of your S3 service.'),
  'set-region': () => t('reason.set-region', 'Set the region. A service without regions takes us-east-1.'),
  'set-region-of-endpoint': (given) =>
    t('reason.set-region-of-endpoint', 'Set the region. For this endpoint, it is {{region}}.', given),
  'encryption-ignored': () =>
    t(
      'reason.encryption-ignored',
      'The bucket ignores the encryption that you set: enable it there, or switch it off here. The objects there are not encrypted by the bucket.',
    ),
  'lock-ignored': () =>
    t(
      'reason.lock-ignored',
      'The bucket ignores object lock: use a bucket that has it, or switch it off here. The objects there are not locked.',
    ),
};
