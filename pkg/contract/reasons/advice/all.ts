import { ENGINE_ADVICE } from './engine.ts';
import { FILES_ADVICE } from './files.ts';
import { GRAFANA_ADVICE } from './grafana.ts';
import { KUBERNETES_ADVICE } from './kubernetes.ts';
import { READINESS_ADVICE } from './readiness.ts';
import { REPOSITORY_ADVICE } from './repository.ts';
import { S3_SETTINGS_ADVICE } from './s3-settings.ts';
import { SERVICE_ADVICE } from './service.ts';
import { STORAGE_ADVICE } from './storage.ts';

/** What to do about an error, where that is more than the catalogue of errors says. */
export const ADVICE_REASONS = {
  ...REPOSITORY_ADVICE,
  ...ENGINE_ADVICE,
  ...FILES_ADVICE,
  ...GRAFANA_ADVICE,
  ...KUBERNETES_ADVICE,
  ...STORAGE_ADVICE,
  ...S3_SETTINGS_ADVICE,
  ...SERVICE_ADVICE,
  ...READINESS_ADVICE,
} as const;
