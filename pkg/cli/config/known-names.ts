import { lettersBetween } from '../../engine/versions/near-matches.ts';
import { CommandError } from '../command-error.ts';
import type { Environment } from './environment.ts';

const PREFIX = 'DASHKEEP_';

/** Names after the prefix. A test compares them with docs/settings.md. */
const NAMES: ReadonlySet<string> = new Set([
  'ADMIN_PASSWORD_KEY',
  'ADMIN_SECRET',
  'ADMIN_SECRET_DIR',
  'ADMIN_USER_KEY',
  'AGE_IDENTITY',
  'AGE_IDENTITY_FILE',
  'AGE_PASSPHRASE',
  'AGE_RECIPIENTS',
  'API_TOKEN',
  'API_TOKEN_HOURS',
  'BOOTSTRAP_WAIT',
  'DRILL_SCHEDULE',
  'EXCLUDE_KINDS',
  'FILE_ROOTS',
  'FULL_READ_EVERY',
  'GRAFANA_CA_FILE',
  'GRAFANA_CONCURRENCY',
  'GRAFANA_TIMEOUT',
  'IGNORE_CLOCK',
  'IMAGE',
  'JITTER_SECONDS',
  'KEEP_DAILY',
  'KEEP_HOURLY',
  'KEEP_LAST',
  'KEEP_MONTHLY',
  'KEEP_WEEKLY',
  'KEEP_WITHIN',
  'KEEP_YEARLY',
  'KINDS',
  'KUBERNETES',
  'KUBE_DIR',
  'LEASE',
  'LISTEN',
  'LOG_LEVEL',
  'NETWORK_POLICY',
  'OPS_LISTEN',
  'ORGS',
  'OUTBOUND_ALLOW',
  'PLAIN_COPIES',
  'PRUNE_SCHEDULE',
  'S3_BUCKET_OWNER',
  'S3_CA_FILE',
  'S3_CHECKSUMS',
  'S3_ENCRYPTION',
  'S3_ENDPOINT',
  'S3_FORCE_PATH_STYLE',
  'S3_OBJECT_LOCK',
  'S3_STORAGE_CLASS',
  'S3_TAGS',
  'S3_TIMEOUT_SECONDS',
  'SCHEDULE',
  'SERVER_KINDS',
  'STATE_DIR',
  'STOP_SECONDS',
  'TARGET',
  'TIMEZONE',
  'TLS_CERT_FILE',
  'TLS_KEY_FILE',
  'TOKEN_DAYS',
  'TOKEN_SECRET',
  'TRUSTED_KEYS',
  'URL',
  'VERIFY_SCHEDULE',
  'WEBHOOK_EVENTS',
  'WEBHOOK_FORMAT',
  'WEBHOOK_URL',
]);

/** Names that are also read as NAME_FILE. */
const AS_FILE = /^(API_TOKEN|API_TOKEN_ORG_\d+|AGE_PASSPHRASE|WEBHOOK_URL)_FILE$/;
const OF_ORG = /^API_TOKEN_ORG_\d+$/;

/** Set by Kubernetes for each Service whose name begins with `dashkeep`, and for the ports of the compose file. */
const OF_SERVICES = /^(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)$/;

/** Set by those who test and build Dashkeep, for their own programs. */
const OF_TESTS = /^(TEST_\w+|BENCH_\w+|CHAOS|REQUIRE_TIERS|CI_CACHE|KUBE_CACHE)$/;

const KNOWN = [AS_FILE, OF_ORG, OF_SERVICES, OF_TESTS];

/** More letters than that are another word. */
const MOST_LETTERS = 5;

/** @throws DK_SETTINGS for a setting that does not exist, with the nearest name that does */
export function assertKnownNames(environment: Environment): void {
  for (const name of Object.keys(environment)) {
    const rest = name.slice(PREFIX.length);
    if (name.startsWith(PREFIX) && !NAMES.has(rest) && !KNOWN.some((pattern) => pattern.test(rest))) {
      const near = nearest(rest);
      throw new CommandError('DK_SETTINGS', `there is no setting ${name.slice(0, 80)}`, {
        hint: near === undefined ? 'Unset it. docs/settings.md lists all settings.' : `Did you mean ${PREFIX}${near}?`,
      });
    }
  }
}

function nearest(wanted: string): string | undefined {
  const [best] = [...NAMES]
    .map((name) => ({ name, letters: lettersBetween(wanted.slice(0, 80), name) }))
    .sort((a, b) => a.letters - b.letters);
  return best !== undefined && best.letters <= Math.min(MOST_LETTERS, wanted.length / 2) ? best.name : undefined;
}
