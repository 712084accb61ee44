import { ENGINE_ADVICE_TEXTS } from './engine.ts';
import { FILES_ADVICE_TEXTS } from './files.ts';
import { GRAFANA_ADVICE_TEXTS } from './grafana.ts';
import { KUBERNETES_ADVICE_TEXTS } from './kubernetes.ts';
import { REPOSITORY_ADVICE_TEXTS } from './repository.ts';
import { S3_SETTINGS_ADVICE_TEXTS } from './s3-settings.ts';
import { SERVICE_ADVICE_TEXTS } from './service.ts';
import { STORAGE_ADVICE_TEXTS } from './storage.ts';

/** What to do about an error. */
export const ADVICE_TEXTS = {
  ...REPOSITORY_ADVICE_TEXTS,
  ...ENGINE_ADVICE_TEXTS,
  ...FILES_ADVICE_TEXTS,
  ...GRAFANA_ADVICE_TEXTS,
  ...KUBERNETES_ADVICE_TEXTS,
  ...STORAGE_ADVICE_TEXTS,
  ...S3_SETTINGS_ADVICE_TEXTS,
  ...SERVICE_ADVICE_TEXTS,
};
