import type { Text } from '../../texts.ts';

/** What to do about the settings of an S3 target. */
export const S3_SETTINGS_ADVICE = {
  'correct-region': 'The bucket is in another region. Correct the region.',
  'set-access-key': {
    cli: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or specify a profile. Credentials of AWS roles are not sent to other services.',
    page: 'Enter an access key and its secret, or a profile. Credentials of AWS roles are not sent to other services.',
  },
  'set-access-key-or-role': {
    cli: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, specify a profile, or give the pod an IAM role.',
    page: 'Enter an access key and its secret, or a profile, or give the pod an IAM role.',
  },
  'set-scaleway-endpoint': {
    cli: 'Set DASHKEEP_S3_ENDPOINT, or endpoint_url in the config file, to https://s3.fr-par.scw.cloud or to the endpoint of your region.',
    page: 'Set the endpoint to https://s3.fr-par.scw.cloud, or to that of your region.',
  },
  'add-services-section': {
    cli: 'Add the section, or set DASHKEEP_S3_ENDPOINT. Otherwise, the keys would be sent to AWS.',
    page: 'Add the section, or set the endpoint. Otherwise, the keys would be sent to AWS.',
  },
  'indent-endpoint': {
    cli: 'Write “s3 =” and, indented on the next line, “endpoint_url = https://…”, or set DASHKEEP_S3_ENDPOINT.',
    page: 'Write “s3 =” and, indented on the next line, “endpoint_url = https://…”, or set the endpoint.',
  },
  'write-endpoint': 'Specify an endpoint such as https://s3.fr-par.scw.cloud, without quotes and without the bucket.',
  'choose-profile':
    'Profiles found: {profiles}. In the config file, write every profile except [default] as [profile name].',
  'create-profile': 'No profiles found. In the config file, write every profile except [default] as [profile name].',
  'set-endpoint': {
    cli: 'Set DASHKEEP_S3_ENDPOINT, or endpoint_url in the AWS config file, to the address of your S3 service.',
    page: 'Set the endpoint to the address of your S3 service.',
  },
  'set-region': {
    cli: 'Set AWS_REGION. A service without regions accepts us-east-1.',
    page: 'Set the region. A service without regions accepts us-east-1.',
  },
  'set-region-of-endpoint': {
    cli: 'Set AWS_REGION. For this endpoint, it is {region}.',
    page: 'Set the region. For this endpoint, it is {region}.',
  },
  'encryption-ignored': {
    cli: 'The target ignores DASHKEEP_S3_ENCRYPTION, so its objects are not encrypted. Enable encryption there, or unset DASHKEEP_S3_ENCRYPTION (for the copy, set DASHKEEP_COPY_S3_ENCRYPTION=none).',
    page: 'The bucket ignores your encryption setting, so its objects are not encrypted. Enable encryption there, or turn it off here.',
  },
  'lock-ignored': {
    cli: 'The target ignores DASHKEEP_S3_OBJECT_LOCK, so its objects are not locked. Use a bucket with object lock, or unset DASHKEEP_S3_OBJECT_LOCK.',
    page: 'The bucket ignores object lock, so its objects are not locked. Use a bucket with object lock, or turn it off here.',
  },
} as const satisfies Record<string, Text>;
