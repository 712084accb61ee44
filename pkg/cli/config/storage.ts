import { yesOrNo } from '../../lib/yes-or-no.ts';
import type { Sourced } from '../../lib/sourced.ts';
import type { AzureSettings } from '../../storage/azure/settings.ts';
import type { GcsSettings } from '../../storage/gcs/settings.ts';
import type { StorageSettings } from '../../storage/open.types.ts';
import type { AwsSources, S3Settings } from '../../storage/s3/settings/settings.ts';
import { parseTarget } from '../../storage/target.ts';
import type { Configuration } from './configuration.ts';
import { readSettingFile } from './environment.ts';

/** The settings of each kind of storage. @throws DK_SETTINGS */
export function storageSettings(configuration: Configuration): StorageSettings {
  return {
    s3: s3Settings(configuration),
    azure: azureSettings(configuration),
    gcs: gcsSettings(configuration),
    lock: configuration.get('DASHKEEP_S3_OBJECT_LOCK'),
  };
}

/** The same for the second target. @throws DK_SETTINGS */
export function copyStorage(configuration: Configuration): StorageSettings {
  return {
    ...storageSettings(configuration),
    s3: copyS3(configuration),
    lock: configuration.get('DASHKEEP_COPY_S3_OBJECT_LOCK'),
  };
}

/** The same for one target, which may be the second. @throws DK_SETTINGS */
export function settingsFor(target: string, configuration: Configuration): StorageSettings {
  if (parseTarget(target).kind === 'directory') {
    return {};
  }
  const isCopy = target === configuration.get('DASHKEEP_COPY_TARGET');
  return isCopy ? copyStorage(configuration) : storageSettings(configuration);
}

function s3Settings(configuration: Configuration): S3Settings {
  return {
    endpoint: configuration.find('DASHKEEP_S3_ENDPOINT'),
    region: configuration.find('AWS_REGION'),
    forcePathStyle: configuration.find('DASHKEEP_S3_FORCE_PATH_STYLE'),
    profile: configuration.find('AWS_PROFILE'),
    accessKeyId: configuration.secret('AWS_ACCESS_KEY_ID'),
    secretAccessKey: configuration.secret('AWS_SECRET_ACCESS_KEY'),
    sessionToken: configuration.secret('AWS_SESSION_TOKEN'),
    caFile: configuration.find('DASHKEEP_S3_CA_FILE'),
    checksums: configuration.get('DASHKEEP_S3_CHECKSUMS'),
    encryption: configuration.get('DASHKEEP_S3_ENCRYPTION'),
    bucketOwner: configuration.get('DASHKEEP_S3_BUCKET_OWNER'),
    storageClass: configuration.get('DASHKEEP_S3_STORAGE_CLASS'),
    tags: configuration.get('DASHKEEP_S3_TAGS'),
    timeoutMilliseconds: configuration.get('DASHKEEP_S3_TIMEOUT_SECONDS'),
    aws: awsSources(configuration),
  };
}

function copyS3(configuration: Configuration): S3Settings {
  // The endpoint and region of the first target are not those of the second; its files and the pod's identity may be.
  const { endpoint: _, region: _1, configFile, credentialsFile, ...aws } = awsSources(configuration);
  return {
    endpoint: configuration.find('DASHKEEP_COPY_S3_ENDPOINT'),
    region: configuration.find('DASHKEEP_COPY_S3_REGION'),
    forcePathStyle: configuration.find('DASHKEEP_COPY_S3_FORCE_PATH_STYLE'),
    profile: configuration.find('DASHKEEP_COPY_S3_PROFILE'),
    accessKeyId: configuration.secret('DASHKEEP_COPY_S3_ACCESS_KEY_ID'),
    secretAccessKey: configuration.secret('DASHKEEP_COPY_S3_SECRET_ACCESS_KEY'),
    sessionToken: configuration.secret('DASHKEEP_COPY_S3_SESSION_TOKEN'),
    caFile: configuration.find('DASHKEEP_COPY_S3_CA_FILE'),
    encryption: copyEncryption(configuration),
    timeoutMilliseconds: configuration.get('DASHKEEP_S3_TIMEOUT_SECONDS'),
    aws: {
      ...aws,
      configFile: configuration.get('DASHKEEP_COPY_S3_CONFIG_FILE') ?? configFile,
      credentialsFile: configuration.get('DASHKEEP_COPY_S3_CREDENTIALS_FILE') ?? credentialsFile,
    },
  };
}

