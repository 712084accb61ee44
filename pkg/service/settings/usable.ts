import { SECRET_NAMES, SettingsValues, type SecretName } from '../../contract/api/settings.ts';
import type { Log } from '../../contract/ports.ts';
import { openWith, parseIdentityFile, recipientOf } from '../../repository/encryption/encryption.ts';
import { DEFAULT_SETTINGS } from './defaults.ts';
import type { EffectiveSettings } from './effective.ts';

/** Each valid section; one that another release wrote differently falls back to the defaults. */
export function usableValues(value: unknown, log: Log): Partial<SettingsValues> {
  const values: Partial<SettingsValues> = {};
  const sections = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  for (const [name, schema] of Object.entries(SettingsValues.shape)) {
    const defaults = DEFAULT_SETTINGS[name as keyof SettingsValues];
    if (sections[name] !== undefined) {
      const parsed = schema.safeParse({ ...defaults, ...(sections[name] as object) });
      if (parsed.success) {
        Object.assign(values, { [name]: parsed.data });
      } else {
        log.warn({ section: name }, 'a section of the stored settings is not usable; its defaults are used');
      }
    }
  }
  return values;
}

/** Each secret that is a string. */
export function usableSecrets(value: unknown): Partial<Record<SecretName, string>> {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return Object.fromEntries(
    SECRET_NAMES.flatMap((name) => (typeof found[name] === 'string' ? [[name, found[name]]] : [])),
  );
}

/**
 * Whether the private key belongs to none of the public keys.
 * @throws DK_ENCRYPTION when it is not an age identity
 */
export async function isKeyOfOthers({
  values,
  secrets,
}: Pick<EffectiveSettings, 'values' | 'secrets'>): Promise<boolean> {
  const { recipients } = values.encryption;
  const own = await Promise.all(parseIdentityFile(secrets.ageIdentity ?? '').map(recipientOf));
  return own.length > 0 && recipients.length > 0 && !own.some((one) => recipients.includes(one));
}

/** Whether a text holds a private key. Pasted into one line, a file of age-keygen is nothing but a comment. */
export function isIdentity(text: string): boolean {
  const identities = parseIdentityFile(text);
  try {
    openWith({ identities });
    return identities.length > 0;
  } catch {
    return false;
  }
}
