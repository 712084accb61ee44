import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { unreadableFile } from '../../../lib/file-errors.ts';
import { DashkeepError, reasonOf } from '../../../contract/errors.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import type { Clock } from '../../../contract/ports.ts';
import { resolveCredentials } from './credentials.ts';
import type { ResolvedCredentials } from './credentials.ts';
import { resolveEndpoint } from './endpoint.ts';
import type { Sourced } from './endpoint.ts';
import { readProfile } from './profile.ts';
import type { Profile } from './profile.ts';
import { isAwsRegion, providerOf } from './providers.ts';
import type { Provider } from './providers.ts';
import { booleanOf, completeSettings, present } from './settings.ts';
import type { Environment, S3Settings } from './settings.ts';

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
  settings: S3Settings;
  /** For people, at start-up and in `doctor`. */
  warnings: KnownReason[];
}

/**
 * Decides endpoint, region, style, profile and credentials of a bucket, before anything is sent.
 *
 * @throws DK_SETTINGS, DK_STORE_CREDENTIALS
 */
export async function resolveS3(
  target: { bucket: string; prefix: string },
  given: S3Settings,
  environment: Environment,
  clock: Pick<Clock, 'now'>,
): Promise<ResolvedS3> {
  const warnings: KnownReason[] = [];
  const settings = completeSettings(given, environment);
  const profile = await readProfile(settings, environment);
  const endpoint = resolveEndpoint(settings, environment, profile, warnings);
  const provider = providerOf(endpoint.value);
  const region = resolveRegion(settings, environment, profile, provider, endpoint);
  warnAbout({ endpoint, region, provider, bucket: target.bucket }, warnings);
  return {
    ...target,
    endpoint,
    region,
    provider,
    settings,
    pathStyle: resolvePathStyle(settings, environment, profile, provider, endpoint),
    profile: { value: profile.name, from: profile.chosenBy ?? 'the default' },
    credentials: resolveCredentials({ settings, environment, profile, provider, endpoint, region, clock, warnings }),
    ca: await resolveCa(settings, environment, profile),
    warnings,
  };
}

function resolveRegion(
  settings: S3Settings,
  environment: Environment,
  profile: Profile,
  provider: Provider | undefined,
  endpoint: Sourced<string | undefined>,
): Sourced<string> {
  const candidates: [string | undefined, string][] = [
    [settings.region, 'the settings'],
    [environment.AWS_REGION, 'AWS_REGION'],
    [environment.AWS_DEFAULT_REGION, 'AWS_DEFAULT_REGION'],
    [profile.config.region, `profile ${profile.name} in ${profile.configFile}`],
    [profile.credentials.region, `profile ${profile.name} in ${profile.credentialsFile}`],
  ];
  for (const [value, from] of candidates) {
    const region = present(value);
    if (region === undefined) {
      continue;
    }
    if (!/^[A-Za-z0-9-]+$/.test(region)) {
      throw new DashkeepError('DK_SETTINGS', `the region of ${from} is not usable: use only letters, digits and -`);
    }
    if (endpoint.value === undefined && !isAwsRegion(region)) {
      throw new DashkeepError(
        'DK_SETTINGS',
        `AWS has no region ${region} (from ${from}), and no other S3 endpoint is configured`,
        { advice: reason('set-endpoint') },
      );
    }
    return { value: region, from };
  }
  const guess = provider?.region;
  throw new DashkeepError('DK_SETTINGS', 'no S3 region is configured', {
    advice: guess === undefined ? reason('set-region') : reason('set-region-of-endpoint', { region: guess }),
  });
}

function resolvePathStyle(
  settings: S3Settings,
  environment: Environment,
  profile: Profile,
  provider: Provider | undefined,
  endpoint: Sourced<string | undefined>,
): Sourced<boolean> {
  if (settings.forcePathStyle !== undefined) {
    return { value: settings.forcePathStyle, from: 'the settings' };
  }
  const variable = 'DASHKEEP_S3_FORCE_PATH_STYLE';
  const forced = booleanOf(variable, environment[variable]);
  if (forced !== undefined) {
    return { value: forced, from: variable };
  }
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

async function resolveCa(
  settings: S3Settings,
  environment: Environment,
  profile: Profile,
): Promise<Sourced<string> | undefined> {
  const candidates: [string | undefined, string][] = [
    [settings.caFile, 'the settings'],
    [environment.DASHKEEP_S3_CA_FILE, 'DASHKEEP_S3_CA_FILE'],
    [environment.AWS_CA_BUNDLE, 'AWS_CA_BUNDLE'],
    [profile.config.ca_bundle, `ca_bundle of profile ${profile.name} in ${profile.configFile}`],
  ];
  for (const [value, from] of candidates) {
    const path = present(value);
    if (path === undefined) {
      continue;
    }
    const pem = await readFile(path, 'utf8').catch((error: unknown) => {
      throw unreadableFile(`cannot read the certificates of ${from}: ${reasonOf(error)}`, error);
    });
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
      throw new DashkeepError('DK_SETTINGS', `${path} (from ${from}) holds no certificate in PEM form`);
    }
    return { value: pem, from: `${path} (from ${from})` };
  }
  return undefined;
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
