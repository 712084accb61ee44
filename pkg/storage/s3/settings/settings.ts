import type { SecretText, Sourced } from '../../../lib/sourced.ts';

/** The source of a value of the settings page. */
export const FROM_SETTINGS = 'the settings';

/** What is set about an S3 target. All of it is optional: the rest comes from the AWS tools' own places. */
export interface S3Settings {
  /** With its scheme: `https://s3.fr-par.scw.cloud`. */
  endpoint?: Sourced<string>;
  region?: Sourced<string>;
  forcePathStyle?: Sourced<boolean>;
  profile?: Sourced<string>;
  accessKeyId?: SecretText;
  secretAccessKey?: SecretText;
  sessionToken?: SecretText;
  /** PEM file of certificate authorities to trust besides the public ones. */
  caFile?: Sourced<string>;
  /** `supported` sends the newer checksum headers that many S3-compatible stores refuse. */
  checksums?: 'required' | 'supported';
  encryption?: { kind: 'AES256' } | { kind: 'aws:kms'; keyId?: string };
  /** The twelve digits of the account that must own the bucket. */
  bucketOwner?: string;
  storageClass?: string;
  tags?: Readonly<Record<string, string>>;
  /** For one attempt, without the time that the body itself takes. */
  timeoutMilliseconds?: number;
  /** Where the AWS tools look for what is not set. */
  aws?: AwsSources;
}

/** What the variables of the AWS tools say beside the settings. */
export interface AwsSources {
  home?: string;
  /** Instead of `~/.aws/config` and `~/.aws/credentials`. */
  configFile?: string;
  credentialsFile?: string;
  endpoint?: Sourced<string>;
  /** Whether endpoints of variables and files are ignored; undefined leaves it to the profile. */
  ignoresEndpoints?: boolean;
  region?: Sourced<string>;
  caFile?: Sourced<string>;
  webIdentityTokenFile?: string;
  roleArn?: string;
  roleSessionName?: string;
  stsEndpoint?: string;
  containerRelativeUri?: string;
  containerFullUri?: string;
  containerToken?: string;
  containerTokenFile?: string;
  /** The instance's metadata service is not asked. */
  ignoresInstance?: boolean;
}

/** A line of an AWS file that is set to nothing counts as absent, as the AWS tools have it. */
export function present(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === '' ? undefined : trimmed;
}
