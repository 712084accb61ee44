import type { SecretName } from '../../contract/api/settings.ts';
import { yesOrNo } from '../../lib/yes-or-no.ts';
import { LEVELS } from '../../service/log.ts';
import { parseObjectLock } from '../../storage/object-lock.ts';
import { OutboundAllowList } from '../../storage/outbound/allow-list.ts';
import * as s3 from '../../storage/s3/settings/values.ts';
import * as values from './parsers.ts';

interface Names {
  /** The same as a flag: `--target <url>`; of a secret, the flag that names its file. */
  flag?: string;
  /** What the flag's help says. */
  help?: string;
  /** Where the settings page has it: `target.url`. */
  path?: string;
  /** What holds where it is not given, in the words of the environment; of what has a path, the page knows. */
  default?: string;
}

/** One setting. */
export interface Setting<T = unknown> extends Names {
  /** @throws DK_SETTINGS naming the source */
  parse: (text: string, source: string) => T;
}

/** A secret: never a flag, also given as NAME_FILE, and read at each use, so that a rotated one is seen. */
export interface Secret extends Pick<Names, 'flag' | 'help'> {
  secret: true;
  /** Whether it is sent in an HTTP header as it is. */
  header?: true;
  /** Its name on the settings page. */
  page?: SecretName;
}

