/** What to do about the settings of an S3 target. */
export const S3_SETTINGS_ADVICE = {
  'correct-region': 'The bucket is in another region: correct AWS_REGION.',
  'set-access-key':
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile. AWS roles are not sent to other services.',
  'set-access-key-or-role':
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile, or give the pod an IAM role.',
  'set-scaleway-endpoint':
    'Set DASHKEEP_S3_ENDPOINT=https://s3.fr-par.scw.cloud (or your region), or endpoint_url in the config file.',
  'add-services-section': 'Add the section, or set DASHKEEP_S3_ENDPOINT. Without it the keys would be sent to AWS.',
  'indent-endpoint':
    'Write "s3 =" and, indented on the next line, "endpoint_url = https://…", or set DASHKEEP_S3_ENDPOINT.',
  'write-endpoint': 'An endpoint is written like https://s3.fr-par.scw.cloud, without quotes and without the bucket.',
  'choose-profile': 'Profiles found: {profiles}. In the config file all but [default] are written [profile name].',
  'create-profile': 'Profiles found: none. In the config file all but [default] are written [profile name].',
  'set-endpoint':
    'Set DASHKEEP_S3_ENDPOINT, or endpoint_url in the AWS config file, to the address of your S3 service.',
  'set-region': 'Set AWS_REGION. A service without regions takes us-east-1.',
  'set-region-of-endpoint': 'Set AWS_REGION (for this endpoint: {region}). A service without regions takes us-east-1.',
  'encryption-ignored':
    'The store ignores DASHKEEP_S3_ENCRYPTION: enable encryption there, or unset it. It did not encrypt what it stored.',
  'lock-ignored':
    'The store ignores DASHKEEP_S3_OBJECT_LOCK: use a bucket with object lock, or unset it. Nothing that it stored is locked.',
} as const;
