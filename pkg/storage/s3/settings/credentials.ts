import { fromHttp } from '@aws-sdk/credential-provider-http';
import { fromIni } from '@aws-sdk/credential-provider-ini';
import { fromTokenFile } from '@aws-sdk/credential-provider-web-identity';
import { fromInstanceMetadata } from '@smithy/credential-provider-imds';
import { DashkeepError } from '../../../contract/errors.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import type { Clock } from '../../../contract/ports.ts';
import type { Sourced } from './endpoint.ts';
import { readProfile } from './profile.ts';
import type { Profile } from './profile.ts';
import type { Provider } from './providers.ts';
import { booleanOf, present } from './settings.ts';
import type { Environment, S3Settings } from './settings.ts';

export interface Identity {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

export interface ResolvedCredentials {
  from: string;
  load(): Promise<Identity>;
}

interface Question {
  settings: S3Settings;
  environment: Environment;
  profile: Profile;
  provider: Provider | undefined;
  endpoint: Sourced<string | undefined>;
  region: Sourced<string>;
  clock: Pick<Clock, 'now'>;
  warnings: KnownReason[];
}

/**
 * How long a key from a file is used before the file is read again: mounted Secrets are replaced under a running
 * process.
 */
const FILE_MILLISECONDS = 10 * 60_000;

/**
 * Where the key comes from: settings; the environment, unless AWS_PROFILE chose a profile that has its own; the
 * profile; web identity (IRSA); container; instance. The last three are AWS roles and never offered to another
 * provider.
 *
 * @throws DK_SETTINGS, DK_STORE_CREDENTIALS
 */
export function resolveCredentials(question: Question): ResolvedCredentials {
  const { settings, environment, profile, warnings } = question;
  if (settings.credentials !== undefined) {
    return guarded(fixed(settings.credentials, 'the settings'), settings.credentials.accessKeyId, question);
  }
  const fromEnvironment = environmentKeys(environment);
  const inProfile = hasCredentials(profile);
  if (fromEnvironment !== undefined && !(profile.chosenBy !== undefined && inProfile)) {
    if (profile.chosenBy !== undefined) {
      warnings.push(reason('profile-keyless', { profile: profile.name }));
    }
    return guarded(fixed(fromEnvironment, 'AWS_ACCESS_KEY_ID'), fromEnvironment.accessKeyId, question);
  }
  if (fromEnvironment !== undefined) {
    const chosenBy = profile.chosenBy ?? '';
    warnings.push(reason('environment-key-unused', { chosenBy, profile: profile.name }));
  }
  return inProfile ? profileCredentials(question) : roleCredentials(question);
}

function environmentKeys(environment: Environment): Identity | undefined {
  const accessKeyId = present(environment.AWS_ACCESS_KEY_ID);
  const secretAccessKey = present(environment.AWS_SECRET_ACCESS_KEY);
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    const missing = accessKeyId === undefined ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY';
    throw new DashkeepError('DK_STORE_CREDENTIALS', `${missing} is missing: set both key and secret`);
  }
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : { accessKeyId, secretAccessKey, sessionToken: present(environment.AWS_SESSION_TOKEN) };
}

function hasCredentials({ config, credentials }: Profile): boolean {
  return ['aws_access_key_id', 'role_arn', 'credential_process', 'sso_session', 'sso_start_url', 'login_session'].some(
    (name) => present(credentials[name] ?? config[name]) !== undefined,
  );
}

function profileCredentials(question: Question): ResolvedCredentials {
  const { profile, settings, environment, region } = question;
  const own = staticKeys(profile);
  if (own !== undefined) {
    const load = async () => {
      const { identity } = staticKeys(await readProfile(settings, environment)) ?? own;
      return { ...identity, expiration: new Date(question.clock.now().getTime() + FILE_MILLISECONDS) };
    };
    return guarded({ from: own.from, load }, own.identity.accessKeyId, question);
  }
  const provider = fromIni({
    profile: profile.name,
    configFilepath: profile.configFile,
    filepath: profile.credentialsFile,
    ignoreCache: true,
    clientConfig: stsConfig(environment, present(profile.config.region) ?? region.value),
  });
  return { from: `profile ${profile.name} in ${profile.configFile}`, load: () => provider() };
}

