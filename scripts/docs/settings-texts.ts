import type { Name } from '../../pkg/cli/config/configuration.ts';

/** What each setting is for. */
export const SETTING_TEXTS: Readonly<Record<Name, string>> = {
  DASHKEEP_TARGET:
    '`s3://bucket/prefix`, `azblob://container/prefix`, `gs://bucket/prefix` (see [Azure and Google Cloud](azure-gcs.md)) or `file:///directory`',
  DASHKEEP_FILE_ROOTS:
    'directories, separated by colons, in which the settings page may place a `file://` target; none by default. Used only by the service',
  DASHKEEP_OUTBOUND_ALLOW:
    'hosts, domains (`*.example.com`), addresses and networks that [connections](migrate.md), and endpoints, webhooks and mail servers from the settings page, may use; by default, all except [metadata services](settings-limits.md#addresses-and-directories)',
  DASHKEEP_S3_ENDPOINT: 'address of an S3 service other than AWS, with its scheme',
  DASHKEEP_S3_FORCE_PATH_STYLE: '`true`: path style, with the bucket in the path instead of the host name',
  DASHKEEP_S3_CA_FILE: 'PEM file with additional trusted certificate authorities (default `AWS_CA_BUNDLE`)',
  DASHKEEP_S3_CHECKSUMS: '`required` (default), or `supported` for the newer checksum headers of AWS',
  DASHKEEP_S3_OBJECT_LOCK:
    '`GOVERNANCE:<days>` or `COMPLIANCE:<days>`, also for Azure and Google Cloud, see [immutability](immutability.md); the settings page can only make it stricter',
  DASHKEEP_S3_ENCRYPTION: 'encryption by the S3 server: `AES256`, `aws:kms` or `aws:kms:<key>`',
  DASHKEEP_S3_BUCKET_OWNER: 'AWS account that must own the bucket, 12 digits',
  DASHKEEP_S3_STORAGE_CLASS: 'storage class, such as `STANDARD_IA`; not `GLACIER` or `DEEP_ARCHIVE`',
  DASHKEEP_S3_TAGS: 'tags for each object, as `name=value,…`; at most ten',
  DASHKEEP_S3_TIMEOUT_SECONDS: 'timeout per attempt, in seconds (default 30)',
  AWS_REGION: 'region (default `AWS_DEFAULT_REGION`, then the profile)',
  AWS_PROFILE:
    'profile in the AWS files (default `default`); if the environment sets `AWS_PROFILE`, the profile’s key takes precedence over an access key in the environment',
  AWS_CONFIG_FILE: 'path of the AWS `config` file (default `~/.aws/config`)',
  AWS_SHARED_CREDENTIALS_FILE: 'path of the AWS `credentials` file (default `~/.aws/credentials`)',
  AWS_ACCESS_KEY_ID: 'access key',
  AWS_SECRET_ACCESS_KEY: 'secret access key',
  AWS_SESSION_TOKEN: 'session token for temporary credentials',
  AZURE_STORAGE_ACCOUNT: 'storage account of an `azblob://` target',
  DASHKEEP_AZURE_ENDPOINT:
    'address of the storage account, with its scheme (default `https://<account>.blob.core.windows.net`)',
  DASHKEEP_AZURE_TIMEOUT_SECONDS: 'timeout per attempt, in seconds (default 30)',
  AZURE_STORAGE_CONNECTION_STRING:
    'connection string of the storage account; takes precedence over the other credentials',
  AZURE_STORAGE_KEY: 'key of the storage account',
  AZURE_STORAGE_SAS_TOKEN: 'shared access signature (SAS) of the container',
  AZURE_TENANT_ID: 'tenant ID of a service principal or workload identity',
  AZURE_CLIENT_ID: 'client ID of a service principal, workload identity or user-assigned managed identity',
  AZURE_CLIENT_SECRET: 'client secret of a service principal',
  AZURE_FEDERATED_TOKEN_FILE: 'path of the token for workload identity; set by AKS',
  DASHKEEP_GCS_ENDPOINT: 'address of Google Cloud Storage, with its scheme (default `https://storage.googleapis.com`)',
  DASHKEEP_GCS_TIMEOUT_SECONDS: 'timeout per attempt, in seconds (default 30)',
  DASHKEEP_GCS_KEY: 'service account key, or workload identity federation configuration, as JSON',
  GOOGLE_APPLICATION_CREDENTIALS:
    'path of a file with such a key or configuration (default: the identity that the platform provides, such as workload identity)',

  DASHKEEP_COPY_TARGET:
    'second target for a [copy of the repository](second-copy.md), in a different place from the first',
  DASHKEEP_COPY_SCHEDULE: 'cron expression for copies, or `off` (default: after each complete backup)',
  DASHKEEP_COPY_KEEP:
    'retention of the copy: `last`, `hourly`, `daily`, `weekly`, `monthly`, `yearly` and `within`, such as `daily=30,within=1y`, or `all` (default: as in the first target)',
  DASHKEEP_COPY_VERIFY_DAYS: 'days between copy runs that also prune the copy and read back everything in it',
  DASHKEEP_COPY_S3_ENDPOINT: 'like `DASHKEEP_S3_ENDPOINT`, for the copy',
  DASHKEEP_COPY_S3_REGION: 'region of the copy’s bucket',
  DASHKEEP_COPY_S3_FORCE_PATH_STYLE: 'like `DASHKEEP_S3_FORCE_PATH_STYLE`, for the copy',
  DASHKEEP_COPY_S3_PROFILE: 'profile in the AWS files, for the copy',
  DASHKEEP_COPY_S3_CONFIG_FILE: 'path of an AWS `config` file for the copy (default: the file of the first target)',
  DASHKEEP_COPY_S3_CREDENTIALS_FILE:
    'path of an AWS `credentials` file for the copy (default: the file of the first target)',
  DASHKEEP_COPY_S3_CA_FILE: 'PEM file with additional trusted certificate authorities, for the copy',
  DASHKEEP_COPY_S3_OBJECT_LOCK: 'like `DASHKEEP_S3_OBJECT_LOCK`, for the copy',
  DASHKEEP_COPY_S3_ENCRYPTION:
    'like `DASHKEEP_S3_ENCRYPTION`, for the copy, or `none` (default: `DASHKEEP_S3_ENCRYPTION` without its key)',
  DASHKEEP_COPY_S3_ACCESS_KEY_ID: 'access key for the copy',
  DASHKEEP_COPY_S3_SECRET_ACCESS_KEY: 'secret access key for the copy',
  DASHKEEP_COPY_S3_SESSION_TOKEN: 'session token for the copy, if the credentials are temporary',

  DASHKEEP_FLEET_TARGETS:
    'targets of [other installations](fleet.md) to show, comma-separated; `/*` at the end of a target selects every folder',
  DASHKEEP_FLEET_TRUSTED_KEYS:
    'fingerprints of the keys that sign the snapshots of these installations, comma-separated, in addition to `DASHKEEP_TRUSTED_KEYS`',

  DASHKEEP_GIT_URL:
    'Git repository for a [mirror of the backups](git-mirror.md), such as `https://git.example.com/team/grafana.git`',
  DASHKEEP_GIT_BRANCH: 'branch of the Git repository',
  DASHKEEP_GIT_USER: 'user name for the token; most servers accept any name',
  DASHKEEP_GIT_TOKEN: 'token with permission to push to the Git repository',

  GRAFANA_URL: 'address of Grafana, such as `http://localhost:3000`',
  GRAFANA_API_TOKEN: 'service account token',
  'GRAFANA_API_TOKEN_ORG_<n>': 'tokens of other organizations',
  GRAFANA_ADMIN_USER: 'user name of a server admin, to use with the password',
  GRAFANA_ADMIN_PASSWORD: 'password of the server admin',
  DASHKEEP_GRAFANA_CA_FILE: 'PEM file with additional certificate authorities',
  DASHKEEP_GRAFANA_CONCURRENCY:
    'maximum number of concurrent requests (default 64); the actual number adapts to Grafana’s response times',
  DASHKEEP_GRAFANA_TIMEOUT: 'request timeout, in milliseconds (default 30000)',
  DASHKEEP_ORGS:
    '`all`, or IDs such as `1,2` (default: the organization of the credentials; all for commands that run as a server admin). If set, only the deployment can set the target; see [what the deployment decides](settings-limits.md#what-the-deployment-decides)',

  'DASHKEEP_CONNECTION_<NAME>_URL':
    'address of [another Grafana instance](migrate.md), to which `dashkeep migrate --to <name>` and admins of the home organization can send resources; for `--to my-stage`, `<NAME>` is `MY_STAGE`',
  'DASHKEEP_CONNECTION_<NAME>_TOKEN': 'service account token of the other Grafana instance',
  'DASHKEEP_CONNECTION_<NAME>_ADMIN_USER':
    'user name of a server admin of the other Grafana instance, to use with the password instead of the token',
  'DASHKEEP_CONNECTION_<NAME>_ADMIN_PASSWORD': 'password of that server admin',
  'DASHKEEP_CONNECTION_<NAME>_CA_FILE':
    'PEM file with additional certificate authorities of the other Grafana instance',
  'DASHKEEP_CONNECTION_<NAME>_ORGS':
    '`all`, or IDs of its organizations such as `1,2` (default: all for a server admin, otherwise that of the token)',

  DASHKEEP_KINDS:
    'only these kinds, comma-separated; [kinds.md](kinds.md) lists the names. Does not apply to saved plans or undo',
  DASHKEEP_SERVER_KINDS:
    'whether backups of the service also read organizations, users, single sign-on and server settings. This requires the name and password of a server admin, and a target that only the deployment sets, see [permissions](permissions.md#as-a-server-admin)',
  DASHKEEP_EXCLUDE_KINDS: 'all kinds except these; takes precedence over `DASHKEEP_KINDS`',
  DASHKEEP_PLAIN_COPIES:
    'also write dashboards as plain files, `grafana-backups/dashboard-<uid>.json` (default: only if the repository is not encrypted)',
  DASHKEEP_FULL_READ_EVERY: 'read everything in every nth backup',
  DASHKEEP_ALARM_GONE:
    'deletions count as a [mass change](runbooks/mass-change.md) if they exceed this share of a kind in one organization and reach this number, or if they reach 2.5 times this share and half this number',
  DASHKEEP_ALARM_CHANGED:
    'changes count as a mass change if they exceed this share of a kind in one organization and reach this number',
  DASHKEEP_IGNORE_CLOCK:
    '`true`: back up and restore even if Dashkeep’s clock differs from that of the target or Grafana by more than five minutes',
  DASHKEEP_AGE_RECIPIENTS: 'encrypt for these age recipients, see [encryption](encryption.md)',
  DASHKEEP_AGE_IDENTITY: 'age identity for decryption; the flag takes the path of the identity file',
  DASHKEEP_TRUSTED_KEYS:
    'fingerprints of signing keys to trust, comma-separated; see [encryption](encryption.md#signatures)',
  DASHKEEP_AGE_PASSPHRASE: 'passphrase of the identity in the repository',

  DASHKEEP_SCHEDULE: 'cron expression for backups, or `off`',
  DASHKEEP_VERIFY_SCHEDULE: 'cron expression for verifications, or `off`',
  DASHKEEP_PRUNE_SCHEDULE: 'cron expression for retention and pruning, or `off`',
  DASHKEEP_DRILL_SCHEDULE: 'cron expression for restore tests, or `off`',
  DASHKEEP_TIMEZONE: 'time zone of the schedules',
  DASHKEEP_JITTER_SECONDS: 'maximum random start delay, in seconds, to spread the load of many services',
  DASHKEEP_KEEP_LAST: 'keep the newest n complete snapshots',
  DASHKEEP_KEEP_HOURLY: 'keep one snapshot per hour, for the last n hours with snapshots',
  DASHKEEP_KEEP_DAILY: 'keep one snapshot per day, for the last n days with snapshots',
  DASHKEEP_KEEP_WEEKLY: 'keep one snapshot per week, for the last n weeks with snapshots',
  DASHKEEP_KEEP_MONTHLY: 'keep one snapshot per month, for the last n months with snapshots',
  DASHKEEP_KEEP_YEARLY: 'keep one snapshot per year, for the last n years with snapshots',
  DASHKEEP_KEEP_WITHIN:
    'for an age such as `30d` or `1y6m`, keep all snapshots that are at most this much older than the newest complete one',
  DASHKEEP_WEBHOOK_URL: 'address of the webhook',
  DASHKEEP_WEBHOOK_FORMAT: '`generic`, `slack` or `teams`',
  DASHKEEP_WEBHOOK_EVENTS:
    'events to report by webhook and email, comma-separated; [`changes`](changes.md) is reported only if you list it here',
  DASHKEEP_CHANGES:
    'when to report [`changes`](changes.md): after each `backup`, or `daily`, after the first backup of a day',
  DASHKEEP_SMTP_HOST: 'mail server for notifications by email',
  DASHKEEP_SMTP_PORT: 'port of the mail server',
  DASHKEEP_SMTP_SECURITY:
    '`starttls` (required), `tls` (implicit TLS, usually port 465) or `none`, which allows no login',
  DASHKEEP_SMTP_USER: 'user name for the mail server; without it, Dashkeep does not log in',
  DASHKEEP_SMTP_PASSWORD: 'password for the mail server; requires `DASHKEEP_SMTP_HOST`',
  DASHKEEP_SMTP_FROM: 'address of the sender',
  DASHKEEP_SMTP_TO: 'addresses of the recipients, comma-separated; the settings page and the chart accept at most 20',

  DASHKEEP_TLS_CERT_FILE: 'certificate (PEM) of the API, which then accepts only HTTPS',
  DASHKEEP_TLS_KEY_FILE: 'private key of the certificate (PEM); both files are reloaded every 30 seconds',
  DASHKEEP_IMAGE: 'name of the running image, which `dashkeep doctor` checks; set by the chart',
  DASHKEEP_NETWORK_POLICY: 'whether a NetworkPolicy exists; checked by `dashkeep doctor`, set by the chart',
  DASHKEEP_LISTEN: 'address of the API',
  DASHKEEP_OPS_LISTEN: 'address of the health and metrics endpoints, or `off`',
  DASHKEEP_URL: 'address at which Grafana reaches the API, if not the loopback address',
  DASHKEEP_API_TOKEN:
    'API token of the home organization (default: created by the service, and replaced daily if it has an admin password; a token that you set is never replaced)',
  'DASHKEEP_API_TOKEN_ORG_<n>': 'API token of another organization',
  DASHKEEP_API_TOKEN_HOURS: 'age at which API tokens are replaced, in hours (default 24)',
  DASHKEEP_STATE_DIR:
    'directory for keys and settings (default `$XDG_STATE_HOME/dashkeep` or `~/.local/state/dashkeep`)',
  DASHKEEP_LOG_LEVEL: '`trace`, `debug`, `info`, `warn`, `error` or `silent` (default `info`; for commands `warn`)',
  DASHKEEP_STOP_SECONDS: 'graceful shutdown timeout, in seconds',

  DASHKEEP_ADMIN_SECRET_DIR: "directory with the keys of Grafana's admin Secret",
  DASHKEEP_ADMIN_SECRET: 'name of the admin Secret, as `namespace/name`, instead of the directory',
  DASHKEEP_ADMIN_USER_KEY: 'key of the user name in the Secret, if it is not a standard key',
  DASHKEEP_ADMIN_PASSWORD_KEY: 'key of the password in the Secret, if it is not a standard key',
  DASHKEEP_BOOTSTRAP_WAIT: 'seconds to wait for Grafana',
  DASHKEEP_TOKEN_DAYS: 'days until a new token expires (default 30)',
  DASHKEEP_KUBERNETES: '`auto` or `off`',
  DASHKEEP_KUBE_DIR: 'directory of the service account token, with the files `token`, `ca.crt` and `namespace`',
  DASHKEEP_TOKEN_SECRET: 'Secret for tokens and settings',
  DASHKEEP_LEASE: 'Lease for leader election',
};
