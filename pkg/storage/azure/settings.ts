import type { SecretText, Sourced } from '../../lib/sourced.ts';

/** What is set about a container of Azure Blob Storage, under the names that Azure's own tools use. */
export interface AzureSettings {
  account?: Sourced<string>;
  /** With its scheme, where it is not `https://<account>.blob.core.windows.net`. */
  endpoint?: Sourced<string>;
  connectionString?: SecretText;
  key?: SecretText;
  sasToken?: SecretText;
  tenantId?: string;
  clientId?: string;
  clientSecret?: SecretText;
  /** Token of the pod's service account, for workload identity. */
  federatedTokenFile?: string;
  /** Where identities sign in, outside the public cloud. */
  authorityHost?: string;
  /** For one attempt, without the time that the body itself takes. */
  timeoutMilliseconds?: number;
}
