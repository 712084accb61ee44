import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Configuration,
  FLAG_VARIABLES,
  SETTINGS,
  type Name,
  type SecretVariable,
  type SettingVariable,
} from '../../../pkg/cli/config/configuration.ts';
import { serviceConfig } from '../../../pkg/cli/config/service.ts';
import type { Secret, Setting } from '../../../pkg/cli/config/setting-definitions.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { memoryDirectory } from '../../support/directories.ts';

let directory: Awaited<ReturnType<typeof memoryDirectory>>;
beforeAll(async () => {
  directory = await memoryDirectory();
  makeCertificate(directory.path);
  await writeFile(join(directory.path, 'secret'), 'sample\n');
});
afterAll(() => directory.remove());

/** Texts that parsers take, where they don't take every number. */
const SAMPLES: Record<string, string> = {
  ...{ DASHKEEP_S3_ENDPOINT: 'https://s3.fr-par.scw.cloud', DASHKEEP_KINDS: 'folder' },
  ...{ DASHKEEP_TARGET: 's3://bucket', DASHKEEP_EXCLUDE_KINDS: 'folder', DASHKEEP_PLAIN_COPIES: 'off' },
  ...{ DASHKEEP_AGE_RECIPIENTS: `age1${'q'.repeat(58)}`, DASHKEEP_TIMEZONE: 'Europe/Paris' },
  ...{ DASHKEEP_KEEP_WITHIN: '30d', DASHKEEP_WEBHOOK_FORMAT: 'slack', DASHKEEP_WEBHOOK_EVENTS: 'failed,late' },
  ...{ DASHKEEP_CHANGES: 'daily', DASHKEEP_SMTP_SECURITY: 'tls', DASHKEEP_SMTP_HOST: 'smtp.example.com' },
  ...{ DASHKEEP_SMTP_FROM: 'grafana@example.com', DASHKEEP_SMTP_TO: 'a@example.com,b@example.com' },
  ...{
    AWS_REGION: 'us-east-1',
    AWS_PROFILE: 'own',
    DASHKEEP_S3_CHECKSUMS: 'required',
    DASHKEEP_FILE_ROOTS: '/backups',
  },
  ...{ DASHKEEP_S3_OBJECT_LOCK: 'COMPLIANCE:1', DASHKEEP_S3_ENCRYPTION: 'AES256', DASHKEEP_S3_TAGS: 'team=a' },
  ...{ DASHKEEP_S3_BUCKET_OWNER: '123456789012', DASHKEEP_COPY_TARGET: 's3://second', DASHKEEP_COPY_KEEP: 'last=5' },
  ...{ DASHKEEP_COPY_S3_OBJECT_LOCK: 'COMPLIANCE:2', DASHKEEP_COPY_S3_ENCRYPTION: 'aws:kms' },
  ...{ DASHKEEP_FLEET_TARGETS: 's3://fleet/*', DASHKEEP_GIT_URL: 'https://git.example.com/a.git' },
  ...{ GRAFANA_URL: 'http://grafana:3000', DASHKEEP_LISTEN: '127.0.0.1:1', DASHKEEP_OPS_LISTEN: '127.0.0.1:2' },
  ...{ 'DASHKEEP_CONNECTION_<NAME>_URL': 'https://stage.example.com', DASHKEEP_LOG_LEVEL: 'warn' },
  ...{ DASHKEEP_ALARM_GONE: '5%,3', DASHKEEP_ALARM_CHANGED: '6%,4', DASHKEEP_ADMIN_SECRET: 'monitoring/grafana' },
};

function sampleOf(name: string): string {
  const { parse } = SETTINGS[name as SettingVariable] as Setting;
  if (name.endsWith('TRUSTED_KEYS')) {
    return 'f'.repeat(32);
  }
  if (name === 'DASHKEEP_GRAFANA_CA_FILE') {
    return `${directory.path}/ca.pem`;
  }
  const isYesOrNo = parse.name === 'yesOrNo';
  return SAMPLES[name] ?? (isYesOrNo ? 'on' : name.endsWith('SCHEDULE') ? 'off' : '7');
}

