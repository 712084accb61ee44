/** What is wrong with a setting. */
export const SETTING_REASONS = {
  'deployment-owned': 'set by the deployment ({source})',
  'deployment-only':
    'only the deployment can set this, because backups can cover other organizations (DASHKEEP_ORGS): set {variable}, or {chart} in the chart',
  'lock-minimum': 'the deployment requires at least {lock} ({source})',
  'plain-copies-minimum': 'only the deployment can turn on plain copies of encrypted backups: set {variable} there',
  'keep-all-minimum': 'the deployment keeps all snapshots ({source}), and a rule would remove some',
  'schedule-fields': "'{expression}' is not a cron expression of five fields",
  'schedule-invalid': 'the cron expression is not valid: {message}',
  'schedule-never': 'this schedule never runs',
  'timezone-unknown': "'{timezone}' is not a time zone; such as Europe/Paris",
  'address-invalid': 'not an address; it begins with https:// or http://',
  'address-scheme': 'it begins with https:// or http://',
  'address-password': 'names and passwords do not belong into the address',
  'lock-days': 'object lock needs at least one day',
  'recipient-invalid': "'{recipient}' is not an age recipient (age1…)",
  'identity-invalid': 'not an age identity (AGE-SECRET-KEY-…)',
  'secret-spaces': 'holds white space or control characters: was it pasted whole?',

  'number-small': 'the smallest value is {least}',
  'number-large': 'the largest value is {most}',
  'number-whole': 'enter a whole number',
  'text-long': 'longer than {most} characters',
  'list-long': 'more than {most} entries',
  'value-invalid': 'not valid: {message}',

  'target-empty': 'the target is not usable: it is empty',
  'target-quoted': 'the target is not usable: it is wrapped in quotes, which belong to the shell and not to the value',
  'target-directory': 'the target is not usable: a directory is written file:///directory',
  'target-no-scheme': 'the target is not usable: it has no scheme',
  'target-scheme': 'the target is not usable: {scheme}:// is not supported',
  'target-endpoint':
    'the target is not usable: the address of the S3 service belongs into DASHKEEP_S3_ENDPOINT, only bucket and prefix into the target',
  'target-keys':
    'the target is not usable: access keys do not belong into it: give them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  'target-bucket': 'the target is not usable: it names no bucket (3 to 63 letters, digits, dots and hyphens)',
  'target-prefix': 'the target is not usable: its prefix cannot be used: {message}',
  'target-slashes':
    'the target is not usable: a directory is written with three slashes, file:///directory, and no host',
  'target-escapes': 'the target is not usable: ? and # in a directory are written %3F and %23',
  'target-root': 'the target is not usable: the root of the file system is no place for a repository',
} as const;
