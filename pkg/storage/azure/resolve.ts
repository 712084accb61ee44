import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { SecretText, Sourced } from '../../lib/sourced.ts';
import { checkedEndpoint } from '../address.ts';
import type { AzureSettings } from './settings.ts';

/** What signs requests. */
export type AzureKey =
  | { kind: 'key'; account: string; key: string }
  | { kind: 'sas'; token: string }
  | { kind: 'client-secret'; secret: string }
  | { kind: 'workload-identity' | 'managed-identity' };

/** Everything that is needed to speak to a container, each with where it came from. */
export interface ResolvedAzure {
  account: Sourced<string> | undefined;
  endpoint: Sourced<string>;
  credentials: {
    from: string;
    /** The secret as it is now; empty where an identity signs. */
    read(): Promise<string>;
    /** What signs, by the secret. @throws DK_STORE_CREDENTIALS */
    keyOf(secret: string): AzureKey;
  };
  settings: AzureSettings;
}

const ACCOUNT = /^[a-z0-9]{3,24}$/;

/**
 * Decides account, endpoint and credentials before anything is sent. Of several credentials the first counts:
 * connection string, key, SAS token, client secret, workload identity, managed identity.
 * @throws DK_SETTINGS, DK_STORE_CREDENTIALS
 */
export async function resolveAzure(settings: AzureSettings): Promise<ResolvedAzure> {
  const { connectionString, key, sasToken, clientSecret, tenantId, clientId, federatedTokenFile } = settings;
  if (connectionString !== undefined) {
    return withConnectionString(settings, connectionString);
  }
  const { account } = settings;
  const endpoint = endpointOf(settings);
  const made = (from: string, secret: SecretText | undefined, keyOf: (text: string) => AzureKey): ResolvedAzure => {
    const read = async () => (secret === undefined ? '' : (await secret.value()).trim());
    return { account, endpoint, credentials: { from, read, keyOf }, settings };
  };
  if (key !== undefined) {
    return made(key.from, key, (text) => ({ kind: 'key', account: accountOf(settings).value, key: text }));
  }
  if (sasToken !== undefined) {
    return made(sasToken.from, sasToken, (text) => ({ kind: 'sas', token: text.replace(/^\?/, '') }));
  }
  const isClient = tenantId !== undefined && clientId !== undefined;
  if (clientSecret !== undefined && isClient) {
    return made(clientSecret.from, clientSecret, (secret) => ({ kind: 'client-secret', secret }));
  }
  if (federatedTokenFile !== undefined && isClient) {
    return made('workload identity (AZURE_FEDERATED_TOKEN_FILE)', undefined, () => ({ kind: 'workload-identity' }));
  }
  const which = clientId === undefined ? '' : ` of ${clientId} (AZURE_CLIENT_ID)`;
  return made(`the managed identity${which}, because no key is set`, undefined, () => ({ kind: 'managed-identity' }));
}

async function withConnectionString(settings: AzureSettings, { value, from }: SecretText): Promise<ResolvedAzure> {
  const parts = partsOf(await value(), from);
  const name = settings.account?.value ?? parts.get('AccountName');
  const account = settings.account ?? (name === undefined ? undefined : { value: name, from });
  const protocol = parts.get('DefaultEndpointsProtocol') ?? 'https';
  const suffix = parts.get('EndpointSuffix') ?? 'core.windows.net';
  const stated = parts.get('BlobEndpoint') ?? (name && `${protocol}://${name}.blob.${suffix}`);
  const endpoint =
    settings.endpoint === undefined && stated !== undefined
      ? checkedEndpoint({ value: stated, from }, 'Azure')
      : endpointOf({ ...settings, account });
  const keyOf = (text: string): AzureKey => {
    const now = partsOf(text, from);
    const token = now.get('SharedAccessSignature');
    const key = now.get('AccountKey');
    if (key !== undefined && name !== undefined) {
      return { kind: 'key', account: name, key };
    }
    if (token === undefined) {
      throw unusable(from);
    }
    return { kind: 'sas', token: token.replace(/^\?/, '') };
  };
  return { account, endpoint, credentials: { from, read: value, keyOf }, settings };
}

function partsOf(text: string, from: string): Map<string, string> {
  const parts = text
    .trim()
    .split(';')
    .filter((part) => part.trim() !== '')
    .map((part): [string, string] => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    });
  const found = new Map(parts);
  if (!found.has('AccountKey') && !found.has('SharedAccessSignature')) {
    throw unusable(from);
  }
  return found;
}

function unusable(from: string): DashkeepError {
  return new DashkeepError(
    'DK_STORE_CREDENTIALS',
    `${from} is not a connection string with AccountKey or SharedAccessSignature`,
    { advice: reason('copy-connection-string') },
  );
}

function endpointOf(settings: AzureSettings): Sourced<string> {
  if (settings.endpoint !== undefined) {
    return checkedEndpoint(settings.endpoint, 'Azure');
  }
  const { value, from } = accountOf(settings);
  return { value: `https://${value}.blob.core.windows.net`, from };
}

function accountOf({ account }: AzureSettings): Sourced<string> {
  if (account === undefined) {
    throw new DashkeepError('DK_SETTINGS', 'no Azure storage account is set', { advice: reason('set-azure-account') });
  }
  if (!ACCOUNT.test(account.value)) {
    throw new DashkeepError(
      'DK_SETTINGS',
      `the storage account from ${account.from} is invalid: it must have 3 to 24 lowercase letters and digits`,
      { advice: reason('set-azure-account') },
    );
  }
  return account;
}