/** What must also be set, by how a name begins. */
const WITH: Record<string, Record<string, string>> = {
  DASHKEEP_COPY_: { DASHKEEP_COPY_TARGET: 's3://second' },
  DASHKEEP_GIT_: { DASHKEEP_GIT_URL: 'https://git.example.com/a.git' },
  'DASHKEEP_CONNECTION_<NAME>_': {
    DASHKEEP_CONNECTION_MY_STAGE_URL: 'https://a.example.com',
    DASHKEEP_CONNECTION_MY_STAGE_TOKEN: 'token',
  },
  'DASHKEEP_CONNECTION_<NAME>_ADMIN_': {
    DASHKEEP_CONNECTION_MY_STAGE_ADMIN_USER: 'user',
    DASHKEEP_CONNECTION_MY_STAGE_ADMIN_PASSWORD: 'password',
  },
  GRAFANA_ADMIN_: { GRAFANA_ADMIN_USER: 'user', GRAFANA_ADMIN_PASSWORD: 'password' },
  DASHKEEP_TLS_: { DASHKEEP_TLS_CERT_FILE: '/cert.pem', DASHKEEP_TLS_KEY_FILE: '/key.pem' },
  DASHKEEP_SMTP_PASSWORD: { DASHKEEP_SMTP_HOST: 'smtp.example.com' },
};

