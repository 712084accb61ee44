import { placeText, type BucketPlace } from '../address.ts';
import { CloudLock } from '../cloud/retention.ts';
import type { OpenStoreOptions, StoreExplanation } from '../open.types.ts';
import type { ObjectStore } from '../store.ts';
import { GcsClient } from './client.ts';
import { resolveGcs } from './resolve.ts';
import { GcsStore } from './store.ts';

/** @throws DK_SETTINGS, DK_NOT_ALLOWED, DK_STORE_CREDENTIALS */
export async function openGcs(
  place: BucketPlace,
  options: OpenStoreOptions,
): Promise<StoreExplanation & { store: ObjectStore }> {
  const { gcs = {} } = options;
  const resolved = resolveGcs(gcs);
  const { endpoint, credentials } = resolved;
  const lock = new CloudLock(options.lock, options.clock);
  const fields = { endpoint: endpoint.value, endpointFrom: endpoint.from, credentialsFrom: credentials.from };
  options.log.info(fields, 'opening the Google Cloud Storage target');
  const where = placeText('gs', place, endpoint.value);
  // The deployment wrote any other address.
  const outbound = gcs.endpoint === undefined ? options.outbound : undefined;
  const client = new GcsClient(await import('./sdk.ts'), resolved, where, { ...options, outbound });
  return {
    store: new GcsStore(client, place, where, lock),
    settings: [
      { name: 'bucket', value: place.bucket, from: 'the target' },
      { name: 'prefix', value: place.prefix, from: 'the target' },
      { name: 'endpoint', value: endpoint.value, from: endpoint.from },
      { name: 'credentials', value: 'present', from: credentials.from },
    ],
    warnings: [],
  };
}
