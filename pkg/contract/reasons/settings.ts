import type { Text } from '../texts.ts';

/** What is wrong with a setting. */
export const SETTING_REASONS = {
  'deployment-owned': 'set by the deployment ({source})',
  'deployment-only': 'only the deployment can change this: {variable}, or {chart} in the chart',
  'lock-minimum': 'the deployment requires at least {lock} ({source})',
  'plain-copies-minimum': 'only the deployment can enable plain files for encrypted backups ({variable})',
  'keep-all-minimum': 'the deployment keeps all snapshots ({source}), and a rule would remove some',
  'schedule-fields': '“{expression}” is not a cron expression with five fields',
  'schedule-invalid': {
    cli: 'not a valid cron expression: {message}',
    page: 'a field of this cron expression is invalid or out of range',
  },
  'schedule-never': 'this schedule never runs',
  'timezone-unknown': '“{timezone}” is not a time zone; use a name such as Europe/Paris',
  'address-invalid': 'an address must start with https:// or http://',
  'address-scheme': 'an address must start with https:// or http://',
  'address-password': 'do not put a user name or password in the address',
  'mail-host-invalid': 'enter a host name or IP address, without scheme, port or spaces',
  'mail-plain-login': 'a user name needs an encrypted connection; otherwise, the password would be sent in plain text',
  'mail-from-missing': 'a mail server needs a sender address',
  'mail-address-invalid': 'enter an address such as grafana@example.com, without a name',
  'mail-password-again': 'enter the password again, because it would be sent to another server',
  'lock-days': 'object lock needs at least one day',
  'recipient-invalid': {
    cli: '“{recipient}” is not a valid age recipient; check that it is complete',
    page: '“{recipient}” is not a valid age public key; check that it is complete',
  },
  'identity-invalid': 'not a valid age private key; enter the complete line that starts with AGE-SECRET-KEY-',
  'secret-spaces': 'contains spaces or invalid characters; check that you pasted all of it',

  'copy-same-place': 'the second target is in the same place as the first: {target}',
  'copy-inside': 'the copy would be inside the repository, which would prevent pruning: {target}',
  'copy-same-repository': '{target} contains the same repository as the source, so it is not a copy',
  'copy-unencrypted': 'the copy would not be encrypted, unlike the first repository',
  'copy-no-target': 'no second target is set',
  'second-target-settings': 'the settings of the second target cannot be used: {message}',

  'mapping-not-yaml': 'the mapping is not valid YAML',
  'mapping-invalid': {
    cli: 'the mapping is not valid: {place}: {message}',
    page: 'the mapping is not valid: {place}',
  },
  'mapping-orgs': 'the app sends to only one organization, so a saved mapping cannot contain orgs',
  'mappings-full': 'the saved mappings would exceed {kib} KiB',

  'number-small': 'the minimum is {least}',
  'number-large': 'the maximum is {most}',
  'number-whole': 'enter a whole number',
  'text-long': 'longer than {most} characters',
  'list-long': 'more than {most} entries',
  'value-invalid': { cli: 'not valid: {message}', page: 'this value is not in the expected format' },

  'target-empty': 'the target is empty',
  'target-quoted': 'specify the target without quotes',
  'target-directory': 'specify a directory as file:///directory',
  'target-no-scheme': 'a target must start with s3://, azblob://, gs:// or file://',
  'target-scheme': '{scheme}:// is not supported; a target must start with s3://, azblob://, gs:// or file://',
  'target-endpoint': {
    cli: 'the address of the S3 service belongs in DASHKEEP_S3_ENDPOINT; the target contains only the bucket and prefix',
    page: 'enter the address of the S3 service as the endpoint, and only the bucket and prefix here',
  },
  'target-keys': {
    cli: 'access keys do not belong in the target; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    page: 'do not put access keys here; enter them below',
  },
  'target-bucket': 'the bucket name is invalid; use 3 to 63 letters, digits, dots and hyphens',
  'target-secrets': 'keys and tokens do not belong in the target; set them in the deployment',
  'target-container': 'the container name is invalid; use 3 to 63 lowercase letters, digits and single hyphens',
  'target-gcs-bucket':
    'the bucket name is invalid; use 3 to 222 lowercase letters, digits, dots, hyphens and underscores',
  'target-prefix': 'the prefix cannot be used: {message}',
  'target-slashes': 'specify a directory with three slashes and no host: file:///directory',
  'target-escapes': 'in a directory, write ? as %3F and # as %23',
  'target-root': 'the root of the file system cannot be the target',
} as const satisfies Record<string, Text>;
