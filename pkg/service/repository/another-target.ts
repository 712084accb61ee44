import { createHash } from 'node:crypto';
import type { ServiceConfig } from '../config.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import type { SettingsStore } from '../settings/store.ts';
import type { RepositoryCache } from './repository-cache.ts';

/** The settings of the first target, with another address and other recipients. */
export function settingsAt(
  first: EffectiveSettings,
  url: string,
  recipients: string[],
  others?: unknown,
): EffectiveSettings {
  const { target, encryption } = first.values;
  const values = { ...first.values, target: { ...target, url }, encryption: { ...encryption, recipients } };
  const key = JSON.stringify([first.revision, url, recipients, others]);
  return { ...first, values, revision: createHash('sha256').update(key).digest('hex') };
}

/** Recipients of a repository that must be encrypted if the first one is. */
export async function recipientsOf({
  settings,
  repositoryCache,
  config,
  signal,
}: {
  settings: SettingsStore;
  repositoryCache: RepositoryCache;
  config: Pick<ServiceConfig, 'agePassphrase'>;
  signal: AbortSignal;
}): Promise<string[]> {
  const { recipients } = (await settings.effective()).values.encryption;
  if (recipients.length > 0 || config.agePassphrase !== undefined) {
    return recipients;
  }
  const first = await repositoryCache.use(signal, (target) => target.openIfThere(signal));
  return first?.encrypted === true ? [...first.keyring.recipients] : [];
}