/** Every setting of Dashkeep by section and environment variable: the only place that knows their names. */
export const SECTIONS = {
  Target: {
    DASHKEEP_TARGET: {
      parse: values.asIs,
      flag: '--target <url>',
      help: 's3://bucket/prefix, azblob://container/prefix, gs://bucket/prefix or file:///directory',
      path: 'target.url',
    },
    DASHKEEP_FILE_ROOTS: { parse: values.directories, default: '' },
    DASHKEEP_OUTBOUND_ALLOW: { parse: (text: string, source: string) => new OutboundAllowList(text, source) },
    DASHKEEP_S3_ENDPOINT: { parse: values.asIs, path: 'target.endpoint' },
    DASHKEEP_S3_FORCE_PATH_STYLE: { parse: yesOrNo, path: 'target.forcePathStyle' },
    DASHKEEP_S3_CA_FILE: { parse: values.asIs },
    DASHKEEP_S3_CHECKSUMS: { parse: s3.parseChecksums },
    DASHKEEP_S3_OBJECT_LOCK: { parse: parseObjectLock },
    DASHKEEP_S3_ENCRYPTION: { parse: s3.parseEncryption },
    DASHKEEP_S3_BUCKET_OWNER: { parse: s3.parseBucketOwner },
    DASHKEEP_S3_STORAGE_CLASS: { parse: s3.parseStorageClass },
    DASHKEEP_S3_TAGS: { parse: s3.parseTags },
    DASHKEEP_S3_TIMEOUT_SECONDS: { parse: values.timeout },
    AWS_REGION: { parse: values.asIs, path: 'target.region' },
    AWS_PROFILE: { parse: values.asIs, path: 'target.profile' },
    AWS_CONFIG_FILE: { parse: values.asIs },
    AWS_SHARED_CREDENTIALS_FILE: { parse: values.asIs },
    AWS_ACCESS_KEY_ID: { secret: true, header: true, page: 's3AccessKeyId' },
    AWS_SECRET_ACCESS_KEY: { secret: true, page: 's3SecretAccessKey' },
    AWS_SESSION_TOKEN: { secret: true, header: true, page: 's3SessionToken' },
    AZURE_STORAGE_ACCOUNT: { parse: values.asIs },
    DASHKEEP_AZURE_ENDPOINT: { parse: values.asIs },
    DASHKEEP_AZURE_TIMEOUT_SECONDS: { parse: values.timeout },
    AZURE_STORAGE_CONNECTION_STRING: { secret: true },
    AZURE_STORAGE_KEY: { secret: true },
    AZURE_STORAGE_SAS_TOKEN: { secret: true },
    AZURE_TENANT_ID: { parse: values.asIs },
    AZURE_CLIENT_ID: { parse: values.asIs },
    AZURE_CLIENT_SECRET: { secret: true },
    AZURE_FEDERATED_TOKEN_FILE: { parse: values.asIs },
    DASHKEEP_GCS_ENDPOINT: { parse: values.asIs },
    DASHKEEP_GCS_TIMEOUT_SECONDS: { parse: values.timeout },
    DASHKEEP_GCS_KEY: { secret: true },
    GOOGLE_APPLICATION_CREDENTIALS: { parse: values.asIs },
  },
  Copy: {
    DASHKEEP_COPY_TARGET: { parse: values.asIs },
    DASHKEEP_COPY_SCHEDULE: { parse: values.cron },
    DASHKEEP_COPY_KEEP: { parse: values.keepRules },
    DASHKEEP_COPY_VERIFY_DAYS: { parse: values.wholeNumber, default: '7' },
    DASHKEEP_COPY_S3_ENDPOINT: { parse: values.asIs },
    DASHKEEP_COPY_S3_REGION: { parse: values.asIs },
    DASHKEEP_COPY_S3_FORCE_PATH_STYLE: { parse: yesOrNo },
    DASHKEEP_COPY_S3_PROFILE: { parse: values.asIs },
    DASHKEEP_COPY_S3_CONFIG_FILE: { parse: values.asIs },
    DASHKEEP_COPY_S3_CREDENTIALS_FILE: { parse: values.asIs },
    DASHKEEP_COPY_S3_CA_FILE: { parse: values.asIs },
    DASHKEEP_COPY_S3_OBJECT_LOCK: { parse: parseObjectLock },
    DASHKEEP_COPY_S3_ENCRYPTION: { parse: s3.parseCopyEncryption },
    DASHKEEP_COPY_S3_ACCESS_KEY_ID: { secret: true, header: true },
    DASHKEEP_COPY_S3_SECRET_ACCESS_KEY: { secret: true },
    DASHKEEP_COPY_S3_SESSION_TOKEN: { secret: true, header: true },
  },
  Fleet: {
    DASHKEEP_FLEET_TARGETS: { parse: values.list, default: '' },
    DASHKEEP_FLEET_TRUSTED_KEYS: { parse: values.fingerprints, default: '' },
  },
  'Git mirror': {
    DASHKEEP_GIT_URL: { parse: values.gitUrl },
    DASHKEEP_GIT_BRANCH: { parse: values.gitBranch, default: 'main' },
    DASHKEEP_GIT_USER: { parse: values.asIs, default: 'dashkeep' },
    DASHKEEP_GIT_TOKEN: { secret: true },
  },
  Grafana: {
    GRAFANA_URL: { parse: values.asIs, flag: '--grafana-url <url>', help: 'address of Grafana' },
    GRAFANA_API_TOKEN: { secret: true, header: true },
    'GRAFANA_API_TOKEN_ORG_<n>': { secret: true, header: true },
    GRAFANA_ADMIN_USER: { secret: true },
    GRAFANA_ADMIN_PASSWORD: { secret: true },
    DASHKEEP_GRAFANA_CA_FILE: {
      parse: values.certificates,
      flag: '--grafana-ca-file <path>',
      help: 'PEM file with additional certificate authorities',
    },
    DASHKEEP_GRAFANA_CONCURRENCY: {
      parse: values.wholeNumber,
      flag: '--grafana-concurrency <n>',
      help: 'maximum number of concurrent requests (default 64)',
    },
    DASHKEEP_GRAFANA_TIMEOUT: {
      parse: values.wholeNumber,
      flag: '--grafana-timeout <ms>',
      help: 'request timeout in ms (default 30000)',
    },
    DASHKEEP_ORGS: {
      parse: values.orgs,
      flag: '--orgs <list>',
      help: "'all', or IDs such as 1,2 (default: all for a server admin, otherwise the token's organization)",
    },
  },
  Connections: {
    'DASHKEEP_CONNECTION_<NAME>_URL': { parse: values.asIs },
    'DASHKEEP_CONNECTION_<NAME>_TOKEN': { secret: true, header: true },
    'DASHKEEP_CONNECTION_<NAME>_ADMIN_USER': { secret: true },
    'DASHKEEP_CONNECTION_<NAME>_ADMIN_PASSWORD': { secret: true },
    'DASHKEEP_CONNECTION_<NAME>_CA_FILE': { parse: values.asIs },
    'DASHKEEP_CONNECTION_<NAME>_ORGS': { parse: values.orgs },
  },
  Backup: {
    DASHKEEP_KINDS: {
      parse: values.kindsExcept,
      flag: '--kinds <list>',
      help: 'only these kinds, comma-separated',
      path: 'scope.excludeKinds',
    },
    DASHKEEP_SERVER_KINDS: { parse: yesOrNo, default: 'yes' },
    DASHKEEP_EXCLUDE_KINDS: { parse: values.kinds, path: 'scope.excludeKinds' },
    DASHKEEP_PLAIN_COPIES: {
      parse: values.onOrOff,
      flag: '--plain-copies <yes|no>',
      help: 'also write dashboards as plain files in grafana-backups/ (default: yes, unless backups are encrypted)',
      path: 'scope.plainCopies',
    },
    DASHKEEP_FULL_READ_EVERY: {
      parse: values.wholeNumber,
      flag: '--full-read-every <n>',
      help: 'read everything in every nth backup (default 12)',
      path: 'scope.fullReadEvery',
    },
    DASHKEEP_ALARM_GONE: { parse: values.threshold, default: '10%,10' },
    DASHKEEP_ALARM_CHANGED: { parse: values.threshold, default: '30%,20' },
    DASHKEEP_IGNORE_CLOCK: {
      parse: yesOrNo,
      flag: '--ignore-clock',
      help: 'back up and restore even if the clocks differ by more than five minutes',
      default: 'no',
    },
  },
  Encryption: {
    DASHKEEP_AGE_RECIPIENTS: {
      parse: values.list,
      flag: '--age-recipients <list>',
      help: 'encrypt for these age recipients',
      path: 'encryption.recipients',
    },
    DASHKEEP_AGE_IDENTITY: {
      secret: true,
      flag: '--age-identity-file <path>',
      help: 'path of the age identity file',
      page: 'ageIdentity',
    },
    DASHKEEP_TRUSTED_KEYS: {
      parse: values.fingerprints,
      flag: '--trusted-keys <list>',
      help: 'additional trusted signing keys, by fingerprint',
      default: '',
    },
    DASHKEEP_AGE_PASSPHRASE: { secret: true },
  },
  Schedule: {
    DASHKEEP_SCHEDULE: { parse: values.schedule, path: 'schedule.backup' },
    DASHKEEP_VERIFY_SCHEDULE: { parse: values.schedule, path: 'schedule.verify' },
    DASHKEEP_PRUNE_SCHEDULE: { parse: values.schedule, path: 'schedule.prune' },
    DASHKEEP_DRILL_SCHEDULE: { parse: values.schedule, path: 'schedule.drill' },
    DASHKEEP_TIMEZONE: { parse: values.asIs, path: 'schedule.timezone' },
    DASHKEEP_JITTER_SECONDS: { parse: values.count, path: 'schedule.jitterSeconds' },
  },
  Retention: {
    DASHKEEP_KEEP_LAST: { parse: values.count, path: 'retention.keepLast' },
    DASHKEEP_KEEP_HOURLY: { parse: values.count, path: 'retention.keepHourly' },
    DASHKEEP_KEEP_DAILY: { parse: values.count, path: 'retention.keepDaily' },
    DASHKEEP_KEEP_WEEKLY: { parse: values.count, path: 'retention.keepWeekly' },
    DASHKEEP_KEEP_MONTHLY: { parse: values.count, path: 'retention.keepMonthly' },
    DASHKEEP_KEEP_YEARLY: { parse: values.count, path: 'retention.keepYearly' },
    DASHKEEP_KEEP_WITHIN: { parse: values.asIs, path: 'retention.keepWithin' },
  },
  Notifications: {
    DASHKEEP_WEBHOOK_URL: { secret: true, page: 'webhookUrl' },
    DASHKEEP_WEBHOOK_FORMAT: { parse: values.oneOf('generic', 'slack', 'teams'), path: 'notifications.format' },
    DASHKEEP_WEBHOOK_EVENTS: { parse: values.events, path: 'notifications.events' },
    DASHKEEP_CHANGES: { parse: values.oneOf('backup', 'daily'), path: 'notifications.changes' },
    DASHKEEP_SMTP_HOST: { parse: values.asIs, path: 'notifications.email.host' },
    DASHKEEP_SMTP_PORT: { parse: values.wholeNumber, path: 'notifications.email.port' },
    DASHKEEP_SMTP_SECURITY: {
      parse: values.oneOf('starttls', 'tls', 'none'),
      path: 'notifications.email.security',
    },
    DASHKEEP_SMTP_USER: { parse: values.asIs, path: 'notifications.email.user' },
    DASHKEEP_SMTP_PASSWORD: { secret: true, page: 'smtpPassword' },
    DASHKEEP_SMTP_FROM: { parse: values.asIs, path: 'notifications.email.from' },
    DASHKEEP_SMTP_TO: { parse: values.list, path: 'notifications.email.to' },
  },
  Service: {
    DASHKEEP_TLS_CERT_FILE: { parse: values.asIs },
    DASHKEEP_TLS_KEY_FILE: { parse: values.asIs },
    DASHKEEP_IMAGE: { parse: values.asIs },
    DASHKEEP_NETWORK_POLICY: { parse: yesOrNo },
    DASHKEEP_LISTEN: { parse: values.address, default: '127.0.0.1:3210' },
    DASHKEEP_OPS_LISTEN: { parse: values.optionalAddress, default: '0.0.0.0:9464' },
    DASHKEEP_URL: { parse: values.asIs },
    DASHKEEP_API_TOKEN: { secret: true, header: true },
    'DASHKEEP_API_TOKEN_ORG_<n>': { secret: true, header: true },
    DASHKEEP_API_TOKEN_HOURS: { parse: values.wholeNumber },
    DASHKEEP_STATE_DIR: {
      parse: values.asIs,
      flag: '--state-dir <path>',
      help: 'directory for keys and settings outside Kubernetes',
    },
    DASHKEEP_LOG_LEVEL: { parse: values.oneOf(...LEVELS) },
    DASHKEEP_STOP_SECONDS: { parse: values.seconds, default: '20' },
  },
  Bootstrap: {
    DASHKEEP_ADMIN_SECRET_DIR: { parse: values.asIs },
    DASHKEEP_ADMIN_SECRET: { parse: values.secretName },
    DASHKEEP_ADMIN_USER_KEY: { parse: values.asIs },
    DASHKEEP_ADMIN_PASSWORD_KEY: { parse: values.asIs },
    DASHKEEP_BOOTSTRAP_WAIT: {
      parse: values.count,
      flag: '--wait <seconds>',
      help: 'seconds to wait for Grafana (default 300)',
      default: '300',
    },
    DASHKEEP_TOKEN_DAYS: {
      parse: values.wholeNumber,
      flag: '--token-days <n>',
      help: 'days until a new token expires (default 30)',
    },
  },
  Kubernetes: {
    DASHKEEP_KUBERNETES: { parse: values.oneOf('auto', 'off'), default: 'auto' },
    DASHKEEP_KUBE_DIR: { parse: values.asIs, default: '/var/run/secrets/kubernetes.io/serviceaccount' },
    DASHKEEP_TOKEN_SECRET: { parse: values.asIs, default: 'grafana-backup' },
    DASHKEEP_LEASE: { parse: values.asIs },
  },
} as const satisfies Record<string, Record<string, Setting | Secret>>;
