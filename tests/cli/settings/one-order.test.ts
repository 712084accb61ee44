import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Configuration, SETTINGS } from '../../../pkg/cli/config/configuration.ts';
import { serviceConfig } from '../../../pkg/cli/config/service.ts';
import { encryptionSettings, excludedKinds } from '../../../pkg/cli/config/settings.ts';
import { storageSettings } from '../../../pkg/cli/config/storage.ts';
import type { Secret, Setting } from '../../../pkg/cli/config/setting-definitions.ts';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { DEFAULT_SETTINGS } from '../../../pkg/service/settings/defaults.ts';
import { deploymentOnly } from '../../../pkg/service/settings/outbound.ts';
import type { StoreExplanation } from '../../../pkg/storage/open.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { runCli } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { openedByCommand, openedByService, type Given } from './entry-points.ts';

const KEY = { AWS_ACCESS_KEY_ID: 'key-of-the-environment', AWS_SECRET_ACCESS_KEY: 'secret' };
const AZURE = { DASHKEEP_TARGET: 'azblob://container', AZURE_STORAGE_ACCOUNT: 'account' };
const AZURE_POD = { AZURE_TENANT_ID: 'tenant', AZURE_CLIENT_ID: 'client', AZURE_FEDERATED_TOKEN_FILE: '/token' };
const SCALEWAY = 'https://s3.fr-par.scw.cloud';

let directory: Awaited<ReturnType<typeof memoryDirectory>>;
beforeAll(async () => {
  directory = await memoryDirectory();
  await mkdir(join(directory.path, '.aws'));
  await writeFile(
    join(directory.path, '.aws', 'config'),
    `[default]\nregion = eu-west-3\n[profile own]\nregion = eu-west-1\n[profile keyless]\nregion = eu-west-2\n`,
  );
  await writeFile(
    join(directory.path, '.aws', 'credentials'),
    `[own]\naws_access_key_id = key-of-the-profile\naws_secret_access_key = secret\n`,
  );
  for (const name of ['id', 'secret']) {
    await writeFile(join(directory.path, name), `from-a-file\n`);
  }
  makeCertificate(directory.path);
});
afterAll(() => directory.remove());

function environment(given: Given): Given {
  return { HOME: directory.path, DASHKEEP_TARGET: 's3://bucket/prefix', ...given };
}

function sourceOf(settings: StoreExplanation['settings'], name: string): string | undefined {
  return settings.find((one) => one.name === name)?.from;
}

/** What a setting comes to, or why it is refused. */
async function outcome(opened: (given: Given) => Promise<unknown>, given: Given): Promise<unknown> {
  try {
    return await opened(environment(given));
  } catch (error) {
    return error instanceof DashkeepError ? { code: error.code, message: error.message } : error;
  }
}

