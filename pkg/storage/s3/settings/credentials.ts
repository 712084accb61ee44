import { fromHttp } from '@aws-sdk/credential-provider-http';
import { fromIni } from '@aws-sdk/credential-provider-ini';
import { fromTokenFile } from '@aws-sdk/credential-provider-web-identity';
import { fromInstanceMetadata } from '@smithy/credential-provider-imds';
import { compact } from '../../../contract/compact.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import type { Clock } from '../../../contract/ports.ts';
import type { Sourced } from '../../../lib/sourced.ts';
import { readProfile } from './profile.ts';
import type { Profile } from './profile.ts';
import type { Provider } from './providers.ts';
import { FROM_SETTINGS, present, type AwsSources, type S3Settings } from './settings.ts';

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
 * Where the key comes from: the settings; the profile; web identity (IRSA); container; instance. The last three are AWS
 * roles and never offered to another provider. Where variables give both a key and a profile with a key, the profile
 * wins, as in the AWS SDK.
 *
 * @throws DK_SETTINGS, DK_STORE_CREDENTIALS
 */
export async function resolveCredentials(question: Question): Promise<ResolvedCredentials> {
  const { settings, profile, warnings } = question;
  const { name, chosenBy } = profile;
  const given = await givenKey(settings);
  const inProfile = hasCredentials(profile);
  if (given === undefined) {
    return inProfile ? profileCredentials(question) : roleCredentials(question);
  }
  if (chosenBy !== undefined && given.from !== FROM_SETTINGS) {
    if (!inProfile) {
      warnings.push(reason('profile-keyless', { profile: name }));
    } else if (chosenBy !== FROM_SETTINGS) {
      warnings.push(reason('environment-key-unused', { chosenBy, profile: name }));
      return profileCredentials(question);
    }
  }
  return guarded(
    { from: given.from, load: () => Promise.resolve(given.identity) },
    given.identity.accessKeyId,
    question,
  );
}

async function givenKey({
  accessKeyId: id,
  secretAccessKey: secret,
  sessionToken: session,
}: S3Settings): Promise<{ identity: Identity; from: string } | undefined> {
  if ((id === undefined) !== (secret === undefined)) {
    const missing = id === undefined ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY';
    throw new DashkeepError('DK_STORE_CREDENTIALS', `${missing} is missing: set both key and secret`);
  }
  if (id === undefined || secret === undefined) {
    return undefined;
  }
  const [accessKeyId = '', secretAccessKey = '', sessionToken] = await Promise.all(
    [id, secret, session].map(async (one) => (await one?.value())?.trim()),
  );
  return { identity: { accessKeyId, secretAccessKey, sessionToken }, from: id.from };
}

function hasCredentials({ config, credentials }: Profile): boolean {
  return ['aws_access_key_id', 'role_arn', 'credential_process', 'sso_session', 'sso_start_url', 'login_session'].some(
    (name) => present(credentials[name] ?? config[name]) !== undefined,
  );
}

function profileCredentials(question: Question): ResolvedCredentials {
  const { profile, settings, region } = question;
  const own = staticKeys(profile);
  if (own !== undefined) {
    const load = async () => {
      const { identity } = staticKeys(await readProfile(settings)) ?? own;
      return { ...identity, expiration: new Date(question.clock.now().getTime() + FILE_MILLISECONDS) };
    };
    return guarded({ from: own.from, load }, own.identity.accessKeyId, question);
  }
  const provider = fromIni({
    profile: profile.name,
    configFilepath: profile.configFile,
    filepath: profile.credentialsFile,
    ignoreCache: true,
    clientConfig: stsConfig(settings.aws, present(profile.config.region) ?? region.value),
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

function roleCredentials({ settings: { aws = {} }, provider, endpoint, region }: Question): ResolvedCredentials {
  const { webIdentityTokenFile, roleArn, roleSessionName = 'dashkeep', containerRelativeUri, containerFullUri } = aws;
  const isAws = provider?.name === 'AWS';
  if (webIdentityTokenFile !== undefined && roleArn !== undefined && (isAws || aws.stsEndpoint !== undefined)) {
    const clientConfig = stsConfig(aws, region.value);
    const load = fromTokenFile({ webIdentityTokenFile, roleArn, roleSessionName, clientConfig });
    return { from: `web identity of ${roleArn} (AWS_WEB_IDENTITY_TOKEN_FILE)`, load: () => load() };
  }
  if (!isAws) {
    throw new DashkeepError('DK_STORE_CREDENTIALS', `no access key is configured for ${endpoint.value}`, {
      advice: reason('set-access-key'),
    });
  }
  if (containerRelativeUri !== undefined || containerFullUri !== undefined) {
    const load = fromHttp({
      awsContainerCredentialsRelativeUri: containerRelativeUri,
      awsContainerCredentialsFullUri: containerFullUri,
      awsContainerAuthorizationToken: aws.containerToken,
      awsContainerAuthorizationTokenFile: aws.containerTokenFile,
    });
    return { from: 'the container’s role', load: () => load() };
  }
  if (aws.ignoresInstance === true) {
    throw new DashkeepError('DK_STORE_CREDENTIALS', 'no access key is configured', {
      advice: reason('set-access-key-or-role'),
    });
  }
  const load = fromInstanceMetadata({ timeout: 1_000, maxRetries: 2 });
  return { from: 'the instance’s role, because no key is configured', load: () => load() };
}

function stsConfig(aws: AwsSources | undefined, region: string): { region: string; endpoint?: string } {
  return { region, ...compact({ endpoint: aws?.stsEndpoint }) };
}

/**
 * Scaleway's keys are recognized by their start: they are never shown to AWS, whatever went wrong with the endpoint.
 */
function guarded(credentials: ResolvedCredentials, accessKeyId: string, question: Question): ResolvedCredentials {
  if (question.provider?.name === 'AWS' && /^SCW[A-Z0-9]{17}$/.test(accessKeyId)) {
    throw new DashkeepError(
      'DK_SETTINGS',
      `the key from ${credentials.from} belongs to Scaleway, but the endpoint is AWS`,
      { advice: reason('set-scaleway-endpoint') },
    );
  }
  return credentials;
}
