import { hostname } from 'node:os';
import { NOTIFICATION_EVENTS, SECRET_NAMES, type SecretName } from '../../contract/api/settings.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import type { Given, SecretReader, ServiceConfig } from '../../service/config.ts';
import { LEVELS, type Level } from '../../service/log.ts';
import { OutboundAllowList } from '../../storage/outbound/allow-list.ts';
import { parseObjectLock } from '../../storage/s3/settings/object-lock.ts';
import { fieldProblems } from '../../service/settings/validate.ts';
import { DEFAULT_SETTINGS, withLeaves } from '../../service/settings/defaults.ts';
import { adminReaders, orgReaders } from './credentials.ts';
import { addressOf, rootsOf, secretNamed, tlsFiles } from './value-parsers.ts';
import { optionalNumber, secretReader, wholeNumber, yesOrNo, type Environment } from './environment.ts';
import { ignoresClock, kindsOf, orgsOf, stateDirectory, trustedKeysOf, type CommonFlags } from './settings.ts';
import { CommandError } from '../command-error.ts';

/** Where the kubelet mounts a pod's service account when nobody says otherwise. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

const RECIPIENTS = 'encryption.recipients';

/** How an environment variable becomes a setting: its name, the setting's path, and the value of its text. */
export const SETTINGS: readonly [name: string, path: string, parse: (text: string, name: string) => unknown][] = [
  ['DASHKEEP_TARGET', 'target.url', asIs],
  ['DASHKEEP_S3_ENDPOINT', 'target.endpoint', asIs],
  ['AWS_REGION', 'target.region', asIs],
  ['AWS_PROFILE', 'target.profile', asIs],
  ['DASHKEEP_S3_FORCE_PATH_STYLE', 'target.forcePathStyle', yesOrNo],
  ['DASHKEEP_SCHEDULE', 'schedule.backup', schedule],
  ['DASHKEEP_VERIFY_SCHEDULE', 'schedule.verify', schedule],
  ['DASHKEEP_PRUNE_SCHEDULE', 'schedule.prune', schedule],
  ['DASHKEEP_DRILL_SCHEDULE', 'schedule.drill', schedule],
  ['DASHKEEP_TIMEZONE', 'schedule.timezone', asIs],
  ['DASHKEEP_JITTER_SECONDS', 'schedule.jitterSeconds', count],
  ['DASHKEEP_KINDS', 'scope.excludeKinds', allBut],
  ['DASHKEEP_EXCLUDE_KINDS', 'scope.excludeKinds', (text) => kindsOf(text) ?? []],
  ['DASHKEEP_PLAIN_COPIES', 'scope.plainCopies', (text, name) => (yesOrNo(text, name) ? 'on' : 'off')],
  ['DASHKEEP_FULL_READ_EVERY', 'scope.fullReadEvery', (text, name) => wholeNumber(text, name)],
  ['DASHKEEP_KEEP_LAST', 'retention.keepLast', count],
  ['DASHKEEP_KEEP_HOURLY', 'retention.keepHourly', count],
  ['DASHKEEP_KEEP_DAILY', 'retention.keepDaily', count],
  ['DASHKEEP_KEEP_WEEKLY', 'retention.keepWeekly', count],
  ['DASHKEEP_KEEP_MONTHLY', 'retention.keepMonthly', count],
  ['DASHKEEP_KEEP_YEARLY', 'retention.keepYearly', count],
  ['DASHKEEP_KEEP_WITHIN', 'retention.keepWithin', asIs],
  ['DASHKEEP_AGE_RECIPIENTS', RECIPIENTS, (text) => text.split(/[\s,]+/).filter((one) => one !== '')],
  ['DASHKEEP_WEBHOOK_FORMAT', 'notifications.format', (text, name) => oneOf(text, name, ['generic', 'slack'])],
  ['DASHKEEP_WEBHOOK_EVENTS', 'notifications.events', events],
];

