import { GRAFANA_ERRORS } from './grafana.ts';
import { REPOSITORY_ERRORS } from './repository.ts';
import { SERVICE_ERRORS } from './service.ts';
import { STORAGE_ERRORS } from './storage.ts';

/** Every error that Dashkeep raises on purpose. The documentation's table is made from this list. */
export const ERROR_CATALOGUE = {
  ...SERVICE_ERRORS,
  ...GRAFANA_ERRORS,
  ...STORAGE_ERRORS,
  ...REPOSITORY_ERRORS,
} as const;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