function staticKeys(profile: Profile): { identity: Identity; from: string } | undefined {
  const { config, credentials } = profile;
  if (present(credentials.role_arn ?? config.role_arn) !== undefined) {
    return undefined;
  }
  for (const [section, file] of [
    [credentials, profile.credentialsFile] as const,
    [config, profile.configFile] as const,
  ]) {
    const accessKeyId = present(section.aws_access_key_id);
    const secretAccessKey = present(section.aws_secret_access_key);
    if (accessKeyId !== undefined && secretAccessKey !== undefined) {
      return {
        identity: { accessKeyId, secretAccessKey, sessionToken: present(section.aws_session_token) },
        from: `profile ${profile.name} in ${file}`,
      };
    }
  }
  return undefined;
}

function roleCredentials(question: Question): ResolvedCredentials {
  const { environment, provider, endpoint, region } = question;
  const webIdentityTokenFile = present(environment.AWS_WEB_IDENTITY_TOKEN_FILE);
  const roleArn = present(environment.AWS_ROLE_ARN);
  const isAws = provider?.name === 'AWS';
  const ownSts = present(environment.AWS_ENDPOINT_URL_STS) !== undefined;
  if (webIdentityTokenFile !== undefined && roleArn !== undefined && (isAws || ownSts)) {
    const load = fromTokenFile({
      webIdentityTokenFile,
      roleArn,
      roleSessionName: present(environment.AWS_ROLE_SESSION_NAME) ?? 'dashkeep',
      clientConfig: stsConfig(environment, region.value),
    });
    return { from: `web identity of ${roleArn} (AWS_WEB_IDENTITY_TOKEN_FILE)`, load: () => load() };
  }
  if (!isAws) {
    throw new DashkeepError('DK_STORE_CREDENTIALS', `no access key is configured for ${endpoint.value}`, {
      advice: reason('set-access-key'),
    });
  }
  const relative = present(environment.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI);
  const full = present(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI);
  if (relative !== undefined || full !== undefined) {
    const load = fromHttp({
      awsContainerCredentialsRelativeUri: relative,
      awsContainerCredentialsFullUri: full,
      awsContainerAuthorizationToken: present(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN),
      awsContainerAuthorizationTokenFile: present(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE),
    });
    return { from: 'the container’s role', load: () => load() };
  }
  if (booleanOf('AWS_EC2_METADATA_DISABLED', environment.AWS_EC2_METADATA_DISABLED) === true) {
    throw new DashkeepError('DK_STORE_CREDENTIALS', 'no access key is configured', {
      advice: reason('set-access-key-or-role'),
    });
  }
  const load = fromInstanceMetadata({ timeout: 1_000, maxRetries: 2 });
  return { from: 'the instance’s role, as no key is configured', load: () => load() };
}

function stsConfig(environment: Environment, region: string): { region: string; endpoint?: string } {
  const endpoint = present(environment.AWS_ENDPOINT_URL_STS);
  return endpoint === undefined ? { region } : { region, endpoint };
}

function fixed(identity: Identity, from: string): ResolvedCredentials {
  return { from, load: () => Promise.resolve(identity) };
}

/**
 * Scaleway's keys are recognized by their start: they are never shown to AWS, whatever went wrong with the endpoint.
 */
function guarded(credentials: ResolvedCredentials, accessKeyId: string, question: Question): ResolvedCredentials {
  if (question.provider?.name === 'AWS' && /^SCW[A-Z0-9]{17}$/.test(accessKeyId)) {
    throw new DashkeepError(
      'DK_SETTINGS',
      `the key of ${credentials.from} is one of Scaleway, but the endpoint is AWS`,
      { advice: reason('set-scaleway-endpoint') },
    );
  }
  return credentials;
}