/** Unless set apart, the second bucket is encrypted if the first one is, without the key of the first one. */
function copyEncryption(configuration: Configuration): S3Settings['encryption'] {
  const first = configuration.get('DASHKEEP_S3_ENCRYPTION');
  const own = configuration.get('DASHKEEP_COPY_S3_ENCRYPTION') ?? (first && { kind: first.kind });
  return own === 'none' ? undefined : own;
}

/** What the AWS tools read besides, under their names. */
function awsSources(configuration: Configuration): AwsSources {
  const variable = (name: string): string | undefined => configuration.variable(name);
  const flag = (name: string): boolean | undefined => {
    const text = variable(name);
    return text === undefined ? undefined : yesOrNo(text, name);
  };
  const sourced = (name: string): Sourced<string> | undefined => {
    const value = variable(name);
    return value === undefined ? undefined : { value, from: name };
  };
  return {
    home: variable('HOME'),
    configFile: configuration.get('AWS_CONFIG_FILE'),
    credentialsFile: configuration.get('AWS_SHARED_CREDENTIALS_FILE'),
    endpoint: sourced('AWS_ENDPOINT_URL_S3') ?? sourced('AWS_ENDPOINT_URL'),
    ignoresEndpoints: flag('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'),
    region: sourced('AWS_DEFAULT_REGION'),
    caFile: sourced('AWS_CA_BUNDLE'),
    webIdentityTokenFile: variable('AWS_WEB_IDENTITY_TOKEN_FILE'),
    roleArn: variable('AWS_ROLE_ARN'),
    roleSessionName: variable('AWS_ROLE_SESSION_NAME'),
    stsEndpoint: variable('AWS_ENDPOINT_URL_STS'),
    containerRelativeUri: variable('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'),
    containerFullUri: variable('AWS_CONTAINER_CREDENTIALS_FULL_URI'),
    containerToken: variable('AWS_CONTAINER_AUTHORIZATION_TOKEN'),
    containerTokenFile: variable('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'),
    ignoresInstance: flag('AWS_EC2_METADATA_DISABLED'),
  };
}

function azureSettings(configuration: Configuration): AzureSettings {
  return {
    account: configuration.find('AZURE_STORAGE_ACCOUNT'),
    endpoint: configuration.find('DASHKEEP_AZURE_ENDPOINT'),
    connectionString: configuration.secret('AZURE_STORAGE_CONNECTION_STRING'),
    key: configuration.secret('AZURE_STORAGE_KEY'),
    sasToken: configuration.secret('AZURE_STORAGE_SAS_TOKEN'),
    tenantId: configuration.get('AZURE_TENANT_ID'),
    clientId: configuration.get('AZURE_CLIENT_ID'),
    clientSecret: configuration.secret('AZURE_CLIENT_SECRET'),
    federatedTokenFile: configuration.get('AZURE_FEDERATED_TOKEN_FILE'),
    authorityHost: configuration.variable('AZURE_AUTHORITY_HOST'),
    timeoutMilliseconds: configuration.get('DASHKEEP_AZURE_TIMEOUT_SECONDS'),
  };
}

function gcsSettings(configuration: Configuration): GcsSettings {
  const file = configuration.find('GOOGLE_APPLICATION_CREDENTIALS');
  return {
    endpoint: configuration.find('DASHKEEP_GCS_ENDPOINT'),
    credentials:
      configuration.secret('DASHKEEP_GCS_KEY') ??
      (file && { value: () => readSettingFile(file.value, file.from), from: file.from }),
    timeoutMilliseconds: configuration.get('DASHKEEP_GCS_TIMEOUT_SECONDS'),
  };
}