/** Secrets that the deployment may give; each also as NAME_FILE. */
export const SECRETS: Readonly<Record<SecretName, string>> = {
  s3AccessKeyId: 'AWS_ACCESS_KEY_ID',
  s3SecretAccessKey: 'AWS_SECRET_ACCESS_KEY',
  s3SessionToken: 'AWS_SESSION_TOKEN',
  ageIdentity: 'DASHKEEP_AGE_IDENTITY',
  webhookUrl: 'DASHKEEP_WEBHOOK_URL',
};

/** The configuration of the service from the environment. @throws DK_SETTINGS naming what is wrong */
export function serviceConfig(environment: Environment, flags: CommonFlags, version: string): ServiceConfig {
  const settings = new Map<string, Given<unknown>>();
  for (const [name, path, parse] of SETTINGS) {
    const text = environment[name];
    if (text !== undefined) {
      settings.set(path, { value: parse(text, name), source: name });
    }
  }
  const orgs = orgsOf(environment['DASHKEEP_ORGS']);
  if (orgs !== undefined) {
    settings.set('scope.orgs', { value: orgs === 'all' ? 'all' : 'token', source: 'DASHKEEP_ORGS' });
  }
  const agePassphrase = givenSecret(environment, 'DASHKEEP_AGE_PASSPHRASE');
  if (agePassphrase !== undefined && !settings.has(RECIPIENTS)) {
    // Who can read is then for the passphrase alone to say.
    settings.set(RECIPIENTS, { value: [], source: agePassphrase.source });
  }
  assertValid(settings);
  const url = flags.grafanaUrl ?? environment['GRAFANA_URL'];
  if (url === undefined) {
    throw new CommandError('DK_SETTINGS', 'no Grafana is set', {
      hint: 'Set GRAFANA_URL, such as http://localhost:3000.',
    });
  }
  const secret = environment['DASHKEEP_ADMIN_SECRET'];
  const ops = environment['DASHKEEP_OPS_LISTEN'] ?? '0.0.0.0:9464';
  const allow = environment['DASHKEEP_OUTBOUND_ALLOW'];
  const policy = environment['DASHKEEP_NETWORK_POLICY'];
  const lock = environment['DASHKEEP_S3_OBJECT_LOCK'];
  return {
    version,
    grafana: {
      url,
      caFile: environment['DASHKEEP_GRAFANA_CA_FILE'],
      concurrency: optionalNumber(environment['DASHKEEP_GRAFANA_CONCURRENCY'], 'DASHKEEP_GRAFANA_CONCURRENCY'),
      timeout: optionalNumber(environment['DASHKEEP_GRAFANA_TIMEOUT'], 'DASHKEEP_GRAFANA_TIMEOUT'),
      token: secretReader(environment, 'GRAFANA_API_TOKEN'),
      orgTokens: orgReaders(environment, 'GRAFANA_API_TOKEN'),
      admin: adminReaders(environment),
    },
    serverKinds: yesOrNo(environment['DASHKEEP_SERVER_KINDS'] ?? 'true', 'DASHKEEP_SERVER_KINDS'),
    orgIds: orgs === 'all' ? undefined : orgs,
    admin: {
      directory: environment['DASHKEEP_ADMIN_SECRET_DIR'],
      secret: secret === undefined ? undefined : secretNamed(secret),
      keys: { user: environment['DASHKEEP_ADMIN_USER_KEY'], password: environment['DASHKEEP_ADMIN_PASSWORD_KEY'] },
    },
    kubernetes: {
      mode: oneOf(environment['DASHKEEP_KUBERNETES'] ?? 'auto', 'DASHKEEP_KUBERNETES', ['auto', 'off']),
      directory: environment['DASHKEEP_KUBE_DIR'] ?? SERVICE_ACCOUNT,
      host: environment['KUBERNETES_SERVICE_HOST'],
      port: Number(environment['KUBERNETES_SERVICE_PORT'] ?? 443),
      tokenSecret: environment['DASHKEEP_TOKEN_SECRET'] ?? 'grafana-backup',
      lease: environment['DASHKEEP_LEASE'],
    },
    stateDirectory: stateDirectory(flags, environment),
    instance: environment['POD_NAME'] ?? hostname(),
    listen: addressOf(environment['DASHKEEP_LISTEN'] ?? '127.0.0.1:3210', 'DASHKEEP_LISTEN'),
    tls: tlsFiles(environment),
    opsListen: ops === 'off' ? undefined : addressOf(ops, 'DASHKEEP_OPS_LISTEN'),
    url: environment['DASHKEEP_URL'],
    deployment: {
      image: environment['DASHKEEP_IMAGE'],
      networkPolicy: policy === undefined ? undefined : yesOrNo(policy, 'DASHKEEP_NETWORK_POLICY'),
    },
    apiToken: secretReader(environment, 'DASHKEEP_API_TOKEN'),
    apiOrgTokens: orgReaders(environment, 'DASHKEEP_API_TOKEN'),
    apiTokenHours: optionalNumber(environment['DASHKEEP_API_TOKEN_HOURS'], 'DASHKEEP_API_TOKEN_HOURS'),
    settings,
    ...(lock === undefined ? {} : { objectLock: { value: parseObjectLock(lock), source: 'DASHKEEP_S3_OBJECT_LOCK' } }),
    fileRoots: rootsOf(environment['DASHKEEP_FILE_ROOTS'] ?? ''),
    outboundAllow: allow === undefined ? undefined : new OutboundAllowList(allow, 'DASHKEEP_OUTBOUND_ALLOW'),
    secrets: secretsOf(environment),
    agePassphrase,
    ignoreClock: ignoresClock({}, environment),
    trustedKeys: trustedKeysOf(environment['DASHKEEP_TRUSTED_KEYS']),
    environment,
    logLevel: oneOf(environment['DASHKEEP_LOG_LEVEL'] ?? 'info', 'DASHKEEP_LOG_LEVEL', LEVELS) as Level,
    stopWithin: 1000 * (optionalNumber(environment['DASHKEEP_STOP_SECONDS'], 'DASHKEEP_STOP_SECONDS') ?? 20),
  };
}