describe('commands and the service', () => {
  it.each<[string, (path: string) => Given]>([
    ['nothing but the files', () => ({})],
    ['AWS_REGION', () => ({ ...KEY, AWS_REGION: 'us-east-1' })],
    ['AWS_DEFAULT_REGION', () => ({ ...KEY, AWS_DEFAULT_REGION: 'us-east-1' })],
    ['AWS_REGION and AWS_DEFAULT_REGION', () => ({ ...KEY, AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-west-1' })],
    ['AWS_PROFILE', () => ({ AWS_PROFILE: 'own' })],
    ['AWS_PROFILE and a key', () => ({ ...KEY, AWS_PROFILE: 'own' })],
    ['AWS_PROFILE without a key, and a key', () => ({ ...KEY, AWS_PROFILE: 'keyless' })],
    ['a key', () => KEY],
    ['half a key', () => ({ AWS_ACCESS_KEY_ID: 'key' })],
    [
      'files with a key',
      (path) => ({ AWS_ACCESS_KEY_ID_FILE: `${path}/id`, AWS_SECRET_ACCESS_KEY_FILE: `${path}/secret` }),
    ],
    ['a key twice', (path) => ({ ...KEY, AWS_ACCESS_KEY_ID_FILE: `${path}/id` })],
    ['DASHKEEP_S3_ENDPOINT', () => ({ ...KEY, DASHKEEP_S3_ENDPOINT: SCALEWAY, AWS_REGION: 'fr-par' })],
    ['AWS_ENDPOINT_URL_S3', () => ({ ...KEY, AWS_ENDPOINT_URL_S3: SCALEWAY, AWS_REGION: 'fr-par' })],
    ['AWS_ENDPOINT_URL', () => ({ ...KEY, AWS_ENDPOINT_URL: SCALEWAY, AWS_REGION: 'fr-par' })],
    ['both endpoints', () => ({ ...KEY, DASHKEEP_S3_ENDPOINT: SCALEWAY, AWS_ENDPOINT_URL: 'https://a.example' })],
    ['DASHKEEP_S3_FORCE_PATH_STYLE', () => ({ ...KEY, DASHKEEP_S3_FORCE_PATH_STYLE: 'on' })],
    ['blanks', () => ({ ...KEY, AWS_PROFILE: ' ', AWS_REGION: ' us-east-1 ' })],
    ['DASHKEEP_S3_CA_FILE', (path) => ({ ...KEY, DASHKEEP_S3_CA_FILE: `${path}/ca.pem` })],
    ['AWS_CA_BUNDLE', (path) => ({ ...KEY, AWS_CA_BUNDLE: `${path}/ca.pem` })],
    ['a pod role', () => ({ AWS_WEB_IDENTITY_TOKEN_FILE: '/token', AWS_ROLE_ARN: 'arn:aws:iam::1:role/r' })],
    ['a container role', () => ({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/role' })],
    ['no instance role', () => ({ AWS_EC2_METADATA_DISABLED: 'on' })],
    ['a wrong number', () => ({ ...KEY, DASHKEEP_S3_TIMEOUT_SECONDS: 'soon' })],
    ['no account of Azure', () => ({ DASHKEEP_TARGET: 'azblob://container' })],
    ['a key of Azure', () => ({ ...AZURE, AZURE_STORAGE_KEY: 'a2V5' })],
    ['a key of Azure in a file', (path) => ({ ...AZURE, AZURE_STORAGE_KEY_FILE: `${path}/secret` })],
    ['a pod identity of Azure', () => ({ ...AZURE, ...AZURE_POD })],
    ['a key of Google', () => ({ DASHKEEP_TARGET: 'gs://bucket', DASHKEEP_GCS_KEY: '{}' })],
    ['no key of Google', () => ({ DASHKEEP_TARGET: 'gs://bucket', DASHKEEP_GCS_ENDPOINT: 'http://localhost:4443/' })],
    ['object lock on Google', () => ({ DASHKEEP_TARGET: 'gs://bucket', DASHKEEP_S3_OBJECT_LOCK: 'COMPLIANCE:1' })],
  ])('open the same target from the same places: %s', async (_, given) => {
    const variables = given(directory.path);
    expect(await outcome(openedByService, variables)).toEqual(await outcome(openedByCommand, variables));
  });

  it.each([
    ['AZURE_STORAGE_CONNECTION_STRING', 'AccountName=another;AccountKey=a2V5', 'AZURE_STORAGE_CONNECTION_STRING'],
    ['AZURE_STORAGE_KEY', 'a2V5', 'AZURE_STORAGE_KEY'],
    ['AZURE_STORAGE_SAS_TOKEN', '?sv=1&sig=2', 'AZURE_STORAGE_SAS_TOKEN'],
    ['AZURE_CLIENT_SECRET', 'secret', 'AZURE_CLIENT_SECRET'],
    ['AZURE_STORAGE_ACCOUNT', 'account', 'workload identity (AZURE_FEDERATED_TOKEN_FILE)'],
  ])('%s wins over a pod identity of Azure', async (name, value, from) => {
    const { settings } = await openedByService(environment({ ...AZURE, ...AZURE_POD, [name]: value }));
    expect(sourceOf(settings, 'credentials')).toBe(from);
    expect(JSON.stringify(settings)).not.toMatch(/a2V5|sig=|"secret"/);
  });

  it('AWS_PROFILE wins over a key beside it, as in the AWS SDK', async () => {
    const { settings } = await openedByService(environment({ ...KEY, AWS_PROFILE: 'own' }));
    expect(sourceOf(settings, 'credentials')).toContain('profile own');
    expect(sourceOf(settings, 'profile')).toBe('AWS_PROFILE');
  });
});

describe('the settings page', () => {
  const values = {
    target: { ...DEFAULT_SETTINGS.target, url: 's3://bucket/prefix', region: 'us-west-2', profile: 'own' },
  };

  it('comes before the AWS files and what only the AWS tools read', async () => {
    const { settings } = await openedByService({ HOME: directory.path, AWS_DEFAULT_REGION: 'us-east-1' }, { values });
    expect(settings).toContainEqual({ name: 'region', value: 'us-west-2', from: 'the settings' });
    expect(sourceOf(settings, 'profile')).toBe('the settings');
    expect(sourceOf(settings, 'credentials')).toContain('profile own');
  });

  it('comes after the environment, whose key its profile does not replace', async () => {
    const given = { ...environment(KEY), AWS_REGION: 'us-west-2' };
    const { settings } = await openedByService(given, { values });
    expect(sourceOf(settings, 'region')).toBe('AWS_REGION');
    expect(sourceOf(settings, 'credentials')).toBe('AWS_ACCESS_KEY_ID');
  });

  it('gives the key where the environment gives none', async () => {
    const secrets = { s3AccessKeyId: 'typed', s3SecretAccessKey: 'secret' };
    const { settings } = await openedByService(environment({ AWS_PROFILE: 'own' }), { secrets });
    expect(sourceOf(settings, 'credentials')).toBe('the settings');
  });
});

describe('a setting', () => {
  it.each(['1', 'true', 'YES', 'on'])('%s is a yes wherever one is asked for', (text) => {
    const configuration = new Configuration({
      DASHKEEP_S3_FORCE_PATH_STYLE: text,
      DASHKEEP_IGNORE_CLOCK: text,
      AWS_EC2_METADATA_DISABLED: text,
    });
    expect(configuration.get('DASHKEEP_IGNORE_CLOCK')).toBe(true);
    expect(storageSettings(configuration).s3).toMatchObject({
      forcePathStyle: { value: true },
      aws: { ignoresInstance: true },
    });
  });

  it('that is blank is absent, and a newline belongs to no secret, for flags and variables alike', async () => {
    const blank = { DASHKEEP_ORGS: ' ', AWS_SECRET_ACCESS_KEY: ' ', DASHKEEP_WEBHOOK_URL: 'https://a.example\n' };
    const configuration = new Configuration(blank, { orgs: ' ' });
    expect(configuration.find('DASHKEEP_ORGS')).toBeUndefined();
    expect(configuration.secret('AWS_SECRET_ACCESS_KEY')).toBeUndefined();
    expect(await configuration.secret('DASHKEEP_WEBHOOK_URL')?.value()).toBe('https://a.example');
    expect(
      new Configuration({ DASHKEEP_AGE_RECIPIENTS: 'age1x' }, { ageRecipients: '' }).get('DASHKEEP_AGE_RECIPIENTS'),
    ).toEqual([]);
  });

  it('that only the service had counts for commands too', async () => {
    expect(excludedKinds(new Configuration({ DASHKEEP_EXCLUDE_KINDS: 'folder' }))?.value).toEqual(['folder']);
    await writeFile(join(directory.path, 'passphrase'), 'correct horse battery\n');
    const given = { DASHKEEP_AGE_PASSPHRASE_FILE: join(directory.path, 'passphrase'), DASHKEEP_AGE_IDENTITY: 'AGE' };
    const { identities, passphrases } = await encryptionSettings(new Configuration(given));
    expect({ identities, passphrase: passphrases[0] }).toEqual({
      identities: ['AGE'],
      passphrase: 'correct horse battery',
    });
    const { agePassphrase } = serviceConfig({ GRAFANA_URL: 'http://127.0.0.1:3000', ...given }, {}, 'test');
    expect(await agePassphrase?.value()).toEqual(passphrases);
  });
});

it('the settings that decide where content goes are named alike in both tables', () => {
  for (const [name, row] of Object.entries<Setting | Secret>(SETTINGS)) {
    const path = 'parse' in row ? row.path : `secrets.${row.page}`;
    const why = deploymentOnly(path ?? '', true);
    expect(why === undefined || why.params?.['variable'] === name, name).toBe(true);
  }
});

it('the doctor shows where each part of the target comes from', async () => {
  const given = { ...KEY, AWS_REGION: 'us-east-1', DASHKEEP_S3_ENDPOINT: 'http://127.0.0.1:1' };
  const { out } = await runCli(['doctor', '--target', 's3://bucket', '--state-dir', directory.path], {
    ...{ GRAFANA_URL: 'http://127.0.0.1:1', DASHKEEP_KUBERNETES: 'off', DASHKEEP_OPS_LISTEN: 'off' },
    ...environment(given),
  });
  expect(out).toContain('region: us-east-1 (AWS_REGION)');
  expect(out).toContain('credentials: present (AWS_ACCESS_KEY_ID)');
  expect(out).not.toContain('secret');
});