/** Where the configuration of the service has what is on no settings page; functions on the way are called. */
const WHERE: Partial<Record<Name, string | [path: string, value: string]>> = {
  DASHKEEP_FILE_ROOTS: 'fileRoots',
  DASHKEEP_OUTBOUND_ALLOW: 'outboundAllow',
  DASHKEEP_S3_CA_FILE: 'storage.s3.caFile',
  DASHKEEP_S3_CHECKSUMS: 'storage.s3.checksums',
  DASHKEEP_S3_OBJECT_LOCK: 'objectLock',
  DASHKEEP_S3_ENCRYPTION: 'storage.s3.encryption',
  DASHKEEP_S3_BUCKET_OWNER: 'storage.s3.bucketOwner',
  DASHKEEP_S3_STORAGE_CLASS: 'storage.s3.storageClass',
  DASHKEEP_S3_TAGS: 'storage.s3.tags',
  DASHKEEP_S3_TIMEOUT_SECONDS: 'storage.s3.timeoutMilliseconds',
  AWS_CONFIG_FILE: 'storage.s3.aws.configFile',
  AWS_SHARED_CREDENTIALS_FILE: 'storage.s3.aws.credentialsFile',
  AZURE_STORAGE_ACCOUNT: 'storage.azure.account',
  DASHKEEP_AZURE_ENDPOINT: 'storage.azure.endpoint',
  DASHKEEP_AZURE_TIMEOUT_SECONDS: 'storage.azure.timeoutMilliseconds',
  AZURE_STORAGE_CONNECTION_STRING: 'storage.azure.connectionString',
  AZURE_STORAGE_KEY: 'storage.azure.key',
  AZURE_STORAGE_SAS_TOKEN: 'storage.azure.sasToken',
  AZURE_TENANT_ID: 'storage.azure.tenantId',
  AZURE_CLIENT_ID: 'storage.azure.clientId',
  AZURE_CLIENT_SECRET: 'storage.azure.clientSecret',
  AZURE_FEDERATED_TOKEN_FILE: 'storage.azure.federatedTokenFile',
  DASHKEEP_GCS_ENDPOINT: 'storage.gcs.endpoint',
  DASHKEEP_GCS_TIMEOUT_SECONDS: 'storage.gcs.timeoutMilliseconds',
  DASHKEEP_GCS_KEY: 'storage.gcs.credentials',
  DASHKEEP_COPY_TARGET: 'copy.target',
  DASHKEEP_COPY_SCHEDULE: 'copy.schedule',
  DASHKEEP_COPY_KEEP: 'copy.keep',
  DASHKEEP_COPY_VERIFY_DAYS: 'copy.verifyDays',
  DASHKEEP_COPY_S3_ENDPOINT: 'copy.storage.s3.endpoint',
  DASHKEEP_COPY_S3_REGION: 'copy.storage.s3.region',
  DASHKEEP_COPY_S3_FORCE_PATH_STYLE: 'copy.storage.s3.forcePathStyle',
  DASHKEEP_COPY_S3_PROFILE: 'copy.storage.s3.profile',
  DASHKEEP_COPY_S3_CONFIG_FILE: 'copy.storage.s3.aws.configFile',
  DASHKEEP_COPY_S3_CREDENTIALS_FILE: 'copy.storage.s3.aws.credentialsFile',
  DASHKEEP_COPY_S3_CA_FILE: 'copy.storage.s3.caFile',
  DASHKEEP_COPY_S3_OBJECT_LOCK: 'copy.storage.lock',
  DASHKEEP_COPY_S3_ENCRYPTION: 'copy.storage.s3.encryption',
  DASHKEEP_COPY_S3_ACCESS_KEY_ID: 'copy.storage.s3.accessKeyId',
  DASHKEEP_COPY_S3_SECRET_ACCESS_KEY: 'copy.storage.s3.secretAccessKey',
  DASHKEEP_COPY_S3_SESSION_TOKEN: 'copy.storage.s3.sessionToken',
  DASHKEEP_FLEET_TARGETS: 'fleet.targets',
  DASHKEEP_FLEET_TRUSTED_KEYS: 'fleet.trustedKeys',
  DASHKEEP_GIT_URL: 'mirror.url',
  DASHKEEP_GIT_BRANCH: 'mirror.branch',
  DASHKEEP_GIT_USER: 'mirror.user',
  DASHKEEP_GIT_TOKEN: 'mirror.token',
  GRAFANA_URL: 'grafana.url',
  GRAFANA_API_TOKEN: 'grafana.token',
  'GRAFANA_API_TOKEN_ORG_<n>': 'grafana.orgTokens.2',
  GRAFANA_ADMIN_USER: 'grafana.admin.user',
  GRAFANA_ADMIN_PASSWORD: 'grafana.admin.password',
  DASHKEEP_GRAFANA_CA_FILE: 'grafana.caFile',
  DASHKEEP_GRAFANA_CONCURRENCY: 'grafana.concurrency',
  DASHKEEP_GRAFANA_TIMEOUT: 'grafana.timeout',
  DASHKEEP_ORGS: 'orgIds',
  'DASHKEEP_CONNECTION_<NAME>_URL': 'connections.0.url',
  'DASHKEEP_CONNECTION_<NAME>_TOKEN': ['connections.0.credentials.authorization', 'Bearer sample'],
  'DASHKEEP_CONNECTION_<NAME>_ADMIN_USER': [
    'connections.0.credentials.authorization',
    `Basic ${btoa('sample:password')}`,
  ],
  'DASHKEEP_CONNECTION_<NAME>_ADMIN_PASSWORD': [
    'connections.0.credentials.authorization',
    `Basic ${btoa('user:sample')}`,
  ],
  'DASHKEEP_CONNECTION_<NAME>_CA_FILE': 'connections.0.caFile',
  'DASHKEEP_CONNECTION_<NAME>_ORGS': 'connections.0.orgs',
  DASHKEEP_SERVER_KINDS: 'serverKinds',
  DASHKEEP_ALARM_GONE: 'alarm.gone',
  DASHKEEP_ALARM_CHANGED: 'alarm.changed',
  DASHKEEP_IGNORE_CLOCK: 'ignoreClock',
  DASHKEEP_TRUSTED_KEYS: 'trustedKeys',
  DASHKEEP_AGE_PASSPHRASE: 'agePassphrase.value.0',
  DASHKEEP_TLS_CERT_FILE: 'tls.cert',
  DASHKEEP_TLS_KEY_FILE: 'tls.key',
  DASHKEEP_IMAGE: 'deployment.image',
  DASHKEEP_NETWORK_POLICY: 'deployment.networkPolicy',
  DASHKEEP_LISTEN: 'listen',
  DASHKEEP_OPS_LISTEN: 'opsListen',
  DASHKEEP_URL: 'url',
  DASHKEEP_API_TOKEN: 'apiToken',
  'DASHKEEP_API_TOKEN_ORG_<n>': 'apiOrgTokens.2',
  DASHKEEP_API_TOKEN_HOURS: 'apiTokenHours',
  DASHKEEP_STATE_DIR: 'stateDirectory',
  DASHKEEP_LOG_LEVEL: 'logLevel',
  DASHKEEP_STOP_SECONDS: 'stopWithin',
  DASHKEEP_ADMIN_SECRET_DIR: 'admin.directory',
  DASHKEEP_ADMIN_SECRET: 'admin.secret',
  DASHKEEP_ADMIN_USER_KEY: 'admin.keys.user',
  DASHKEEP_ADMIN_PASSWORD_KEY: 'admin.keys.password',
  DASHKEEP_KUBE_DIR: 'kubernetes.directory',
  DASHKEEP_TOKEN_SECRET: 'kubernetes.tokenSecret',
  DASHKEEP_LEASE: 'kubernetes.lease',
};

