import { compact } from '../../contract/compact.ts';
import { yesOrNo } from '../../lib/yes-or-no.ts';
import type { Sourced } from '../../lib/sourced.ts';
import type { AwsSources, S3Settings } from '../../storage/s3/settings/settings.ts';
import type { Configuration, SecretVariable } from './configuration.ts';

/** What is set about a bucket, without its key. @throws DK_SETTINGS */
export function s3Settings(configuration: Configuration): S3Settings {
  return {
    endpoint: configuration.find('DASHKEEP_S3_ENDPOINT'),
    region: configuration.find('AWS_REGION'),
    forcePathStyle: configuration.find('DASHKEEP_S3_FORCE_PATH_STYLE'),
    profile: configuration.find('AWS_PROFILE'),
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

/** What is set about the bucket of the second copy, with its key. @throws DK_SETTINGS */
export async function copyS3(configuration: Configuration): Promise<S3Settings> {
  const read = (name: SecretVariable): Promise<Sourced<string> | undefined> => readSecret(configuration, name);
  // The endpoint and region of the first target are not those of the second; its files and the pod's identity may be.
  const { endpoint: _, region: _1, configFile, credentialsFile, ...aws } = awsSources(configuration);
  return compact({
    endpoint: configuration.find('DASHKEEP_COPY_S3_ENDPOINT'),
    region: configuration.find('DASHKEEP_COPY_S3_REGION'),
    forcePathStyle: configuration.find('DASHKEEP_COPY_S3_FORCE_PATH_STYLE'),
    profile: configuration.find('DASHKEEP_COPY_S3_PROFILE'),
    caFile: configuration.find('DASHKEEP_COPY_S3_CA_FILE'),
    encryption: copyEncryption(configuration),
    accessKeyId: await read('DASHKEEP_COPY_S3_ACCESS_KEY_ID'),
    secretAccessKey: await read('DASHKEEP_COPY_S3_SECRET_ACCESS_KEY'),
    sessionToken: await read('DASHKEEP_COPY_S3_SESSION_TOKEN'),
    timeoutMilliseconds: configuration.get('DASHKEEP_S3_TIMEOUT_SECONDS'),
    aws: {
      ...aws,
      configFile: configuration.get('DASHKEEP_COPY_S3_CONFIG_FILE') ?? configFile,
      credentialsFile: configuration.get('DASHKEEP_COPY_S3_CREDENTIALS_FILE') ?? credentialsFile,
    },
  });
}

/** Unless set apart, the second bucket is encrypted if the first one is, without the key of the first one. */
function copyEncryption(configuration: Configuration): S3Settings['encryption'] {
  const first = configuration.get('DASHKEEP_S3_ENCRYPTION');
  const own = configuration.get('DASHKEEP_COPY_S3_ENCRYPTION') ?? (first && { kind: first.kind });
  return own === 'none' ? undefined : own;
}

async function readSecret(configuration: Configuration, name: SecretVariable): Promise<Sourced<string> | undefined> {
  const secret = configuration.secret(name);
  return secret && { value: (await secret.value()).trim(), from: secret.from };
}

/** The same with its key, read now. @throws DK_SETTINGS */
export async function s3WithKey(configuration: Configuration): Promise<S3Settings> {
  const read = (name: SecretVariable): Promise<Sourced<string> | undefined> => readSecret(configuration, name);
  return {
    ...s3Settings(configuration),
    accessKeyId: await read('AWS_ACCESS_KEY_ID'),
    secretAccessKey: await read('AWS_SECRET_ACCESS_KEY'),
    sessionToken: await read('AWS_SESSION_TOKEN'),
  };
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
