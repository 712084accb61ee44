import type { SecretName, SettingsValues } from '../../contract/api/settings.ts';
import type { KnownReason } from '../../contract/reasons/catalogue.ts';

/** What is wrong with a secret of a receiver of notifications. */
export interface UnusableSecret {
  why: KnownReason;
  advice: KnownReason;
}

/** What the settings and their secrets come to. */
export interface EffectiveSettings {
  values: SettingsValues;
  secrets: Partial<Record<SecretName, string>>;
  /** Secrets of receivers of notifications that the deployment names and that can't be used: backups go on. */
  unusable: Partial<Record<SecretName, UnusableSecret>>;
  /** Whether the deployment alone decides where backups go and who can read them. */
  deploymentTarget: boolean;
  /** Changes with every change of the settings or their secrets. */
  revision: string;
}
