import type { BlobImmutabilityPolicy } from '@azure/storage-blob';
import type { Retaining, Retention } from '../cloud/retention.ts';
import type { AzureConnection } from './connection.ts';
import { PERMISSIONS } from './permissions.ts';

/** Reads and sets the immutability policy of the current version of a blob. */
export function azureRetaining(connection: AzureConnection): Retaining {
  const { base } = connection;
  return {
    read: (key, signal) =>
      connection.call(`read the object lock of ${key}`, PERMISSIONS.read, { signal }, async (attempt) => {
        const blob = attempt.container.getBlobClient(base + key);
        const { immutabilityPolicyExpiresOn: until, immutabilityPolicyMode } = await blob.getProperties({
          abortSignal: attempt.signal,
        });
        const mode = immutabilityPolicyMode?.toLowerCase() === 'locked' ? 'Locked' : 'Unlocked';
        return until && { mode, until };
      }),

    set: (key, to, _, signal) =>
      connection.call(`lock ${key}`, PERMISSIONS.hold, { signal }, async (attempt) => {
        const blob = attempt.container.getBlobClient(base + key);
        await blob.setImmutabilityPolicy(policyOf(to), { abortSignal: attempt.signal });
      }),
  };
}

/** For the SDK, which misspells the name of the date. */
export function policyOf({ mode, until }: Retention): BlobImmutabilityPolicy {
  return { expiriesOn: until, policyMode: mode };
}