function asIs(text: string): string {
  return text;
}

/** Only these kinds, as everything but them. */
function allBut(text: string): KindName[] {
  const wanted = new Set(kindsOf(text));
  return KIND_NAMES.filter((kind) => !wanted.has(kind));
}

function count(text: string, name: string): number {
  return wholeNumber(text, name, 0);
}

/** `off` is how an environment says "never". */
function schedule(text: string): string {
  return text === 'off' ? '' : text;
}

function events(text: string, name: string): string[] {
  return text.split(',').map((part) => oneOf(part.trim(), name, NOTIFICATION_EVENTS));
}

function oneOf<T extends string>(text: string, name: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found === undefined) {
    throw new DashkeepError('DK_SETTINGS', `${name} must be one of ${words.join(', ')}, not '${text}'`);
  }
  return found;
}

/** What a schema of the API would refuse from a person is refused from a deployment too. */
function assertValid(settings: ReadonlyMap<string, Given<unknown>>): void {
  const leaves = new Map([...settings].map(([path, { value }]) => [path, value]));
  const problems = fieldProblems(withLeaves(DEFAULT_SETTINGS, leaves));
  for (const [path, problem] of Object.entries(problems)) {
    throw new DashkeepError(
      'DK_SETTINGS',
      `${settings.get(path)?.source ?? path} is not usable: ${reasonSentence(problem)}`,
    );
  }
}

function secretsOf(environment: Environment): Map<SecretName, Given<SecretReader>> {
  const found = new Map<SecretName, Given<SecretReader>>();
  for (const secret of SECRET_NAMES) {
    const given = givenSecret(environment, SECRETS[secret]);
    if (given !== undefined) {
      found.set(secret, given);
    }
  }
  return found;
}

function givenSecret(environment: Environment, name: string): Given<SecretReader> | undefined {
  const value = secretReader(environment, name);
  return value === undefined ? undefined : { value, source: environment[name] === undefined ? `${name}_FILE` : name };
}
