import { DashkeepError } from '../../../contract/errors.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import type { Sourced } from '../../../lib/sourced.ts';
import { yesOrNo } from '../../../lib/yes-or-no.ts';
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
    return checked(endpoint);
  }
  const configured = aws.endpoint ?? fromFiles(profile, warnings);
  if (configured === undefined) {
    return { value: undefined, from: 'default, because no endpoint is configured' };
  }
  const ignored = present(profile.config.ignore_configured_endpoint_urls);
  if (aws.ignoresEndpoints ?? (ignored !== undefined && yesOrNo(ignored, 'ignore_configured_endpoint_urls'))) {
    warnings.push(reason('endpoint-ignored', { source: configured.from }));
    return { value: undefined, from: 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS' };
  }
  return checked(configured);
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
      `profile ${profile.name} in ${configFile} says services = ${services.name}, but there is no [services ${services.name}] with content`,
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
    throw new DashkeepError('DK_SETTINGS', `${where} holds no endpoint_url below "s3 ="`, {
      advice: reason('indent-endpoint'),
    });
  }
  return general;
}

/** The address without a slash at its end. @throws DK_SETTINGS for what is no usable URL */
function checked({ value, from }: Sourced<string>): Sourced<string> {
  const refuse = (why: string) =>
    new DashkeepError('DK_SETTINGS', `the S3 endpoint of ${from} is not usable: ${why}`, {
      advice: reason('write-endpoint'),
    });
  if (/["'`]/.test(value)) {
    throw refuse('it contains quotes, which are not part of the value');
  }
  if (!/^https?:\/\//i.test(value)) {
    throw refuse('it does not start with https:// or http://');
  }
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    throw refuse('it is not an address');
  }
  if (url.username !== '' || url.password !== '') {
    throw refuse('it contains a user or password');
  }
  if (url.search !== '' || url.hash !== '') {
    throw refuse('it contains a ? or #');
  }
  return { value: url.href.replace(/\/+$/, ''), from };
}
