import type { SecretName } from '../../contract/api/settings.ts';
import { asDashkeepError, type DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { ServiceConfig } from '../config.ts';
import type { EffectiveSettings, UnusableSecret } from './effective.ts';
import { assertAddress } from './validate.ts';

/** Secrets of receivers of notifications: without them, no one is notified, but backups go on. */
export const RECEIVER_SECRETS: ReadonlySet<SecretName> = new Set(['webhookUrl', 'smtpPassword']);

/**
 * Reads the secrets that the deployment gives.
 * @param wanted - only these
 * @throws DK_SETTINGS when one can't be read, unless it is of a receiver of notifications
 */
export async function readGiven(
  given: ServiceConfig['secrets'],
  wanted?: ReadonlySet<SecretName>,
): Promise<Pick<EffectiveSettings, 'secrets' | 'unusable'>> {
  const secrets: EffectiveSettings['secrets'] = {};
  const unusable: EffectiveSettings['unusable'] = {};
  for (const [name, { value, from }] of given) {
    if (wanted?.has(name) === false) {
      continue;
    }
    try {
      secrets[name] = await value();
      if (name === 'webhookUrl') {
        assertAddress(secrets[name]);
      }
    } catch (error) {
      if (!RECEIVER_SECRETS.has(name)) {
        throw error;
      }
      secrets[name] = undefined;
      unusable[name] = unusableSecret(from, asDashkeepError(error));
    }
  }
  return { secrets, unusable };
}

function unusableSecret(setting: string, { why, message, advice }: DashkeepError): UnusableSecret {
  return {
    why: reason('receiver-unusable', { message: why === undefined ? message : `${setting}: ${message}` }),
    advice: advice ?? reason('correct-receiver'),
  };
}
