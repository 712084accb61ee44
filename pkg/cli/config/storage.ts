import type { AzureSettings } from '../../storage/azure/settings.ts';
import type { GcsSettings } from '../../storage/gcs/settings.ts';
import type { StorageSettings } from '../../storage/open.types.ts';
import { parseTarget } from '../../storage/target.ts';
import type { Configuration } from './configuration.ts';
import { readSettingFile } from './environment.ts';
import { copyS3, s3Settings, s3WithKey } from './s3.ts';

/** What is set about each kind of storage, without the key of a bucket of S3. @throws DK_SETTINGS */
export function storageSettings(configuration: Configuration): StorageSettings {
  return {
    s3: s3Settings(configuration),
    azure: azureSettings(configuration),
    gcs: gcsSettings(configuration),
    lock: configuration.get('DASHKEEP_S3_OBJECT_LOCK'),
  };
}

/** The same for one target, which may be the second, with its key read now. @throws DK_SETTINGS */
export async function settingsFor(target: string, configuration: Configuration): Promise<StorageSettings> {
  switch (parseTarget(target).kind) {
    case 's3':
      return target === configuration.get('DASHKEEP_COPY_TARGET')
        ? { s3: await copyS3(configuration), lock: configuration.get('DASHKEEP_COPY_S3_OBJECT_LOCK') }
        : { s3: await s3WithKey(configuration), lock: configuration.get('DASHKEEP_S3_OBJECT_LOCK') };
    case 'directory':
      return {};
    default:
      return storageSettings(configuration);
  }
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
