import { reasonSentence } from '../../contract/reasons/reason.ts';
import type { OpenStoreOptions, StoreExplanation } from '../open.types.ts';
import type { ObjectStore } from '../store.ts';
import type { ResolvedS3 } from './settings/resolve.ts';
import { resolveS3 } from './settings/resolve.ts';
import { FROM_SETTINGS } from './settings/settings.ts';
import { S3Store } from './store.ts';

interface BucketTarget {
  bucket: string;
  prefix: string;
}

/** @throws DK_SETTINGS, DK_NOT_ALLOWED, DK_STORE_CREDENTIALS */
export async function openS3(
  target: BucketTarget,
  options: OpenStoreOptions,
): Promise<StoreExplanation & { store: ObjectStore }> {
  const resolved = await resolveS3(target, options.s3 ?? {}, options.clock);
  for (const warning of resolved.warnings) {
    options.log.warn({ warning: reasonSentence(warning) }, 'check a setting of the S3 target');
  }
  options.log.info(
    {
      endpoint: resolved.endpoint.value ?? 'AWS',
      endpointFrom: resolved.endpoint.from,
      region: resolved.region.value,
      regionFrom: resolved.region.from,
      pathStyle: resolved.pathStyle.value,
      credentialsFrom: resolved.credentials.from,
    },
    'opening the S3 target',
  );
  const { endpoint, region, pathStyle, profile, credentials, ca } = resolved;
  return {
    store: new S3Store(resolved, { ...options, outbound: outboundOf(resolved, options) }),
    settings: [
      { name: 'bucket', value: resolved.bucket, from: 'the target' },
      { name: 'prefix', value: resolved.prefix, from: 'the target' },
      { name: 'endpoint', value: endpoint.value ?? 'AWS', from: endpoint.from },
      { name: 'region', value: region.value, from: region.from },
      { name: 'style', value: pathStyle.value ? 'path' : 'virtual host', from: pathStyle.from },
      { name: 'profile', value: profile.value, from: profile.from },
      { name: 'credentials', value: 'present', from: credentials.from },
      ...(ca === undefined ? [] : [{ name: 'certificates', value: 'own', from: ca.from }]),
    ],
    warnings: resolved.warnings,
  };
}

/**
 * The policy for this store's connections: none for an endpoint that the environment or the AWS files name, because the
 * deployment wrote those.
 * @throws DK_NOT_ALLOWED for an endpoint that needs no name server to be refused
 */
function outboundOf({ endpoint }: ResolvedS3, { outbound }: OpenStoreOptions): OpenStoreOptions['outbound'] {
  if (endpoint.value === undefined) {
    return outbound;
  }
  if (endpoint.from !== FROM_SETTINGS) {
    return undefined;
  }
  outbound?.assertHost(new URL(endpoint.value).hostname);
  return outbound;
}