/** Settings of which the service has no value, and why. */
const EXCEPTIONS: Partial<Record<Name, string>> = {
  GOOGLE_APPLICATION_CREDENTIALS: 'names a file, of which the service has the contents',
  DASHKEEP_BOOTSTRAP_WAIT: 'is only for dashkeep bootstrap',
  DASHKEEP_TOKEN_DAYS: 'is only for dashkeep bootstrap',
  DASHKEEP_KUBERNETES: 'decides whether there is an API server',
};

function environmentOf(name: string, given: Record<string, string>): Record<string, string> {
  const companions = Object.entries(WITH).flatMap(([start, others]) => (name.startsWith(start) ? [others] : []));
  return Object.assign({ GRAFANA_URL: 'http://127.0.0.1:3000' }, ...companions, given);
}

/** The variable of an organization or a connection, where the name has a place for it. */
function variableOf(name: string): string {
  return name.replace('<NAME>', 'MY_STAGE').replace('<n>', '2');
}

interface Found {
  value: unknown;
  /** Undefined where the service keeps no source of it. */
  from: string | undefined;
}

/** What the service has. */
async function ofService(name: Name, given: Record<string, string>): Promise<Found> {
  const config = serviceConfig(environmentOf(name, given), {}, 'test');
  const row: Setting | Secret = SETTINGS[name];
  const page = 'secret' in row ? config.secrets.get(row.page!) : config.settings.get(row.path!);
  let found: unknown = page;
  for (const part of page === undefined ? [WHERE[name] ?? 'nowhere'].flat()[0]!.split('.') : []) {
    const at = await called(found ?? config);
    found = at instanceof Map ? at.get(Number(part)) : (at as Record<string, unknown>)[part];
  }
  const isSourced = typeof found === 'object' && found !== null && 'from' in found && 'value' in found;
  const { value, from } = isSourced ? (found as Found) : { value: found, from: undefined };
  return { value: await called(value), from };
}

async function called(value: unknown): Promise<unknown> {
  return typeof value === 'function' ? await (value as () => unknown)() : value;
}

const names = Object.keys(SETTINGS) as Name[];
const isSecret = (name: Name): name is SecretVariable => 'secret' in SETTINGS[name];

describe('each setting', () => {
  it.each(names.filter((name) => !isSecret(name) && EXCEPTIONS[name] === undefined) as SettingVariable[])(
    '%s is the same for a command and the service, which says where it is from',
    async (name) => {
      const variable = variableOf(name);
      const given = { [variable]: sampleOf(name) };
      const { parse }: Setting = SETTINGS[name];
      const value = parse(sampleOf(name), variable);
      if (variable === name) {
        expect(new Configuration(given).find(name)).toEqual({ value, from: name });
      }
      const found = await ofService(name, given);
      expect(found).toEqual({ value, from: found.from && name });
    },
  );

  it.each(names.filter(isSecret))('%s is the same for a command and the service, also from a file', async (name) => {
    const variable = variableOf(name);
    for (const given of [{ [variable]: 'sample' }, { [`${variable}_FILE`]: join(directory.path, 'secret') }]) {
      const [from] = Object.keys(given);
      if (variable === name) {
        const secret = new Configuration(given).secret(name);
        expect([await secret?.value(), secret?.from]).toEqual(['sample', from]);
      }
      const others = Object.fromEntries(
        Object.entries(environmentOf(name, {})).map(([other, text]) => [other, other === variable ? '' : text]),
      );
      const found = await ofService(name, { ...others, ...given });
      const [, expected = 'sample'] = [WHERE[name] ?? ''].flat();
      expect(found).toEqual({ value: expected, from: found.from && from });
    }
  });

  it.each([...FLAG_VARIABLES].filter(([, name]) => !name.endsWith('_FILE')))('%s wins over %s', (flag, variable) => {
    const name = variable as SettingVariable;
    const attribute = flag.slice(2).replace(/-[a-z]/g, (part) => part.slice(1).toUpperCase());
    const flagged = name === 'DASHKEEP_IGNORE_CLOCK' ? true : sampleOf(name);
    const found = new Configuration({ [name]: 'something else' }, { [attribute]: flagged }).find(name);
    const { parse }: Setting = SETTINGS[name];
    expect(found).toEqual({ value: parse(String(flagged), flag), from: flag });
  });
});
