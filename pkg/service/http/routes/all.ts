import type { ServiceParts } from '../../parts.ts';
import type { Api } from '../api.ts';
import { changeRoutes } from './changes.ts';
import { diffRoutes } from './diff.ts';
import { previewRoutes } from './previews.ts';
import { readinessRoutes } from './readiness.ts';
import { restoreRoutes } from './restores.ts';
import { runRoutes } from './runs.ts';
import { searchRoutes } from './search.ts';
import { settingsRoutes } from './settings.ts';
import { snapshotRoutes } from './snapshots.ts';
import { statusRoutes } from './status.ts';
import { versionRoutes } from './versions.ts';

export const ROUTES_PREFIX = '/api/v1';

/** Every call of the API but the description of itself. Each route names the parts that it uses. */
export function registerRoutes(api: Api, parts: ServiceParts): void {
  statusRoutes(api, parts);
  readinessRoutes(api, parts);
  settingsRoutes(api, parts);
  runRoutes(api, parts);
  snapshotRoutes(api, parts);
  diffRoutes(api, parts);
  versionRoutes(api, parts);
  changeRoutes(api, parts);
  searchRoutes(api, parts);
  restoreRoutes(api, parts);
  previewRoutes(api, parts);
}
