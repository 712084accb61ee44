import { compact } from '../../../contract/compact.ts';
import type { StoreExplanation } from '../../../storage/open.ts';
import { explainStore, openStore, type OpenStoreOptions, type S3Settings } from '../../../storage/open.ts';
import type { ObjectStore } from '../../../storage/store.ts';
import type { EffectiveSettings } from '../../settings/effective.ts';
import { lockOf } from '../../settings/minimums.ts';
import type { TargetLimits } from './limits.ts';

export interface StorePorts extends Pick<OpenStoreOptions, 'environment' | 'clock' | 'random' | 'log'> {
  limits: TargetLimits;
}

/** The S3 settings that a person or the deployment gave; what is empty is left to the resolver. */
export function s3Settings({ values: { target }, secrets }: EffectiveSettings): S3Settings {
  const { endpoint, region, profile, forcePathStyle, objectLock } = target;
  const { s3AccessKeyId, s3SecretAccessKey, s3SessionToken } = secrets;
  return {
    ...(endpoint === '' ? {} : { endpoint }),
    ...(region === '' ? {} : { region }),
    ...(profile === '' ? {} : { profile }),
    ...(forcePathStyle === null ? {} : { forcePathStyle }),
    ...(s3AccessKeyId === undefined || s3SecretAccessKey === undefined
      ? {}
      : {
          credentials: compact({
            accessKeyId: s3AccessKeyId,
            secretAccessKey: s3SecretAccessKey,
            sessionToken: s3SessionToken,
          }),
        }),
    ...compact({ lock: lockOf(objectLock) }),
  };
}

/** @returns the store of the target in the settings. @throws DashkeepError if the settings cannot be used */
export function openTarget(settings: EffectiveSettings, { limits, ...ports }: StorePorts): Promise<ObjectStore> {
  return openStore(settings.values.target.url, { ...ports, ...limits.of(settings), s3: s3Settings(settings) });
}

/** @returns where the values of the target come from, without a request */
export function explainTarget(
  settings: EffectiveSettings,
  { limits, ...ports }: StorePorts,
): Promise<StoreExplanation> {
  return explainStore(settings.values.target.url, { ...ports, ...limits.of(settings), s3: s3Settings(settings) });
}
