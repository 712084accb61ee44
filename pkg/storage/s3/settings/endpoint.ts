import { DashkeepError } from '../../../contract/errors.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import type { Sourced } from '../../../lib/sourced.ts';
import { yesOrNo } from '../../../lib/yes-or-no.ts';
import { checkedEndpoint } from '../../address.ts';
import { inFiles, type Profile } from './profile.ts';
import { present, type S3Settings } from './settings.ts';

/**
 * The one place that decides which service is spoken to. First that speaks: settings, AWS_ENDPOINT_URL_S3,
 * AWS_ENDPOINT_URL, the profile's `services` section (also with its indentation lost), the profile's `endpoint_url`;
 * AWS when all are silent.
 *
 * @throws DK_SETTINGS rather than fall through to AWS with keys that are meant for another provider
 */
export function resolveEndpoint(
  { endpoint, aws = {} }: S3Settings,
  profile: Profile,
  warnings: KnownReason[],
): Sourced<string | undefined> {
  if (endpoint !== undefined) {
    return checkedEndpoint(endpoint, 'S3');
  }
  const configured = aws.endpoint ?? fromFiles(profile, warnings);
  if (configured === undefined) {
    return { value: undefined, from: 'default, because no endpoint is configured' };
  }
  const ignored = present(profile.config.ignore_configured_endpoint_urls);
  if (aws.ignoresEndpoints ?? (ignored !== undefined && yesOrNo(ignored, 'ignore_configured_endpoint_urls'))) {
    const setting =
      aws.ignoresEndpoints === undefined
        ? `ignore_configured_endpoint_urls of profile ${profile.name}`
        : 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS';
    warnings.push(reason('endpoint-ignored', { source: configured.from, setting }));
    return { value: undefined, from: setting };
  }
  return checkedEndpoint(configured, 'S3');
}

function fromFiles(profile: Profile, warnings: KnownReason[]): Sourced<string> | undefined {
  const { services, configFile } = profile;
  const general = inFiles(profile, 'endpoint_url', `endpoint_url of profile ${profile.name}`);
  if (services === undefined) {
    return general;
  }
  if (services.section === undefined) {
    throw new DashkeepError(
      'DK_SETTINGS',
      `profile ${profile.name} in ${configFile} has services = ${services.name}, but no section [services ${services.name}] has content`,
      { advice: reason('add-services-section') },
    );
  }
  const where = `[services ${services.name}] in ${configFile}`;
  const nested = present(services.section['s3.endpoint_url']);
  if (nested !== undefined) {
    return { value: nested, from: where };
  }
  const flat = present(services.section.endpoint_url);
  if (flat !== undefined) {
    warnings.push(reason('endpoint-not-indented', { source: where }));
    return { value: flat, from: `${where} (indentation lost)` };
  }
  if (general === undefined && !Object.keys(services.section).some((name) => name.endsWith('.endpoint_url'))) {
    throw new DashkeepError('DK_SETTINGS', `${where} contains no endpoint_url below "s3 ="`, {
      advice: reason('indent-endpoint'),
    });
  }
  return general;
}
