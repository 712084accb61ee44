import type { SettingsValues } from '../../contract/api/settings.ts';

/** What the settings and their secrets come to. */
export interface EffectiveSettings {
  values: SettingsValues;
  secrets: {
    s3AccessKeyId?: string;
    s3SecretAccessKey?: string;
    s3SessionToken?: string;
    ageIdentity?: string;
    webhookUrl?: string;
  };
  /** Whether the deployment alone decides where backups go and who can read them. */
  deploymentTarget: boolean;
  /** Changes with every change of the settings or their secrets. */
  revision: string;
}
