import { hostname } from 'node:os';
import type { SecretName } from '../../contract/api/settings.ts';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import type { SecretReader } from '../../grafana/http/credentials.ts';
import type { Sourced } from '../../lib/sourced.ts';
import type { ServiceConfig, TlsFiles } from '../../service/config.ts';
import { DEFAULT_SETTINGS, withLeaves } from '../../service/settings/defaults.ts';
import { fieldProblems } from '../../service/settings/validate.ts';
import { Configuration, SETTINGS, type SecretVariable, type SettingVariable } from './configuration.ts';
import type { Environment } from './environment.ts';
import { mirrorConfig } from './mirror.ts';
import { connectionsOf } from './connection.ts';
import { copyConfig } from './copy.ts';
import { fleetConfig } from './fleet.ts';
import { grafanaConfig } from './grafana.ts';
import { agePassphrases, apiServer, excludedKinds, stateDirectory, type CommonFlags } from './settings.ts';
import { storageSettings } from './storage.ts';
import type { Secret, Setting } from './setting-definitions.ts';
import { variables } from './variables.ts';

const RECIPIENTS = 'encryption.recipients';

/** The configuration of the service. @throws DK_SETTINGS naming what is wrong */
export function serviceConfig(environment: Environment, flags: CommonFlags, version: string): ServiceConfig {
  const configuration = new Configuration(environment, flags);
  const orgs = configuration.find('DASHKEEP_ORGS');
  const ops = configuration.get('DASHKEEP_OPS_LISTEN');
  const agePassphrase = agePassphrases(configuration);
  const settings = pageSettings(configuration);
  if (orgs !== undefined) {
    settings.set('scope.orgs', { value: orgs.value === 'all' ? 'all' : 'token', from: orgs.from });
  }
  if (agePassphrase !== undefined && !settings.has(RECIPIENTS)) {
    // Who can read is then for the passphrase alone to say.
    settings.set(RECIPIENTS, { value: [], from: agePassphrase.from });
  }
  assertValid(settings);
  const secrets = pageSecrets(configuration);
  if (secrets.has('smtpPassword') && !settings.has('notifications.email.host')) {
    // Otherwise, a server named on a page would get it.
    throw new DashkeepError('DK_SETTINGS', 'DASHKEEP_SMTP_HOST is missing: set both the mail server and the password');
  }
  return {
    version,
    grafana: grafanaConfig(configuration),
    connections: connectionsOf(configuration),
    fleet: fleetConfig(configuration),
    serverKinds: configuration.get('DASHKEEP_SERVER_KINDS'),
    orgIds: orgs?.value === 'all' ? undefined : orgs?.value,
    admin: {
      directory: configuration.get('DASHKEEP_ADMIN_SECRET_DIR'),
      secret: configuration.get('DASHKEEP_ADMIN_SECRET'),
      keys: {
        user: configuration.get('DASHKEEP_ADMIN_USER_KEY'),
        password: configuration.get('DASHKEEP_ADMIN_PASSWORD_KEY'),
      },
    },
    kubernetes: {
      apiServer: apiServer(configuration),
      directory: configuration.get('DASHKEEP_KUBE_DIR'),
      tokenSecret: configuration.get('DASHKEEP_TOKEN_SECRET'),
      lease: configuration.get('DASHKEEP_LEASE'),
    },
    stateDirectory: stateDirectory(configuration),
    instance: configuration.variable('POD_NAME') ?? hostname(),
    listen: configuration.get('DASHKEEP_LISTEN'),
    tls: tlsFiles(configuration),
    opsListen: ops === 'off' ? undefined : ops,
    url: configuration.get('DASHKEEP_URL'),
    deployment: {
      image: configuration.get('DASHKEEP_IMAGE'),
      networkPolicy: configuration.get('DASHKEEP_NETWORK_POLICY'),
    },
    apiToken: configuration.secret('DASHKEEP_API_TOKEN')?.value,
    apiOrgTokens: configuration.secretsByOrg('DASHKEEP_API_TOKEN_ORG_<n>'),
    apiTokenHours: configuration.get('DASHKEEP_API_TOKEN_HOURS'),
    settings,
    variables: variables(configuration),
    objectLock: configuration.find('DASHKEEP_S3_OBJECT_LOCK'),
    storage: storageSettings(configuration),
    fileRoots: configuration.get('DASHKEEP_FILE_ROOTS'),
    outboundAllow: configuration.get('DASHKEEP_OUTBOUND_ALLOW'),
    ...compact({ copy: copyConfig(configuration), mirror: mirrorConfig(configuration) }),
    secrets,
    agePassphrase,
    alarm: { gone: configuration.get('DASHKEEP_ALARM_GONE'), changed: configuration.get('DASHKEEP_ALARM_CHANGED') },
    ignoreClock: configuration.get('DASHKEEP_IGNORE_CLOCK'),
    trustedKeys: configuration.get('DASHKEEP_TRUSTED_KEYS'),
    logLevel: configuration.get('DASHKEEP_LOG_LEVEL') ?? 'info',
    stopWithin: configuration.get('DASHKEEP_STOP_SECONDS'),
  };
}

/** What the deployment decides instead of the settings page, by dotted path. */
function pageSettings(configuration: Configuration): Map<string, Sourced<unknown>> {
  const found = new Map<string, Sourced<unknown>>();
  for (const [name, { path }] of Object.entries<Setting | Secret>(SETTINGS) as [SettingVariable, Partial<Setting>][]) {
    const given =
      path === undefined
        ? undefined
        : path === 'scope.excludeKinds'
          ? excludedKinds(configuration)
          : configuration.find(name);
    if (path !== undefined && given !== undefined) {
      found.set(path, given);
    }
  }
  return found;
}

function pageSecrets(configuration: Configuration): ServiceConfig['secrets'] {
  const found = new Map<SecretName, Sourced<SecretReader>>();
  for (const [name, { page }] of Object.entries<Setting | Secret>(SETTINGS) as [SecretVariable, Partial<Secret>][]) {
    const given = page === undefined ? undefined : configuration.secret(name);
    if (page !== undefined && given !== undefined) {
      found.set(page, given);
    }
  }
  return found;
}

/** Certificate and key come together. @throws DK_SETTINGS */
function tlsFiles(configuration: Configuration): TlsFiles | undefined {
  const cert = configuration.get('DASHKEEP_TLS_CERT_FILE');
  const key = configuration.get('DASHKEEP_TLS_KEY_FILE');
  if ((cert === undefined) !== (key === undefined)) {
    const missing = cert === undefined ? 'DASHKEEP_TLS_CERT_FILE' : 'DASHKEEP_TLS_KEY_FILE';
    throw new DashkeepError('DK_SETTINGS', `${missing} is missing: set both certificate and key`);
  }
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

/** What a schema of the API would refuse from a person is refused from a deployment too. */
function assertValid(settings: ReadonlyMap<string, Sourced<unknown>>): void {
  const leaves = new Map([...settings].map(([path, { value }]) => [path, value]));
  const problems = fieldProblems(withLeaves(DEFAULT_SETTINGS, leaves));
  for (const [path, problem] of Object.entries(problems)) {
    throw new DashkeepError(
      'DK_SETTINGS',
      `${settings.get(path)?.from ?? path} is invalid: ${reasonSentence(problem)}`,
    );
  }
}
