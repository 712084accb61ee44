import { DashkeepError } from '../../../contract/errors.ts';
import { atLeast, checkedLock, parseObjectLock, type ObjectLock } from './object-lock.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a person may set about an S3 target. All of it is optional; what is absent comes from the environment. */
export interface S3Settings {
  /** With its scheme: `https://s3.fr-par.scw.cloud`. */
  endpoint?: string;
  region?: string;
  forcePathStyle?: boolean;
  profile?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** PEM file of certificate authorities to trust besides the public ones. */
  caFile?: string;
  /** `supported` sends the newer checksum headers that many S3-compatible stores refuse. */
  checksums?: 'required' | 'supported';
  /**
   * Retention put on every object that is to last, unless the environment requires a stricter one. The bucket must have
   * been made with object lock.
   */
  lock?: ObjectLock;
  encryption?: { kind: 'AES256' } | { kind: 'aws:kms'; keyId?: string };
  /** The twelve digits of the account that must own the bucket. */
  bucketOwner?: string;
  storageClass?: string;
  tags?: Readonly<Record<string, string>>;
  /** For one attempt, without the time that the body itself takes. */
  timeoutMilliseconds?: number;
}

const TIMEOUT_MILLISECONDS = 30_000;
/** Objects in these classes can't be read back without asking for it hours before. */
const COLD_CLASSES = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/**
 * The settings with what the environment adds (`DASHKEEP_S3_*`), checked. Endpoint, region, path style and profile are
 * left to the resolver, which has more places to look at.
 *
 * @throws DK_SETTINGS
 */
export function completeSettings(settings: S3Settings, environment: Environment): S3Settings {
  const complete: S3Settings = {
    ...settings,
    checksums: settings.checksums ?? checksumsOf(environment.DASHKEEP_S3_CHECKSUMS),
    lock: atLeast(settings.lock, requiredLock(environment.DASHKEEP_S3_OBJECT_LOCK)),
    encryption: settings.encryption ?? encryptionOf(environment.DASHKEEP_S3_ENCRYPTION),
    bucketOwner: settings.bucketOwner ?? present(environment.DASHKEEP_S3_BUCKET_OWNER),
    storageClass: settings.storageClass ?? present(environment.DASHKEEP_S3_STORAGE_CLASS),
    tags: settings.tags ?? tagsOf(environment.DASHKEEP_S3_TAGS),
    timeoutMilliseconds: settings.timeoutMilliseconds ?? timeoutOf(environment.DASHKEEP_S3_TIMEOUT_SECONDS),
  };
  check(complete);
  return complete;
}

function check({ lock, bucketOwner, storageClass, tags }: S3Settings): void {
  if (lock !== undefined) {
    checkedLock(lock);
  }
  if (bucketOwner !== undefined && !/^\d{12}$/.test(bucketOwner)) {
    throw wrong('DASHKEEP_S3_BUCKET_OWNER', 'an AWS account has twelve digits');
  }
  if (storageClass !== undefined && COLD_CLASSES.has(storageClass)) {
    throw wrong('DASHKEEP_S3_STORAGE_CLASS', `${storageClass} cannot be read immediately; GLACIER_IR can`);
  }
  if (tags !== undefined && Object.keys(tags).length > 10) {
    throw wrong('DASHKEEP_S3_TAGS', 'an object has ten tags at most');
  }
}

/** An environment variable that is set to nothing counts as absent, as the AWS tools have it. */
export function present(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** @throws DK_SETTINGS */
export function booleanOf(name: string, value: string | undefined): boolean | undefined {
  switch (present(value)?.toLowerCase()) {
    case undefined:
      return undefined;
    case 'true':
    case '1':
    case 'yes':
      return true;
    case 'false':
    case '0':
    case 'no':
      return false;
    default:
      throw wrong(name, 'it is true or false');
  }
}

function checksumsOf(value: string | undefined): 'required' | 'supported' {
  const text = present(value) ?? 'required';
  if (text !== 'required' && text !== 'supported') {
    throw wrong('DASHKEEP_S3_CHECKSUMS', 'it is required or supported');
  }
  return text;
}

function requiredLock(value: string | undefined): ObjectLock | undefined {
  const text = present(value);
  return text === undefined ? undefined : parseObjectLock(text);
}

function encryptionOf(value: string | undefined): S3Settings['encryption'] {
  const text = present(value);
  if (text === undefined) {
    return undefined;
  }
  if (text === 'AES256') {
    return { kind: 'AES256' };
  }
  const match = /^aws:kms(?::(.+))?$/.exec(text);
  if (match === null) {
    throw wrong('DASHKEEP_S3_ENCRYPTION', 'it is AES256, aws:kms or aws:kms:<key id or ARN>');
  }
  return { kind: 'aws:kms', keyId: match[1] };
}

function tagsOf(value: string | undefined): Record<string, string> | undefined {
  const text = present(value);
  if (text === undefined) {
    return undefined;
  }
  const tags: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const [name = '', ...rest] = pair.split('=');
    if (name.trim() === '' || rest.length === 0) {
      throw wrong('DASHKEEP_S3_TAGS', 'it is a list of name=value with commas between');
    }
    tags[name.trim()] = rest.join('=').trim();
  }
  return tags;
}

function timeoutOf(value: string | undefined): number {
  const text = present(value);
  if (text === undefined) {
    return TIMEOUT_MILLISECONDS;
  }
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 3_600)) {
    throw wrong('DASHKEEP_S3_TIMEOUT_SECONDS', 'it is a number of seconds up to 3600');
  }
  return seconds * 1_000;
}

function wrong(name: string, why: string): DashkeepError {
  return new DashkeepError('DK_SETTINGS', `${name} is not usable: ${why}`);
}
