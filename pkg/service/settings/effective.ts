import type { SecretName, SettingsValues } from '../../contract/api/settings.ts';

/** What the settings and their secrets come to. */
export interface EffectiveSettings {
  values: SettingsValues;
  secrets: Partial<Record<SecretName, string>>;
  /** Whether the deployment alone decides where backups go and who can read them. */
  deploymentTarget: boolean;
  /** Changes with every change of the settings or their secrets. */
  revision: string;
}
