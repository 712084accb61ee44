import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { unreadableFile } from '../../../lib/file-errors.ts';
import { DashkeepError, reasonOf } from '../../../contract/errors.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import type { Clock } from '../../../contract/ports.ts';
import { resolveCredentials } from './credentials.ts';
import type { ResolvedCredentials } from './credentials.ts';
import { resolveEndpoint } from './endpoint.ts';
import type { ObjectLock } from '../../object-lock.ts';
import type { OpenStoreOptions } from '../../open.types.ts';
import type { Sourced } from '../../../lib/sourced.ts';
import { inFiles, readProfile, type Profile } from './profile.ts';
import { isAwsRegion, providerOf } from './providers.ts';
import type { Provider } from './providers.ts';
import { present, type S3Settings } from './settings.ts';

/**
 * Everything that is needed to speak to a bucket, each with where it came from. Holds secrets only inside
 * `credentials`.
 */
export interface ResolvedS3 {
  bucket: string;
  prefix: string;
  endpoint: Sourced<string | undefined>;
  region: Sourced<string>;
  pathStyle: Sourced<boolean>;
  profile: Sourced<string>;
  credentials: ResolvedCredentials;
  ca: Sourced<string> | undefined;
  provider: Provider | undefined;
  settings: S3Settings & { timeoutMilliseconds: number; lock: ObjectLock | undefined };
  /** For people, at start-up and in `doctor`. */
  warnings: KnownReason[];
}

const TIMEOUT_MILLISECONDS = 30_000;

/**
 * Decides endpoint, region, style, profile and credentials of a bucket, before anything is sent.
 *
 * @throws DK_SETTINGS, DK_STORE_CREDENTIALS
 */
export async function resolveS3(
  target: { bucket: string; prefix: string },
  { s3: settings = {}, lock, clock }: Pick<OpenStoreOptions, 's3' | 'lock'> & { clock: Pick<Clock, 'now'> },
): Promise<ResolvedS3> {
  const warnings: KnownReason[] = [];
  const profile = await readProfile(settings);
  const endpoint = resolveEndpoint(settings, profile, warnings);
  const provider = providerOf(endpoint.value);
  const region = resolveRegion(settings, profile, provider, endpoint);
  warnAbout({ endpoint, region, provider, bucket: target.bucket }, warnings);
  return {
    ...target,
    endpoint,
    region,
    provider,
    settings: { ...settings, lock, timeoutMilliseconds: settings.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS },
    pathStyle: settings.forcePathStyle ?? pathStyleOf(profile, provider, endpoint),
    profile: { value: profile.name, from: profile.chosenBy ?? 'the default' },
    credentials: await resolveCredentials({ settings, profile, provider, endpoint, region, clock, warnings }),
    ca: await resolveCa(settings, profile),
    warnings,
  };
}

function resolveRegion(
  { region: given, aws }: S3Settings,
  profile: Profile,
  provider: Provider | undefined,
  endpoint: Sourced<string | undefined>,
): Sourced<string> {
  const region = given ?? aws?.region ?? inFiles(profile, 'region', `profile ${profile.name}`);
  if (region !== undefined) {
    const { value, from } = region;
    if (!/^[A-Za-z0-9-]+$/.test(value)) {
      throw new DashkeepError('DK_SETTINGS', `the region from ${from} is invalid: use only letters, digits and -`);
    }
    if (endpoint.value === undefined && !isAwsRegion(value)) {
      throw new DashkeepError(
        'DK_SETTINGS',
        `AWS has no region ${value} (from ${from}), and no other S3 endpoint is configured`,
        { advice: reason('set-endpoint') },
      );
    }
    return region;
  }
  const guess = provider?.region;
  throw new DashkeepError('DK_SETTINGS', 'no S3 region is configured', {
    advice: guess === undefined ? reason('set-region') : reason('set-region-of-endpoint', { region: guess }),
  });
}

function pathStyleOf(
  profile: Profile,
  provider: Provider | undefined,
  endpoint: Sourced<string | undefined>,
): Sourced<boolean> {
  const style = present(profile.config['s3.addressing_style']);
  if (style === 'path' || style === 'virtual') {
    return { value: style === 'path', from: `addressing_style of profile ${profile.name} in ${profile.configFile}` };
  }
  if (provider !== undefined) {
    return { value: !provider.virtualHost, from: `usual for ${provider.name}` };
  }
  const host = new URL(endpoint.value ?? 'https://localhost').hostname;
  return {
    value: true,
    from: isIP(host) === 0 ? 'usual for a custom endpoint' : 'an IP address has no subdomains',
  };
}

async function resolveCa({ caFile, aws }: S3Settings, profile: Profile): Promise<Sourced<string> | undefined> {
  const ca = caFile ?? aws?.caFile ?? inFiles(profile, 'ca_bundle', `ca_bundle of profile ${profile.name}`);
  if (ca === undefined) {
    return undefined;
  }
  const { value: path, from } = ca;
  const pem = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadableFile(`cannot read the certificates from ${from}: ${reasonOf(error)}`, error);
  });
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new DashkeepError('DK_SETTINGS', `${path} (from ${from}) contains no certificate in PEM format`);
  }
  return { value: pem, from: `${path} (from ${from})` };
}

function warnAbout(
  found: Pick<ResolvedS3, 'endpoint' | 'region' | 'provider' | 'bucket'>,
  warnings: KnownReason[],
): void {
  const { endpoint, region, provider, bucket } = found;
  if (endpoint.value === undefined) {
    return;
  }
  const url = new URL(endpoint.value);
  if (provider?.region !== undefined && provider.region !== region.value) {
    warnings.push(
      reason('endpoint-other-region', {
        endpointRegion: provider.region,
        source: endpoint.from,
        region: region.value,
        regionSource: region.from,
      }),
    );
  }
  if (provider !== undefined && url.hostname.startsWith(`${bucket}.`)) {
    warnings.push(reason('endpoint-with-bucket', { source: endpoint.from }));
  }
  const isLocal = url.hostname === 'localhost' || /^(127\.|\[::1\])/.test(url.hostname) || !url.hostname.includes('.');
  if (url.protocol === 'http:' && !isLocal && !url.hostname.endsWith('.svc.cluster.local')) {
    warnings.push(reason('endpoint-unencrypted', { source: endpoint.from }));
  }
}
